"""Which repositories there are to work on, and a visit to one of them: its forge, its policy, its windows."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from debtd.model.discovery import terms_for
from debtd.model.enrolment import EnrolmentState
from debtd.model.errors import ConfigError, RepoUnusable, Retryable
from debtd.model.policy import Policy
from debtd.model.repo import Repository
from debtd.pipeline.load import LoadWatch
from debtd.pipeline.order import Order, Rooms
from debtd.pipeline.permit import Permit
from debtd.pipeline.visit import Visit
from debtd.policy_settings import PolicySettings
from debtd.settings import Settings
from debtd.wiring.durable import one_at_a_time

Fault = RepoUnusable | Retryable | ConfigError


@dataclass(frozen=True, slots=True)
class ToVisit:
    """The repositories, each once; `faults` are the places that lead to none."""

    repositories: tuple[Repository, ...]
    faults: tuple[tuple[str, Fault], ...] = ()


def repositories_to_visit(settings: Settings, rooms: Rooms) -> ToVisit:
    """All that debtd has seen before, then those that a `[[repository]]` names by its full path or URL. Whose people
    said no is not visited at all."""
    refused = {one.repository_id for one in rooms.store.enrolments() if one.state is EnrolmentState.OPTED_OUT}
    found = {repository.id: repository for repository in rooms.store.repositories()}
    faults: list[tuple[str, Fault]] = []
    known = {repository.source for repository in found.values()}
    for location in settings.patterns:
        if "/" not in location or location in known or not set(location).isdisjoint("*?["):
            continue
        try:
            repository = rooms.workspaces.identify(location)
        except (RepoUnusable, Retryable) as fault:
            faults.append((location, fault))
        else:
            found.setdefault(repository.id, repository)
    return ToVisit(tuple(one for one in found.values() if one.id not in refused), tuple(faults))


def policy_of(settings: Settings, repository: Repository | None, *, default_budgets: bool) -> Policy:
    """What holds for a repository (None: for one that no pattern matches). Raises ConfigError."""
    return (settings.policy or PolicySettings()).policy_for(repository, default_budgets=default_budgets)


def rooms_of(settings: Settings, repository: Repository, rooms: Rooms, forge: str = "") -> Rooms:
    """The rooms with the repository's own forge; `forge` is the kind that was asked for."""
    if not (forge or settings.forges):
        return rooms
    from debtd.wiring.forges import forge_finder, forge_for  # noqa: PLC0415  (only where one is set up)

    forge_of = forge_finder(settings, repository)
    return replace(rooms, forge=forge_for(settings, repository, forge), forge_of=forge_of)


def visit_by_hand(
    settings: Settings, repository: Repository, order: Order, rooms: Rooms, *, forge: str = "", at_once: bool = False
) -> Visit:
    """A visit that a person asked for. It keeps to what debtd.toml says; `at_once` to no windows, budgets or load."""
    rooms = rooms_of(settings, repository, rooms, forge)
    policy = policy_of(settings, repository, default_budgets=False)
    began_at = rooms.clock.now()
    if at_once:
        policy = replace(policy, budgets=type(policy.budgets)(), load=type(policy.load)())
    permit = Permit(clock=rooms.clock, began_at=began_at)
    if not at_once and settings.schedule is not None:
        from debtd.wiring.schedules import schedule_of  # noqa: PLC0415  (only where windows are set)

        permit = replace(permit, schedule=schedule_of(settings, repository, began_at))
    load = LoadWatch(repository, rooms.forge, policy.load, rooms.clock)
    order = replace(order, policy=policy, terms=terms_for(repository.source, settings.discoveries))
    return Visit(
        repository=repository,
        order=order,
        rooms=rooms,
        permit=replace(permit, load=load),
        lock=partial(one_at_a_time, settings, repository),
    )


def visit_by_night(
    settings: Settings,
    repository: Repository,
    order: Order,
    rooms: Rooms,
    *,
    began_at: datetime,
    deadline: datetime | None,
    serves: bool,
) -> Visit:
    """A visit of a pass that keeps to windows, budgets and load. It `serves` the windows unless it leaves rules out.
    Raises ConfigError."""
    from debtd.wiring.schedules import schedule_of  # noqa: PLC0415

    rooms = rooms_of(settings, repository, rooms)
    policy = policy_of(settings, repository, default_budgets=True)
    permit = Permit(
        clock=rooms.clock,
        began_at=began_at,
        schedule=schedule_of(settings, repository, began_at),
        load=LoadWatch(repository, rooms.forge, policy.load, rooms.clock),
        deadline=deadline,
        serves=serves,
    )
    return Visit(
        repository=repository,
        order=replace(order, policy=policy, terms=terms_for(repository.source, settings.discoveries)),
        rooms=rooms,
        permit=permit,
        lock=partial(one_at_a_time, settings, repository),
    )

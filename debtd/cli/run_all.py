"""One repository after another: how the run of each ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from debtd.cli.exit_codes import ExitCode, exit_code_of
from debtd.model.errors import DebtdError, RepoUnusable, Retryable
from debtd.model.window import WindowKind
from debtd.telemetry import log_event

if TYPE_CHECKING:
    from debtd.model.repo import Repository
    from debtd.pipeline.order import Order, Outcome, Rooms
    from debtd.pipeline.visit import Visit
    from debtd.settings import Settings


@dataclass(frozen=True, slots=True)
class End:
    """How the run of one repository ended; `fault` when it did not get to its end. The outcome's faults are of single
    pull requests."""

    location: str
    outcome: "Outcome | None" = None
    fault: DebtdError | None = None

    @property
    def code(self) -> ExitCode:
        if self.fault is not None:
            return exit_code_of(self.fault)
        if self.outcome is not None and self.outcome.faults:
            return exit_code_of(self.outcome.faults[0])
        is_broken = self.outcome is not None and bool(self.outcome.scanned.broken)
        return ExitCode.CONFIGURATION if is_broken else ExitCode.DONE


def run_all(
    locations: Sequence[str],
    order: "Order",
    rooms: "Rooms",
    settings: "Settings",
    forge: str = "",
    *,
    at_once: bool = False,
) -> list[End]:
    """Each repository once, in the order given, whatever becomes of the others. A single one raises its fault, and
    so does what concerns none of them alone: settings, rules, state. `forge` is the kind that was asked for. `at_once`:
    no windows, budgets or load are kept to."""
    from debtd.wiring.visits import visit_by_hand  # noqa: PLC0415

    visit_to = partial(visit_by_hand, settings, order=order, rooms=rooms, forge=forge, at_once=at_once)
    if len(locations) == 1:
        repository = rooms.workspaces.identify(locations[0])
        return [End(locations[0], _run(visit_to(repository)))]
    found: dict[str, tuple[str, Repository]] = {}
    ends: dict[str, End] = {}
    for location in locations:
        try:
            repository = rooms.workspaces.identify(location)
            found.setdefault(repository.id, (location, repository))
        except (RepoUnusable, Retryable) as fault:
            ends[location] = End(location, fault=fault)
    visits = [(location, visit_to(repository)) for location, repository in found.values()]
    _prescan([visit for _, visit in visits])
    for location, visit in visits:
        try:
            ends[location] = End(location, _run(visit))
        except (RepoUnusable, Retryable) as fault:
            ends[location] = End(location, fault=fault)
    return [ends[location] for location in dict.fromkeys(locations) if location in ends]


def _prescan(visits: "Sequence[Visit]") -> None:
    """Scan what is new in several repositories in one run of each engine, where scanning is allowed now."""
    from debtd.pipeline.prescan import prescan  # noqa: PLC0415

    scanning = [visit.repository for visit in visits if not visit.permit.withheld(WindowKind.SCAN)]
    if scanning:
        prescan(scanning, visits[0].order, visits[0].rooms)


def _run(visit: "Visit") -> "Outcome":
    from debtd.pipeline.road import run_road  # noqa: PLC0415

    repository, order = visit.repository, visit.order
    log_event("run.started", repository=repository.source, stop_after=order.stop_after, rules=len(order.rules))
    with visit.lock():
        outcome = run_road(repository, order, visit.rooms, visit.permit)
    log_event(
        "run.finished",
        repository=repository.source,
        commit=outcome.revision.commit,
        listed=outcome.scanned.coverage.listed,
        scanned=len(outcome.scanned.coverage.scanned),
        judged=len(outcome.judged),
        published=len(outcome.published),
        waiting=len(outcome.held),
    )
    return outcome

"""One repository after another: how the run of each ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from debtd.cli.exit_codes import ExitCode, exit_code_of
from debtd.model.errors import DebtdError, RepoUnusable, Retryable
from debtd.telemetry import log_event

if TYPE_CHECKING:
    from debtd.model.repo import Repository
    from debtd.pipeline.order import Order, Outcome, Rooms
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
    run = partial(_run, order=order, rooms=rooms, settings=settings, forge=forge, at_once=at_once)
    if len(locations) == 1:
        repository = rooms.workspaces.identify(locations[0])
        return [End(locations[0], run(repository))]
    from debtd.pipeline.prescan import prescan  # noqa: PLC0415

    found: dict[str, tuple[str, Repository]] = {}
    ends: dict[str, End] = {}
    for location in locations:
        try:
            repository = rooms.workspaces.identify(location)
            found.setdefault(repository.id, (location, repository))
        except (RepoUnusable, Retryable) as fault:
            ends[location] = End(location, fault=fault)
    prescan([repository for _, repository in found.values()], order, rooms)
    for location, repository in found.values():
        try:
            ends[location] = End(location, run(repository))
        except (RepoUnusable, Retryable) as fault:
            ends[location] = End(location, fault=fault)
    return [ends[location] for location in dict.fromkeys(locations) if location in ends]


def _run(
    repository: "Repository", *, order: "Order", rooms: "Rooms", settings: "Settings", forge: str, at_once: bool
) -> "Outcome":
    from debtd.pipeline.road import run_road  # noqa: PLC0415
    from debtd.wiring.durable import one_at_a_time  # noqa: PLC0415
    from debtd.wiring.visits import visit_by_hand  # noqa: PLC0415

    visit = visit_by_hand(settings, repository, order, rooms, forge=forge, at_once=at_once)
    log_event("run.started", repository=repository.source, stop_after=order.stop_after, rules=len(order.rules))
    with one_at_a_time(settings, repository):
        outcome = run_road(repository, visit.order, visit.rooms, visit.permit)
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

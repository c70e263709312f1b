"""One pass over many repositories that keeps to windows, budgets and load: all patches are made and proven first, then
the best of them are published, whichever repository they belong to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from debtd.model.errors import ConfigError, DebtdError, RepoUnusable, Retryable
from debtd.model.repo import Repository
from debtd.model.window import WindowKind
from debtd.pipeline.order import Outcome
from debtd.pipeline.owed import Owed, what_is_owed
from debtd.pipeline.prescan import prescan
from debtd.pipeline.release import release
from debtd.pipeline.released import Released
from debtd.pipeline.road import complete_publishing, outcome_of, prepare
from debtd.pipeline.visit import Prepared, Visit
from debtd.pipeline.waiting import unpublished
from debtd.ports import Clock, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryNight:
    """How the pass went in one repository. Without an outcome it was not visited: nothing was `owed`, `unreached`
    tells why there was no time, or a fault was in the way. `waiting` are proven patches there that still wait."""

    repository: Repository
    owed: Owed
    outcome: Outcome | None = None
    faults: tuple[DebtdError, ...] = ()
    unreached: str = ""
    waiting: int = 0

    @property
    def all_faults(self) -> tuple[DebtdError, ...]:
        """Those that ended the visit, and those that hindered single pull requests."""
        return self.faults if self.outcome is None else self.outcome.faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """`next_at` is when something is owed again; None when never within a year."""

    began_at: datetime
    ended_at: datetime
    repositories: tuple[RepositoryNight, ...]

    @property
    def next_at(self) -> datetime | None:
        return min((one.owed.next_at for one in self.repositories if one.owed.next_at is not None), default=None)


def run_night(visits: Sequence[Visit], store: Store, clock: Clock) -> Night:
    """Visit every repository to which something is owed. A fault of one stops no other."""
    began_at = clock.now()
    owed = {visit.repository.id: _owed(visit) for visit in visits}
    due = [_with_served(visit, owed[visit.repository.id]) for visit in visits if owed[visit.repository.id].kinds]
    _prescan(due)
    prepared, unreached, faults = _prepare_all(due)
    done = release(list(prepared.values()), store, clock)
    for one in prepared.values():
        complete_publishing(one, done)
    _hold_unvisited([visit for visit in visits if visit.repository.id not in prepared], store)
    return Night(
        began_at=began_at,
        ended_at=clock.now(),
        repositories=tuple(
            RepositoryNight(
                repository=visit.repository,
                owed=_owed_next(visit, owed[visit.repository.id]),
                outcome=_outcome(prepared.get(visit.repository.id), done),
                faults=faults.get(visit.repository.id, ()),
                unreached=unreached.get(visit.repository.id, ""),
                waiting=len(unpublished(store, visit.repository.id)),
            )
            for visit in visits
        ),
    )


def _owed(visit: Visit) -> Owed:
    if visit.permit.schedule is None:
        raise AssertionError("a pass without a schedule keeps to nothing")
    return what_is_owed(visit, visit.permit.schedule)


def _owed_next(visit: Visit, before: Owed) -> Owed:
    """What was owed, with what is owed next by now. Where nothing was, nothing has changed."""
    return replace(before, next_at=_owed(visit).next_at) if before.kinds else before


def _with_served(visit: Visit, owed: Owed) -> Visit:
    """Only scans are done once in an opening: the other stages cost nothing where nothing waits for them."""
    return replace(visit, permit=replace(visit.permit, served=owed.served & {WindowKind.SCAN}))


def _prescan(due: Sequence[Visit]) -> None:
    """What is new in several repositories is scanned in one run of each engine."""
    scanning = [visit for visit in due if not visit.permit.withheld(WindowKind.SCAN)]
    if len(scanning) > 1:
        prescan([visit.repository for visit in scanning], scanning[0].order, scanning[0].rooms)


def _prepare_all(due: Sequence[Visit]) -> tuple[dict[str, Prepared], dict[str, str], dict[str, tuple[DebtdError, ...]]]:
    """By repository: what was prepared, why some was not reached, and the faults."""
    prepared: dict[str, Prepared] = {}
    unreached: dict[str, str] = {}
    faults: dict[str, tuple[DebtdError, ...]] = {}
    for visit in due:
        key = visit.repository.id
        if visit.permit.is_over():
            unreached[key] = "the time given to this pass was over"
            continue
        try:
            with visit.lock():
                prepared[key] = prepare(visit)
        except (RepoUnusable, Retryable, ConfigError) as fault:
            faults[key] = (fault,)
    return prepared, unreached, faults


def _outcome(prepared: Prepared | None, done: Released) -> Outcome | None:
    return None if prepared is None else outcome_of(prepared, done)


def _hold_unvisited(visits: Sequence[Visit], store: Store) -> None:
    """What was proven earlier in repositories that were not visited waits too, and is told what for."""
    sentences = {
        task.key: f"waits for {visit.permit.withheld(WindowKind.PUBLISH) or 'the next pass'}"
        for visit in visits
        for task in unpublished(store, visit.repository.id)
    }
    if sentences:
        store.hold_tasks(sentences)

"""What is owed to a repository at a moment: open windows that have not had their run, or that something waits for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from debtd.model.due import DAY, Due, DueState, judge_due
from debtd.model.pull_request import PullRequestState
from debtd.model.schedule import Schedule
from debtd.model.task import TaskState
from debtd.model.window import Window, WindowKind
from debtd.pipeline.visit import Visit

_SLACK = timedelta(minutes=15)
_MOMENT = timedelta(microseconds=1)
_UNMADE = (TaskState.PLANNED, TaskState.PATCHED)


@dataclass(frozen=True, slots=True)
class Owed:
    """`kinds` are to be served now; `served` are open and have had their run; `overdue` missed at least one whole
    opening. `next_at` is when something is owed again, None when never within a year."""

    kinds: frozenset[WindowKind]
    served: frozenset[WindowKind]
    overdue: frozenset[WindowKind]
    next_at: datetime | None


def what_is_owed(visit: Visit, schedule: Schedule) -> Owed:
    """By the windows, the runs that were completed, and the work that waits."""
    now, store, repository_id = visit.permit.began_at, visit.rooms.store, visit.repository.id
    completed = store.completed_stages(repository_id)
    merges = visit.order.policy.auto_merge
    kinds = [kind for kind in WindowKind if merges or kind is not WindowKind.MERGE]
    dues = {kind: _due(schedule[kind], completed.get(kind), now) for kind in kinds}
    is_open = {kind for kind in kinds if schedule[kind].is_open(now)}
    owing = {kind for kind in is_open if dues[kind].state is not DueState.DONE}
    return Owed(
        kinds=frozenset(owing | (is_open & _with_work(visit))),
        served=frozenset(is_open - owing),
        overdue=frozenset(kind for kind in kinds if dues[kind].state is DueState.OVERDUE),
        next_at=min((at for at in _later(dues.values(), now)), default=None),
    )


def _due(window: Window, last: datetime | None, now: datetime) -> Due:
    """A run a day is also owed to a window that never closes: one that begins a little earlier than the day before must
    not find the day unfinished, and leave it to the next."""
    openings = window.intervals(now - DAY, now + _MOMENT)
    never_closes = bool(openings) and openings[-1].start == now - DAY
    return judge_due(window, last - _SLACK if last is not None and never_closes else last, now)


def _later(dues: Iterable[Due], now: datetime) -> list[datetime]:
    return [due.go_at for due in dues if due.go_at is not None and due.go_at > now]


def _with_work(visit: Visit) -> set[WindowKind]:
    """The kinds that something waits for."""
    store, repository_id = visit.rooms.store, visit.repository.id
    found: set[WindowKind] = set()
    if store.tasks(repository_id, _UNMADE):
        found.add(WindowKind.GENERATE)
    if store.tasks(repository_id, (TaskState.ACCEPTED,)):
        found.add(WindowKind.PUBLISH)
    if visit.order.policy.auto_merge and store.pull_requests(repository_id, (PullRequestState.OPEN,)):
        found.add(WindowKind.MERGE)
    return found

"""What waits for each window, as far as the store can say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from debtd.model.finding import FindingState
from debtd.model.pull_request import PullRequestState
from debtd.model.repo import Repository
from debtd.model.task import FixTask, TaskState
from debtd.model.window import WindowKind
from debtd.ports import Store

_AT_WORK = (TaskState.PLANNED, TaskState.PATCHED)
_TRIED = (*_AT_WORK, TaskState.ACCEPTED, TaskState.PUBLISHED, TaskState.REJECTED, TaskState.SKIPPED)


@dataclass(frozen=True, slots=True)
class Waiting:
    """`count` of something, said in the singular and the plural."""

    count: int
    one: str
    many: str


@dataclass(frozen=True, slots=True)
class HeldTask:
    """A proven patch that waits. `reason` is what the last run said, a sentence ("" when none has looked at it yet);
    `since` is when it said so, or when the patch was proven."""

    task: FixTask
    reason: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for each kind of window, and when the last scan of the repository was finished."""

    waiting: Mapping[WindowKind, tuple[Waiting, ...]]
    scanned_at: datetime | None
    held: tuple[HeldTask, ...] = ()


def unpublished(store: Store, repository_id: str) -> tuple[FixTask, ...]:
    """The proven patches of a repository that no pull request shows, in planning order."""
    shown = {one.key for one in store.pull_requests(repository_id) if one.state is not PullRequestState.PENDING}
    return tuple(task for task in store.tasks(repository_id, (TaskState.ACCEPTED,)) if task.key not in shown)


def held_tasks(store: Store, repository_id: str) -> tuple[HeldTask, ...]:
    """The same, with what each waits for."""
    found = []
    for task in unpublished(store, repository_id):
        newest = next((one for one in store.events(task.key, limit=20) if one.kind.startswith("task.")), None)
        held = newest if newest is not None and newest.kind == "task.held" else None
        reason = "" if held is None else str(dict(held.fields).get("reason", ""))
        found.append(HeldTask(task, reason, None if newest is None else newest.at))
    return tuple(found)


def read_queue(store: Store, repository: Repository, now: datetime) -> Queue:
    """The queue of an enrolled repository."""
    tasks = store.tasks(repository.id)
    open_ones = store.pull_requests(repository.id, (PullRequestState.OPEN,))
    pending = store.pull_requests(repository.id, (PullRequestState.PENDING,))
    unverified = store.findings(repository.id, (FindingState.UNVERIFIED,))
    accepted = {task.key for task in tasks if task.state is TaskState.ACCEPTED} - {p.key for p in pending}
    scanned_at = _scanned_at(store, repository)
    waiting = {
        WindowKind.SCAN: (
            Waiting(int(scanned_at is None), "its first scan", ""),
            Waiting(len(unverified), "finding to look at again", "findings to look at again"),
        ),
        WindowKind.GENERATE: (
            Waiting(_untried(store, repository, tasks, now), "finding with a fix", "findings with a fix"),
            Waiting(_count(tasks, _AT_WORK), "unfinished fix task", "unfinished fix tasks"),
        ),
        WindowKind.PUBLISH: (
            Waiting(len(accepted), "accepted fix task", "accepted fix tasks"),
            Waiting(len(pending), "pending pull request", "pending pull requests"),
        ),
        WindowKind.MAINTAIN: (Waiting(len(open_ones), "open pull request", "open pull requests"),),
        WindowKind.MERGE: (),
    }
    told = {kind: tuple(w for w in found if w.count) for kind, found in waiting.items()}
    return Queue(told, scanned_at, held_tasks(store, repository.id))


def _scanned_at(store: Store, repository: Repository) -> datetime | None:
    events = store.events(repository.id)
    return next((event.at for event in events if event.kind == "scan.finished"), None)


def _untried(store: Store, repository: Repository, tasks: Iterable[FixTask], now: datetime) -> int:
    """Open findings with a fix that no task has taken up and nobody has said no to."""
    taken = {fingerprint for task in tasks if task.state in _TRIED for fingerprint in task.fingerprints}
    refused = {suppression.fingerprint for suppression in store.suppressions(now, repository.id)}
    fixable = (f.fingerprint for f in store.findings(repository.id, (FindingState.OPEN,)) if f.match.edits)
    return len(set(fixable) - taken - refused)


def _count(tasks: Iterable[FixTask], states: tuple[TaskState, ...]) -> int:
    return sum(1 for task in tasks if task.state in states)

"""Rows of fix tasks. A task moves only from a state that allows it; a move that comes too late changes nothing."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete, insert, select, update

from debtd.adapters.db.faults import overtaken
from debtd.adapters.db.journal import Tx
from debtd.adapters.db.schema import evidence, fix_task_findings, patches, pull_requests
from debtd.adapters.db.schema import fix_tasks as table
from debtd.model.pull_request import PullRequestState
from debtd.model.task import FixTask, TaskState

_UNFINISHED = (TaskState.PLANNED, TaskState.PATCHED, TaskState.ACCEPTED)
_STARTS_AGAIN = (TaskState.REJECTED, TaskState.SKIPPED, TaskState.SUPERSEDED)
# What a caller may do to a task without a patch, evidence or a pull request in its hands.
_MOVES = {
    TaskState.SKIPPED: _UNFINISHED,
    TaskState.SUPERSEDED: (*_UNFINISHED, TaskState.REJECTED, TaskState.SKIPPED),
}
_UNDER_WAY = (PullRequestState.PENDING.value, PullRequestState.OPEN.value)


def plan(tx: Tx, tasks: Sequence[FixTask]) -> None:
    """Insert new keys; start those again that ended without a pull request; leave all others alone."""
    given = {task.key: task for task in tasks}
    known: set[str] = set()
    for repository_id in sorted({task.repository_id for task in given.values()}):
        query = select(table.c.key).where(table.c.repository_id == repository_id)
        known.update(tx.connection.execute(query).scalars())
    _insert(tx, [task for key, task in given.items() if key not in known])
    for key in given.keys() & known:
        _start_again(tx, given[key])


def _insert(tx: Tx, fresh: Collection[FixTask]) -> None:
    rows = (
        {
            "key": task.key,
            "repository_id": task.repository_id,
            "rule_id": task.rule_id,
            "base_commit": task.base_commit,
            "inputs": task.inputs,
            "state": TaskState.PLANNED.value,
            "reason": "",
            "planned_at": tx.now,
            "moved_at": tx.now,
        }
        for task in fresh
    )
    tx.execute_many(insert(table), rows)
    _link(tx, fresh)
    for task in fresh:
        tx.record("task.planned", task.key, rule=task.rule_id, base=task.base_commit, findings=len(task.fingerprints))


def _link(tx: Tx, tasks: Collection[FixTask]) -> None:
    rows = (
        {"task_key": task.key, "ordinal": ordinal, "fingerprint": fingerprint}
        for task in tasks
        for ordinal, fingerprint in enumerate(task.fingerprints)
    )
    tx.execute_many(insert(fix_task_findings), rows)


def _start_again(tx: Tx, task: FixTask) -> None:
    guarded = update(table).where(table.c.key == task.key, table.c.state.in_(_STARTS_AGAIN))
    fresh = {"base_commit": task.base_commit, "inputs": task.inputs, "state": TaskState.PLANNED.value, "reason": ""}
    if tx.connection.execute(guarded.values(planned_at=tx.now, moved_at=tx.now, **fresh)).rowcount == 0:
        return
    for child in (evidence, patches, fix_task_findings):
        tx.connection.execute(delete(child).where(child.c.task_key == task.key))
    _link(tx, [task])
    tx.record("task.planned-again", task.key, rule=task.rule_id, base=task.base_commit)


def state_of(connection: Connection, key: str) -> TaskState | None:
    found = connection.execute(select(table.c.state).where(table.c.key == key)).scalar_one_or_none()
    return None if found is None else TaskState(found)


def put_aside(tx: Tx, key: str, state: TaskState, reason: str) -> None:
    """Skip or supersede a task. A task whose pull request is under way is refused."""
    if state not in _MOVES:
        raise ValueError(f"a task becomes {state.value} only together with what it then has")
    busy = select(pull_requests.c.id).where(pull_requests.c.key == key, pull_requests.c.state.in_(_UNDER_WAY))
    if tx.connection.execute(busy).one_or_none() is not None:
        raise overtaken(f"fix task {key} already has a pull request and cannot be {state.value}")
    move(tx, key, _MOVES[state], state, reason)


def move(tx: Tx, key: str, old: Sequence[TaskState], new: TaskState, reason: str = "") -> None:
    """Move a task that is in one of the old states. A task already in the new one stays; any other is refused."""
    guarded = update(table).where(table.c.key == key, table.c.state.in_([state.value for state in old]))
    statement = guarded.values(state=new.value, reason=reason, moved_at=tx.now)
    if tx.connection.execute(statement).rowcount == 1:
        tx.record(f"task.{new.value}", key, **({"reason": reason} if reason else {}))
        return
    present = state_of(tx.connection, key)
    if present is not new:
        word = "unknown" if present is None else present.value
        raise overtaken(f"fix task {key} is {word} and cannot be {new.value}")

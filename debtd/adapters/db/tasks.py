"""Rows of fix tasks. A task moves only from a state that allows it; a move that comes too late changes nothing."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from debtd.adapters.db.faults import overtaken
from debtd.adapters.db.journal import Tx
from debtd.adapters.db.reads import pull_requests
from debtd.adapters.db.schema import evidence, fix_task_findings, patches
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


def plan(tx: Tx, tasks: Sequence[FixTask]) -> None:
    """Insert new keys; start those again that ended without a pull request; leave all others alone."""
    given = {task.key: task for task in tasks}
    known: set[str] = set()
    for repository_id in sorted({task.repository_id for task in given.values()}):
        query = select(table.c.key).where(table.c.repository_id == repository_id)
        known.update(tx.connection.execute(query).scalars())
    _insert(tx, [task for key, task in given.items() if key not in known])
    for key in given.keys() & known:
        _start_again(tx, given[key], _STARTS_AGAIN)


def replan(tx: Tx, task: FixTask) -> None:
    """Start a task again, for its open pull request; one that is under way for the same findings, base and inputs is
    left alone, and so is one whose new commit is recorded already.

    Its findings are those that it had, or some of them: its key and the branch of its pull request stay.
    """
    pull_request = pull_requests.by_key(tx.rows, task.key)
    if pull_request is None or pull_request.state is not PullRequestState.OPEN:
        raise overtaken(f"the pull request of fix task {task.key} is not open (any more)")
    present = tx.connection.execute(select(table).where(table.c.key == task.key)).one()
    links = select(fix_task_findings.c.fingerprint).where(fix_task_findings.c.task_key == task.key)
    had = set(tx.connection.execute(links).scalars())
    is_the_same = (present.base_commit, present.inputs, had) == (task.base_commit, task.inputs, set(task.fingerprints))
    if pull_request.next_commit or (is_the_same and TaskState(present.state) in _UNFINISHED):
        return
    if not task.fingerprints or not had.issuperset(task.fingerprints):
        raise ValueError(f"fix task {task.key} starts again with none of its findings, or with others")
    _start_again(tx, task, tuple(TaskState))


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


def _start_again(tx: Tx, task: FixTask, old: Sequence[TaskState]) -> bool:
    """Plan a task that is in one of the old states, with nothing left of what it had; whether it was in one."""
    guarded = update(table).where(table.c.key == task.key, table.c.state.in_([state.value for state in old]))
    fresh = {"base_commit": task.base_commit, "inputs": task.inputs, "state": TaskState.PLANNED.value, "reason": ""}
    if tx.connection.execute(guarded.values(planned_at=tx.now, moved_at=tx.now, **fresh)).rowcount == 0:
        return False
    for child in (evidence, patches, fix_task_findings):
        tx.connection.execute(delete(child).where(child.c.task_key == task.key))
    _link(tx, [task])
    tx.record("task.planned-again", task.key, rule=task.rule_id, base=task.base_commit)
    return True


def hold(tx: Tx, reasons: Mapping[str, str]) -> None:
    """Say what accepted tasks wait for; "" for nothing any more. Tasks in other states are left alone."""
    accepted = table.c.state == TaskState.ACCEPTED.value
    rows = tx.connection.execute(select(table.c.key, table.c.reason).where(accepted).with_for_update())
    changed = {row.key: reasons[row.key] for row in rows if reasons.get(row.key, row.reason) != row.reason}
    statement = update(table).where(table.c.key == bindparam("held"), accepted).values(reason=bindparam("why"))
    tx.execute_many(statement, ({"held": key, "why": reason} for key, reason in changed.items()))
    for key, reason in changed.items():
        tx.record("task.held" if reason else "task.released", key, **({"reason": reason} if reason else {}))


def state_of(connection: Connection, key: str) -> TaskState | None:
    found = connection.execute(select(table.c.state).where(table.c.key == key)).scalar_one_or_none()
    return None if found is None else TaskState(found)


def put_aside(tx: Tx, key: str, state: TaskState, reason: str) -> None:
    """Skip or supersede a task. A task whose pull request is under way is refused; but one that was started again
    for it may find no fix and be skipped, unless a push for it may be under way."""
    if state not in _MOVES:
        raise ValueError(f"a task becomes {state.value} only together with what it then has")
    pull_request = pull_requests.by_key(tx.rows, key)
    if pull_request is not None:
        idle = state is TaskState.SKIPPED and not pull_request.next_commit
        if pull_request.state is PullRequestState.PENDING or (pull_request.state is PullRequestState.OPEN and not idle):
            raise overtaken(f"fix task {key} already has a pull request and cannot be {state.value}")
    move(tx, key, _MOVES[state], state, reason)


def publish(tx: Tx, key: str) -> None:
    """What an accepted task has made is at its forge. Any other task is left alone: it was started again."""
    _moved(tx, key, (TaskState.ACCEPTED,), TaskState.PUBLISHED, "")


def move(tx: Tx, key: str, old: Sequence[TaskState], new: TaskState, reason: str = "") -> None:
    """Move a task that is in one of the old states. A task already in the new one stays; any other is refused."""
    if _moved(tx, key, old, new, reason):
        return
    present = state_of(tx.connection, key)
    if present is not new:
        word = "unknown" if present is None else present.value
        raise overtaken(f"fix task {key} is {word} and cannot be {new.value}")


def _moved(tx: Tx, key: str, old: Sequence[TaskState], new: TaskState, reason: str) -> bool:
    guarded = update(table).where(table.c.key == key, table.c.state.in_([state.value for state in old]))
    if tx.connection.execute(guarded.values(state=new.value, reason=reason, moved_at=tx.now)).rowcount != 1:
        return False
    tx.record(f"task.{new.value}", key, **({"reason": reason} if reason else {}))
    return True

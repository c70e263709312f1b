"""Rows of pull requests: one for each key and one for each branch, and a no that is never overwritten."""

from typing import Any

from sqlalchemy import insert, update

from debtd.adapters.db import tasks
from debtd.adapters.db.faults import overtaken
from debtd.adapters.db.journal import Tx
from debtd.adapters.db.reads import pull_requests as reads
from debtd.adapters.db.schema import pull_requests as table
from debtd.model.pull_request import PullRequest, PullRequestOutcome, PullRequestState
from debtd.model.task import TaskState

_PENDING, _OPEN = PullRequestState.PENDING, PullRequestState.OPEN
_MERGED, _REJECTED, _CLOSED = PullRequestState.MERGED, PullRequestState.REJECTED, PullRequestState.CLOSED
# From which states a pull request gets into a state. What is over is not opened again by a late answer of a forge.
_COMES_FROM = {
    _PENDING: (_PENDING,),
    _OPEN: (_PENDING, _OPEN),
    _CLOSED: (_PENDING, _OPEN, _CLOSED),
    _REJECTED: (_PENDING, _OPEN, _CLOSED, _REJECTED),
    _MERGED: (_PENDING, _OPEN, _CLOSED, _REJECTED, _MERGED),
}


def save(tx: Tx, pull_request: PullRequest) -> None:
    """Insert or update by key. What its branch stands at was recorded before the push, the first time and each next."""
    known = reads.by_key(tx.rows, pull_request.key)
    if known == pull_request:
        return
    if known is None:
        _insert(tx, pull_request)
    else:
        _update(tx, known, pull_request)
    if _publishes(known, pull_request):
        tasks.publish(tx, pull_request.key)


def _publishes(known: PullRequest | None, given: PullRequest) -> bool:
    """Whether what its task has made is at the forge now, or will never be. An open pull request whose task was
    started again, and accepted, waits for the push of its next commit."""
    if given.state is _PENDING or (given.state is _OPEN and given.next_commit):
        return False
    was_open = known is not None and known.state is _OPEN
    return not (was_open and given.state is _OPEN) or _takes_over(known, given)


def _takes_over(known: PullRequest | None, given: PullRequest) -> bool:
    """Whether it stands at what was recorded as its next commit."""
    return (
        known is not None and bool(known.next_commit) and (given.commit, given.next_commit) == (known.next_commit, "")
    )


def _insert(tx: Tx, pull_request: PullRequest) -> None:
    if tasks.state_of(tx.connection, pull_request.key) is not TaskState.ACCEPTED:
        raise overtaken(f"fix task {pull_request.key} is not accepted (any more) and gets no pull request")
    values = {
        "key": pull_request.key,
        "repository_id": pull_request.repository_id,
        "rule_id": pull_request.rule_id,
        "branch": pull_request.branch,
        **_changing(pull_request),
    }
    tx.connection.execute(insert(table).values(created_at=tx.now, updated_at=tx.now, **values))
    tx.record("pull-request.recorded", pull_request.key, branch=pull_request.branch, commit=pull_request.commit)
    if pull_request.state is not _PENDING:
        _record_state(tx, pull_request)


def _update(tx: Tx, known: PullRequest, given: PullRequest) -> None:
    if known.state not in _COMES_FROM[given.state]:
        raise overtaken(f"the pull request on {known.branch} is {known.state.value} and cannot be {given.state.value}")
    _check_commits(tx, known, given)
    if known.outcome is PullRequestOutcome.REVERTED and given.outcome is not known.outcome:
        raise overtaken(f"the pull request on {known.branch} was reverted by now")
    guarded = update(table).where(
        table.c.key == given.key,
        table.c.state == known.state.value,
        table.c.commit_id == known.commit,
        table.c.next_commit == known.next_commit,
    )
    if tx.connection.execute(guarded.values(updated_at=tx.now, **_changing(given))).rowcount != 1:
        raise overtaken(f"another run has changed the pull request on {known.branch}")
    _record_changes(tx, known, given)


def _check_commits(tx: Tx, known: PullRequest, given: PullRequest) -> None:
    moves = given.commit != known.commit
    if _identity(known) != _identity(given) or (moves and not _takes_over(known, given)):
        raise overtaken(f"another commit or branch is already recorded for the pull request on {known.branch}")
    if given.next_commit and known.next_commit not in {"", given.next_commit}:
        raise overtaken(f"another next commit is already recorded for the pull request on {known.branch}")
    waits = given.state is _OPEN and bool(given.next_commit)
    if waits and tasks.state_of(tx.connection, given.key) is not TaskState.ACCEPTED:
        raise overtaken(f"fix task {given.key} is not accepted (any more) and its pull request gets no next commit")


def _record_changes(tx: Tx, known: PullRequest, given: PullRequest) -> None:
    if known.state is not given.state:
        _record_state(tx, given)
    if given.next_commit and given.next_commit != known.next_commit:
        tx.record("pull-request.moving", given.key, commit=given.commit, next=given.next_commit)
    if given.commit != known.commit:
        tx.record("pull-request.moved", given.key, commit=given.commit, earlier=known.commit)
    if given.hands_off is not None and given.hands_off is not known.hands_off:
        tx.record("pull-request.hands-off", given.key, reason=given.hands_off.value)
    if given.outcome is not None and given.outcome is not known.outcome:
        tx.record(f"pull-request.outcome-{given.outcome.value}", given.key)
    if known.state is given.state is _OPEN and given.attention is not known.attention:
        tx.record("pull-request.waiting", given.key, attention=given.attention.value)


def _record_state(tx: Tx, pull_request: PullRequest) -> None:
    fields: dict[str, str | int] = {
        "number": pull_request.number,
        "url": pull_request.url,
        "reason": pull_request.reason,
    }
    told = {name: value for name, value in fields.items() if value}
    tx.record(f"pull-request.{pull_request.state.value}", pull_request.key, **told)


def _identity(pull_request: PullRequest) -> tuple[str, str, str]:
    return pull_request.repository_id, pull_request.rule_id, pull_request.branch


def _changing(pull_request: PullRequest) -> dict[str, Any]:
    hands_off, close_reason, outcome = pull_request.hands_off, pull_request.close_reason, pull_request.outcome
    return {
        "base_branch": pull_request.base_branch,
        "commit_id": pull_request.commit,
        "title": pull_request.title,
        "body": pull_request.body,
        "state": pull_request.state.value,
        "number": pull_request.number,
        "url": pull_request.url,
        "reason": pull_request.reason,
        "draft": pull_request.draft,
        "attention": pull_request.attention.value,
        "hands_off": None if hands_off is None else hands_off.value,
        "next_commit": pull_request.next_commit,
        "lines": pull_request.lines,
        "owners": list(pull_request.owners),
        "rule_group": pull_request.group,
        "heard": pull_request.heard,
        "close_reason": None if close_reason is None else close_reason.value,
        "outcome": None if outcome is None else outcome.value,
        "merge_commit": pull_request.merge_commit,
        "published_at": pull_request.published_at,
        "ended_at": pull_request.ended_at,
    }

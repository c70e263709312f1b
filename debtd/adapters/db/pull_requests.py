"""Rows of pull requests: one for each key and one for each branch, and a no that is never overwritten."""

from typing import Any

from sqlalchemy import insert, update

from debtd.adapters.db import tasks
from debtd.adapters.db.faults import overtaken
from debtd.adapters.db.journal import Tx
from debtd.adapters.db.reads import work
from debtd.adapters.db.schema import pull_requests as table
from debtd.model.pull_request import PullRequest, PullRequestState
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
    """Insert or update by key. Its identity and its commit, recorded before the push, never change."""
    known = work.pull_request(tx.rows, pull_request.key)
    if known == pull_request:
        return
    if known is None:
        _insert(tx, pull_request)
    else:
        _update(tx, known, pull_request)
    if pull_request.state is not _PENDING:
        tasks.move(tx, pull_request.key, (TaskState.ACCEPTED,), TaskState.PUBLISHED)


def _insert(tx: Tx, pull_request: PullRequest) -> None:
    if tasks.state_of(tx.connection, pull_request.key) is not TaskState.ACCEPTED:
        raise overtaken(f"fix task {pull_request.key} is not accepted (any more) and gets no pull request")
    values = {
        "key": pull_request.key,
        "repository_id": pull_request.repository_id,
        "rule_id": pull_request.rule_id,
        "branch": pull_request.branch,
        "commit_id": pull_request.commit,
        **_changing(pull_request),
    }
    tx.connection.execute(insert(table).values(created_at=tx.now, updated_at=tx.now, **values))
    tx.record("pull-request.recorded", pull_request.key, branch=pull_request.branch, commit=pull_request.commit)
    if pull_request.state is not _PENDING:
        _record_state(tx, pull_request)


def _update(tx: Tx, known: PullRequest, given: PullRequest) -> None:
    if _identity(known) != _identity(given):
        raise overtaken(f"another commit or branch is already recorded for the pull request on {known.branch}")
    allowed = [state.value for state in _COMES_FROM[given.state]]
    guarded = update(table).where(table.c.key == given.key, table.c.state.in_(allowed))
    if tx.connection.execute(guarded.values(updated_at=tx.now, **_changing(given))).rowcount != 1:
        raise overtaken(f"the pull request on {known.branch} is {known.state.value} and cannot be {given.state.value}")
    if known.state is not given.state:
        _record_state(tx, given)


def _record_state(tx: Tx, pull_request: PullRequest) -> None:
    fields: dict[str, str | int] = {
        "number": pull_request.number,
        "url": pull_request.url,
        "reason": pull_request.reason,
    }
    told = {name: value for name, value in fields.items() if value}
    tx.record(f"pull-request.{pull_request.state.value}", pull_request.key, **told)


def _identity(pull_request: PullRequest) -> tuple[str, str, str, str]:
    return pull_request.repository_id, pull_request.rule_id, pull_request.branch, pull_request.commit


def _changing(pull_request: PullRequest) -> dict[str, Any]:
    return {
        "base_branch": pull_request.base_branch,
        "title": pull_request.title,
        "body": pull_request.body,
        "state": pull_request.state.value,
        "number": pull_request.number,
        "url": pull_request.url,
        "reason": pull_request.reason,
    }

"""Pull requests, as they are stored."""

from collections.abc import Sequence
from typing import Any

from debtd.adapters.db.escaping import unescape
from debtd.adapters.db.reads.rows import Rows, among, from_json, utc
from debtd.model.pull_request import (
    Attention,
    CloseReason,
    HandsOff,
    PullRequest,
    PullRequestOutcome,
    PullRequestState,
)

_COLUMNS = (
    "key, repository_id, rule_id, branch, base_branch, commit_id, title, body, state, number, url, reason, draft,"
    " attention, hands_off, next_commit, lines, owners, rule_group, heard, close_reason, outcome, merge_commit,"
    " published_at, ended_at"
)


def by_filter(rows: Rows, repository_id: str | None, states: Sequence[PullRequestState]) -> tuple[PullRequest, ...]:
    """In the order of creation; None and no states mean all."""
    where, values = among("state", [state.value for state in states])
    if repository_id is not None:
        where += " AND repository_id = :repository_id"
        values["repository_id"] = repository_id
    query = f"SELECT {_COLUMNS} FROM pull_requests WHERE {where} ORDER BY id"
    return tuple(_decode(row) for row in rows.select(query, **values))


def by_key(rows: Rows, key: str) -> PullRequest | None:
    query = f"SELECT {_COLUMNS} FROM pull_requests WHERE key = :key"
    return next((_decode(row) for row in rows.select(query, key=key)), None)


def _decode(row: Sequence[Any]) -> PullRequest:
    key, repository_id, rule_id, branch, base_branch, commit, title, body, state, number, url, reason, *life = row
    draft, attention, hands_off, next_commit, lines, owners, group, heard, *end = life
    close_reason, outcome, merge_commit, published_at, ended_at = end
    return PullRequest(
        key=key,
        repository_id=repository_id,
        rule_id=rule_id,
        branch=branch,
        base_branch=unescape(base_branch),
        commit=commit,
        title=unescape(title),
        body=unescape(body),
        state=PullRequestState(state),
        number=number,
        url=unescape(url),
        reason=unescape(reason),
        draft=bool(draft),
        attention=Attention(attention),
        hands_off=None if hands_off is None else HandsOff(hands_off),
        next_commit=next_commit,
        lines=lines,
        owners=tuple(from_json(owners)),
        group=unescape(group),
        heard=heard,
        close_reason=None if close_reason is None else CloseReason(close_reason),
        outcome=None if outcome is None else PullRequestOutcome(outcome),
        merge_commit=merge_commit,
        published_at=None if published_at is None else utc(published_at),
        ended_at=None if ended_at is None else utc(ended_at),
    )

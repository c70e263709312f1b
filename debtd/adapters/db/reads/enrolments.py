"""Enrolments, as they are stored."""

from collections.abc import Sequence
from typing import Any

from debtd.adapters.db.escaping import unescape
from debtd.adapters.db.reads.rows import Rows, utc
from debtd.model.enrolment import Enrolment, EnrolmentState

_QUERY = (
    "SELECT e.repository_id, e.state, e.changed_at, e.reason, e.branch, e.commit_id, e.number, e.url FROM enrolments e"
)


def enrolments(rows: Rows) -> tuple[Enrolment, ...]:
    """In the order of the repositories."""
    query = f"{_QUERY} JOIN repositories r ON r.id = e.repository_id ORDER BY r.number"
    return tuple(_enrolment(row) for row in rows.select(query))


def enrolment(rows: Rows, repository_id: str) -> Enrolment | None:
    query = f"{_QUERY} WHERE e.repository_id = :repository_id"
    return next((_enrolment(row) for row in rows.select(query, repository_id=repository_id)), None)


def _enrolment(row: Sequence[Any]) -> Enrolment:
    repository_id, state, changed_at, reason, branch, commit, number, url = row
    return Enrolment(
        repository_id=repository_id,
        state=EnrolmentState(state),
        changed_at=utc(changed_at),
        reason=unescape(reason),
        branch=branch,
        commit=commit,
        number=number,
        url=unescape(url),
    )

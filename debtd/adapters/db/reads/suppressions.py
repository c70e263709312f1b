"""Suppressions as they are stored."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from debtd.adapters.db.escaping import unescape
from debtd.adapters.db.reads.rows import Rows, utc
from debtd.model.suppression import Suppression, SuppressionKind

COLUMNS = "s.fingerprint, s.kind, s.reason, s.author, s.created_at, s.expires_at"


def active(alias: str) -> str:
    """A condition on suppressions; the value of `:now` must be given."""
    return f"{alias}.lifted_at IS NULL AND ({alias}.expires_at IS NULL OR {alias}.expires_at > :now)"


def all_active(rows: Rows, now: datetime, repository_id: str | None) -> tuple[Suppression, ...]:
    """In the order in which they were made."""
    query, values = f"SELECT {COLUMNS} FROM suppressions s", dict[str, object]()
    if repository_id is not None:
        query += " JOIN findings f ON f.fingerprint = s.fingerprint AND f.repository_id = :repository_id"
        values["repository_id"] = repository_id
    query += f" WHERE {active('s')} ORDER BY s.id"
    return tuple(decode(row) for row in rows.select(query, now=rows.moment(now), **values))


def standing(rows: Rows, fingerprint: str, kind: SuppressionKind) -> tuple[int, Suppression] | None:
    """The one of its kind that was not lifted, expired or not, with its number."""
    query = f"SELECT s.id, {COLUMNS} FROM suppressions s WHERE s.fingerprint = :fingerprint AND s.kind = :kind"
    found = rows.select(f"{query} AND s.lifted_at IS NULL", fingerprint=fingerprint, kind=kind.value)
    return next(((row[0], decode(row[1:])) for row in found), None)


def decode(row: Sequence[Any]) -> Suppression:
    fingerprint, kind, reason, author, created_at, expires_at = row
    return Suppression(
        fingerprint=fingerprint,
        kind=SuppressionKind(kind),
        reason=unescape(reason),
        author=unescape(author),
        created_at=utc(created_at),
        expires_at=None if expires_at is None else utc(expires_at),
    )

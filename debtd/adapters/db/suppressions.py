"""Rows of suppressions. They are never deleted: a lifted one says when, by whom and why."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, insert, or_, select, update

from debtd.adapters.db.journal import Tx
from debtd.adapters.db.reads import suppressions as reads
from debtd.adapters.db.schema import findings
from debtd.adapters.db.schema import suppressions as table
from debtd.model.errors import StateUnusable
from debtd.model.suppression import Suppression, SuppressionKind

_DECIDED_BY_PEOPLE = (SuppressionKind.EXTERNAL.value, SuppressionKind.REJECTED.value)
_STANDING = table.c.lifted_at.is_(None)


def add(tx: Tx, suppression: Suppression) -> None:
    """Add a decision; an earlier one of the same kind is lifted, and an equal one makes this a no-op."""
    known = select(findings.c.fingerprint).where(findings.c.fingerprint == suppression.fingerprint)
    if tx.connection.execute(known).one_or_none() is None:
        raise StateUnusable(f"the database knows no finding {suppression.fingerprint}; scan its repository first.")
    standing = reads.standing(tx.rows, suppression.fingerprint, suppression.kind)
    if standing is not None and standing[1] == suppression:
        return
    if standing is not None:
        _lift(tx, (standing[0],), suppression.author, "replaced by a new decision")
    _insert(tx, (suppression,))


def lift(tx: Tx, fingerprint: str, author: str, reason: str, now: datetime) -> int:
    """Lift what people decided and what is still active; how many there were."""
    chosen = table.c.fingerprint == fingerprint, table.c.kind.in_(_DECIDED_BY_PEOPLE), _active(now)
    rows = list(tx.connection.execute(select(table.c.id, table.c.kind).where(*chosen)))
    _lift(tx, [row.id for row in rows], author, reason)
    for row in rows:
        tx.record("suppression.lifted", fingerprint, kind=row.kind, author=author, reason=reason)
    return len(rows)


def replace_in_source(tx: Tx, repository_id: str, judged: Collection[str], present: Iterable[Suppression]) -> None:
    """Comments of the repository, as a scan found them, for the findings that it saw or resolved (`judged`).

    What the scan could not see keeps its suppressions. A comment that still stands changes nothing.
    """
    given = {suppression.fingerprint: suppression for suppression in present}
    query = select(table).join(findings).where(findings.c.repository_id == repository_id, _STANDING)
    rows = list(tx.connection.execute(query.where(table.c.kind == SuppressionKind.IN_SOURCE.value)))
    looked_at = {*judged, *given}
    kept = {row.fingerprint for row in rows if _says_the_same(row, given.get(row.fingerprint))}
    gone = [row for row in rows if row.fingerprint in looked_at - kept]
    _lift(tx, [row.id for row in gone], "repository", "the comment is gone")
    tx.record_each("suppression.lifted", [row.fingerprint for row in gone], kind=SuppressionKind.IN_SOURCE.value)
    _insert(tx, [suppression for key, suppression in given.items() if key not in kept])


def _says_the_same(row: Row[Any], suppression: Suppression | None) -> bool:
    return suppression is not None and (row.reason, row.author) == (suppression.reason, suppression.author)


def _active(now: datetime) -> ColumnElement[bool]:
    return _STANDING & or_(table.c.expires_at.is_(None), table.c.expires_at > now)


def _lift(tx: Tx, ids: Iterable[int], author: str, reason: str) -> None:
    statement = update(table).where(table.c.id == bindparam("standing"), _STANDING)
    lifted = statement.values(lifted_at=tx.now, lifted_by=author, lift_reason=reason)
    tx.execute_many(lifted, ({"standing": number} for number in ids))


def _insert(tx: Tx, given: Collection[Suppression]) -> None:
    rows = (
        {
            "fingerprint": suppression.fingerprint,
            "kind": suppression.kind.value,
            "reason": suppression.reason,
            "author": suppression.author,
            "created_at": suppression.created_at,
            "expires_at": suppression.expires_at,
        }
        for suppression in given
    )
    tx.execute_many(insert(table), rows)
    for suppression in given:
        fields = {"kind": suppression.kind.value, "author": suppression.author, "reason": suppression.reason}
        tx.record("suppression.added", suppression.fingerprint, **fields)

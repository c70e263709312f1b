"""Rows of suppressions. They are never deleted: a lifted one says when, by whom and why."""

from collections.abc import Collection, Iterable
from datetime import datetime

from debtd.adapters.db.changes import Transaction, inserting, updating
from debtd.adapters.db.escaping import escape, unescape
from debtd.adapters.db.reads import suppressions as reads
from debtd.model.errors import StateUnusable
from debtd.model.suppression import Suppression, SuppressionKind

_DECIDED_BY_PEOPLE = (SuppressionKind.EXTERNAL, SuppressionKind.REJECTED)
_INSERT = inserting("suppressions", "fingerprint", "kind", "reason", "author", "created_at", "expires_at")
_LIFT = updating("suppressions", "lifted_at", "lifted_by", "lift_reason") + " WHERE id = :id AND lifted_at IS NULL"
_IN_SOURCE = (
    "SELECT s.id, s.fingerprint, s.reason, s.author FROM suppressions s"
    " JOIN findings f ON f.fingerprint = s.fingerprint"
    " WHERE f.repository_id = :repository_id AND s.lifted_at IS NULL AND s.kind = :kind"
)


def add(tx: Transaction, suppression: Suppression) -> None:
    """Add a decision; an earlier one of the same kind is lifted, and an equal one makes this a no-op."""
    query = "SELECT fingerprint FROM findings WHERE fingerprint = :fingerprint"
    if not list(tx.rows.select(query, fingerprint=suppression.fingerprint)):
        raise StateUnusable(f"the database knows no finding {suppression.fingerprint}; scan its repository first.")
    standing = reads.standing(tx.rows, suppression.fingerprint, suppression.kind)
    if standing is not None and standing[1] == suppression:
        return
    if standing is not None:
        _lift(tx, (standing[0],), suppression.author, "replaced by a new decision")
    _insert(tx, (suppression,))


def lift(tx: Transaction, fingerprint: str, author: str, reason: str, now: datetime) -> int:
    """Lift what people decided and what is still active; how many there were."""
    query = f"SELECT s.id, s.kind FROM suppressions s WHERE s.fingerprint = :fingerprint AND {reads.active('s')}"
    found = list(tx.rows.select(query, fingerprint=fingerprint, now=tx.rows.moment(now)))
    decided = [(number, kind) for number, kind in found if kind in _DECIDED_BY_PEOPLE]
    _lift(tx, [number for number, _ in decided], author, reason)
    for _, kind in decided:
        tx.record("suppression.lifted", fingerprint, kind=kind, author=author, reason=reason)
    return len(decided)


def replace_in_source(
    tx: Transaction, repository_id: str, judged: Collection[str], present: Iterable[Suppression]
) -> None:
    """Comments of the repository, as a scan found them, for the findings that it saw or resolved (`judged`).

    What the scan could not see keeps its suppressions. A comment that still stands changes nothing.
    """
    given = {suppression.fingerprint: suppression for suppression in present}
    kind = SuppressionKind.IN_SOURCE.value
    standing = list(tx.rows.select(_IN_SOURCE, repository_id=repository_id, kind=kind))
    kept = {
        fingerprint
        for _, fingerprint, reason, author in standing
        if _says_the_same(unescape(reason), unescape(author), given.get(fingerprint))
    }
    looked_at = {*judged, *given}
    gone = {number: key for number, key, _, _ in standing if key in looked_at - kept}
    _lift(tx, gone, "repository", "the comment is gone")
    tx.record_each("suppression.lifted", gone.values(), kind=kind)
    _insert(tx, [suppression for key, suppression in given.items() if key not in kept])


def _says_the_same(reason: str, author: str, suppression: Suppression | None) -> bool:
    return suppression is not None and (reason, author) == (suppression.reason, suppression.author)


def _lift(tx: Transaction, ids: Iterable[int], author: str, reason: str) -> None:
    same = {"lifted_at": tx.at, "lifted_by": escape(author), "lift_reason": escape(reason)}
    tx.rows.change_many(_LIFT, ({"id": number, **same} for number in ids))


def _insert(tx: Transaction, given: Collection[Suppression]) -> None:
    rows = (
        {
            "fingerprint": suppression.fingerprint,
            "kind": suppression.kind.value,
            "reason": escape(suppression.reason),
            "author": escape(suppression.author),
            "created_at": tx.rows.moment(suppression.created_at),
            "expires_at": None if suppression.expires_at is None else tx.rows.moment(suppression.expires_at),
        }
        for suppression in given
    )
    tx.rows.change_many(_INSERT, rows)
    for suppression in given:
        fields = {"kind": suppression.kind.value, "author": suppression.author, "reason": suppression.reason}
        tx.record("suppression.added", suppression.fingerprint, **fields)

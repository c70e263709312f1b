"""How a scan writes and moves findings."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from debtd.adapters.db.edits import encode_edits
from debtd.adapters.db.journal import Tx
from debtd.adapters.db.schema import findings as table
from debtd.model.finding import Finding, FindingState, Match


def states_of(connection: Connection, repository_id: str) -> dict[str, FindingState]:
    """The state of every finding of a repository, by fingerprint."""
    query = select(table.c.fingerprint, table.c.state).where(table.c.repository_id == repository_id)
    return {row.fingerprint: FindingState(row.state) for row in connection.execute(query)}


def add(tx: Tx, repository_id: str, scan_id: int, fresh: Iterable[Finding]) -> None:
    constant = {"repository_id": repository_id, "state": FindingState.OPEN.value, "first_seen_scan": scan_id}
    rows = (
        {"fingerprint": f.fingerprint, "rule_id": f.match.rule_id, **constant, **_encode(f.match, scan_id)}
        for f in fresh
    )
    tx.execute_many(insert(table), rows)


def refresh(tx: Tx, repository_id: str, scan_id: int, seen: Iterable[Finding]) -> None:
    """Give known findings their present match. Most stand where they stood: then no column of an index is written."""
    columns = table.c.fingerprint, table.c.path, table.c.start_byte, table.c.end_byte
    query = select(*columns).where(table.c.repository_id == repository_id)
    places = {row.fingerprint: tuple(row)[1:] for row in tx.connection.execute(query)}
    by_key = update(table).where(table.c.fingerprint == bindparam("known"))
    staying: list[dict[str, Any]] = []
    moving: list[dict[str, Any]] = []
    for finding in seen:
        row = {"known": finding.fingerprint, **_encode(finding.match, scan_id)}
        stays = places[finding.fingerprint] == (row["path"], row["start_byte"], row["end_byte"])
        (staying if stays else moving).append(row)
    for row in staying:
        del row["path"], row["start_byte"], row["end_byte"]
    tx.execute_many(by_key, staying)
    tx.execute_many(by_key, moving)


def move(tx: Tx, fingerprints: Iterable[str], old: FindingState, new: FindingState) -> None:
    """Move findings from one state to another; any that are not in the old state stay where they are."""
    guarded = update(table).where(table.c.fingerprint == bindparam("known"), table.c.state == old.value)
    resolved_at = tx.now if new is FindingState.RESOLVED else None
    statement = guarded.values(state=new.value, resolved_at=resolved_at)
    tx.execute_many(statement, ({"known": fingerprint} for fingerprint in fingerprints))


def _encode(match: Match, scan_id: int) -> dict[str, Any]:
    span, no_fix = match.span, match.no_fix
    return {
        "path": match.path,
        "blob": match.blob,
        "start_byte": span.start,
        "end_byte": span.end,
        "line": span.line,
        "column_number": span.column,
        "end_line": span.end_line,
        "end_column_number": span.end_column,
        "matched_text": match.text,
        "line_text": match.line_text,
        "scope": match.scope,
        "message": match.message,
        "edits": encode_edits(match.edits),
        "no_fix_reason": None if no_fix is None else no_fix.reason.value,
        "no_fix_detail": None if no_fix is None else no_fix.detail,
        "suppressed_by": match.suppressed_by,
        "last_seen_scan": scan_id,
    }

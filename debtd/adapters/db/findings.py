"""Rows of findings: what they say, and how a scan moves them."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from debtd.adapters.db.edits import decode_edits, encode_edits
from debtd.adapters.db.journal import Tx
from debtd.adapters.db.schema import findings as table
from debtd.adapters.db.schema import fix_task_findings
from debtd.model.coverage import Skipped, SkipReason
from debtd.model.finding import Finding, FindingState, Match, Span

_HEX = frozenset("0123456789abcdef")


def by_filter(
    connection: Connection, repository_id: str | None, states: Sequence[FindingState], rule_id: str | None
) -> tuple[Finding, ...]:
    """Ordered by path and position; None and no states mean all."""
    query = select(table)
    if repository_id is not None:
        query = query.where(table.c.repository_id == repository_id)
    if states:
        query = query.where(table.c.state.in_([state.value for state in states]))
    if rule_id is not None:
        query = query.where(table.c.rule_id == rule_id)
    return _ordered(decode(row) for row in connection.execute(query).all())


def by_prefix(connection: Connection, prefix: str) -> tuple[Finding, ...]:
    """At most two. A range and not LIKE, so that the index serves it: "g" sorts after every hexadecimal digit."""
    start = prefix.strip().lower()
    if not _HEX.issuperset(start):
        return ()
    query = select(table).where(table.c.fingerprint >= start, table.c.fingerprint < start + "g")
    return tuple(decode(row) for row in connection.execute(query.order_by(table.c.fingerprint).limit(2)))


def of_task(connection: Connection, task_key: str) -> tuple[Finding, ...]:
    """The findings that a fix task covers, ordered by path and position."""
    joined = fix_task_findings.c
    query = select(table).join(fix_task_findings).where(joined.task_key == task_key)
    return _ordered(decode(row) for row in connection.execute(query).all())


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


def refresh(tx: Tx, scan_id: int, seen: Iterable[Finding]) -> None:
    """Give known findings their present match. The state is not touched, so that no index is."""
    by_key = update(table).where(table.c.fingerprint == bindparam("known"))
    tx.execute_many(by_key, ({"known": f.fingerprint, **_encode(f.match, scan_id)} for f in seen))


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


def decode(row: Row[Any]) -> Finding:
    span = Span(
        start=row.start_byte,
        end=row.end_byte,
        line=row.line,
        column=row.column_number,
        end_line=row.end_line,
        end_column=row.end_column_number,
    )
    match = Match(
        rule_id=row.rule_id,
        path=row.path,
        span=span,
        text=row.matched_text,
        line_text=row.line_text,
        scope=row.scope,
        message=row.message,
        edits=decode_edits(row.edits),
        no_fix=None if row.no_fix_reason is None else Skipped(SkipReason(row.no_fix_reason), row.no_fix_detail),
        suppressed_by=row.suppressed_by,
        blob=row.blob,
    )
    return Finding(fingerprint=row.fingerprint, match=match, state=FindingState(row.state))


def _ordered(found: Iterable[Finding]) -> tuple[Finding, ...]:
    # Sorted here, because databases disagree about the order of text.
    def position(finding: Finding) -> tuple[str, int, int, str, str]:
        match = finding.match
        return match.path, match.span.start, match.span.end, match.rule_id, finding.fingerprint

    return tuple(sorted(found, key=position))

"""Findings as they are stored."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from debtd.adapters.db.edits import decode_edits
from debtd.adapters.db.escaping import unescape
from debtd.adapters.db.reads import suppressions
from debtd.adapters.db.reads.rows import Rows, among, from_json, text
from debtd.model.coverage import Skipped, SkipReason
from debtd.model.finding import Finding, FindingState, Match, Span
from debtd.ports import ListedFinding

_HEX = frozenset("0123456789abcdef")
_COLUMNS = (
    "f.fingerprint, f.state, f.rule_id, f.path, f.blob, f.start_byte, f.end_byte, f.line, f.column_number, f.end_line,"
    " f.end_column_number, f.matched_text, f.line_text, f.scope, f.message, f.edits, f.no_fix_reason, f.no_fix_detail,"
    " f.suppressed_by"
)
_WIDTH = _COLUMNS.count(",") + 1


def by_filter(
    rows: Rows, repository_id: str | None, states: Sequence[FindingState], rule_id: str | None
) -> tuple[Finding, ...]:
    """Ordered by path and position; None and no states mean all."""
    where, values = _filter(repository_id, states, rule_id)
    return _ordered(_decode(row) for row in rows.select(f"SELECT {_COLUMNS} FROM findings f WHERE {where}", **values))


def count_by_rule(rows: Rows, repository_id: str | None, states: Sequence[FindingState]) -> dict[str, int]:
    """How many there are of each rule, most frequent first. Read from an index alone."""
    where, values = _filter(repository_id, states, None)
    query = f"SELECT f.rule_id, count(*) FROM findings f WHERE {where} GROUP BY f.rule_id ORDER BY 2 DESC, 1"
    return {str(rule_id): int(number) for rule_id, number in rows.select(query, **values)}


def count(rows: Rows, states: Sequence[FindingState], rule_id: str | None) -> int:
    where, values = _filter(None, states, rule_id)
    ((number,),) = rows.select(f"SELECT count(*) FROM findings f WHERE {where}", **values)
    return int(number)


def listed(
    rows: Rows, states: Sequence[FindingState], rule_id: str | None, limit: int, now: datetime
) -> Iterator[ListedFinding]:
    """In the order of path and position, one at a time, each with its newest active suppression. 0 is no limit.

    An index has this order, so the first rows cost the same however many there are.
    """
    where, values = _filter(None, states, rule_id)
    query = (
        f"SELECT {_COLUMNS}, {suppressions.COLUMNS} FROM findings f LEFT JOIN suppressions s ON s.id ="
        f" (SELECT max(t.id) FROM suppressions t WHERE t.fingerprint = f.fingerprint AND {suppressions.active('t')})"
        f" WHERE {where} ORDER BY f.path, f.start_byte, f.end_byte, f.rule_id, f.fingerprint"
    )
    if limit:
        query += " LIMIT :number"
        values["number"] = limit
    for row in rows.stream(query, now=rows.moment(now), **values):
        told = row[_WIDTH:]
        yield ListedFinding(_decode(row[:_WIDTH]), None if told[0] is None else suppressions.decode(told))


def by_prefix(rows: Rows, prefix: str) -> tuple[Finding, ...]:
    """At most two. A range and not LIKE, so that the index serves it: "g" sorts after every hexadecimal digit."""
    start = prefix.strip().lower()
    if not _HEX.issuperset(start):
        return ()
    query = (
        f"SELECT {_COLUMNS} FROM findings f WHERE f.fingerprint >= :start AND f.fingerprint < :end ORDER BY 1 LIMIT 2"
    )
    return tuple(_decode(row) for row in rows.select(query, start=start, end=start + "g"))


def of_task(rows: Rows, task_key: str) -> tuple[Finding, ...]:
    """The findings that a fix task covers, ordered by path and position."""
    query = (
        f"SELECT {_COLUMNS} FROM findings f JOIN fix_task_findings l ON l.fingerprint = f.fingerprint"
        " WHERE l.task_key = :task_key"
    )
    return _ordered(_decode(row) for row in rows.select(query, task_key=task_key))


def _filter(
    repository_id: str | None, states: Sequence[FindingState], rule_id: str | None
) -> tuple[str, dict[str, object]]:
    condition, named = among("f.state", [state.value for state in states])
    conditions, values = [condition], dict[str, object](named)
    for column, value in (("repository_id", repository_id), ("rule_id", rule_id)):
        if value is not None:
            conditions.append(f"f.{column} = :{column}")
            values[column] = value
    return " AND ".join(conditions), values


def _decode(row: Sequence[Any]) -> Finding:
    fingerprint, state, rule_id, path, blob, start, end, line, column, end_line, end_column, *rest = row
    matched_text, line_text, scope, message, edits, no_fix, no_fix_detail, suppressed_by = rest
    match = Match(
        rule_id=rule_id,
        path=unescape(path),
        span=Span(start=start, end=end, line=line, column=column, end_line=end_line, end_column=end_column),
        text=unescape(matched_text),
        line_text=unescape(line_text),
        scope=unescape(scope),
        message=unescape(message),
        edits=decode_edits(from_json(edits)),
        no_fix=None if no_fix is None else Skipped(SkipReason(no_fix), text(no_fix_detail) or ""),
        suppressed_by=unescape(suppressed_by),
        blob=blob,
    )
    return Finding(fingerprint=fingerprint, match=match, state=FindingState(state))


def _ordered(found: Iterable[Finding]) -> tuple[Finding, ...]:
    # Sorted here, because databases disagree about the order of text.
    def position(finding: Finding) -> tuple[str, int, int, str, str]:
        match = finding.match
        return match.path, match.span.start, match.span.end, match.rule_id, finding.fingerprint

    return tuple(sorted(found, key=position))

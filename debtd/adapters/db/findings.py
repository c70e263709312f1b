"""How a scan writes and moves findings."""

import json
from collections.abc import Iterable

from debtd.adapters.db.changes import Transaction, inserting, updating
from debtd.adapters.db.edits import encode_edits
from debtd.adapters.db.escaping import escape
from debtd.model.finding import Finding, FindingState, Match

_PLACE = ("path", "start_byte", "end_byte")  # what an index holds
_REST = (
    "blob", "line", "column_number", "end_line", "end_column_number", "matched_text", "line_text", "scope", "message",
    "edits", "no_fix_reason", "no_fix_detail", "suppressed_by", "last_seen_scan",
)  # fmt: skip
_FIRST = ("fingerprint", "rule_id", "repository_id", "state", "first_seen_scan")
_BY_KEY = " WHERE fingerprint = :fingerprint"
_ADD = inserting("findings", *_FIRST, *_PLACE, *_REST)
_STAY = updating("findings", *_REST) + _BY_KEY
_GO = updating("findings", *_PLACE, *_REST) + _BY_KEY
_MOVE = updating("findings", "state", "resolved_at") + _BY_KEY + " AND state = :old"


def states_of(tx: Transaction, repository_id: str) -> dict[str, FindingState]:
    """The state of every finding of a repository, by fingerprint."""
    query = "SELECT fingerprint, state FROM findings WHERE repository_id = :repository_id"
    found = tx.rows.select(query, repository_id=repository_id)
    return {fingerprint: FindingState(state) for fingerprint, state in found}


def add(tx: Transaction, repository_id: str, scan_id: int, fresh: Iterable[Finding]) -> None:
    constant = {"repository_id": repository_id, "state": FindingState.OPEN.value, "first_seen_scan": scan_id}
    rows = (
        {"fingerprint": f.fingerprint, "rule_id": f.match.rule_id, **constant, **_encode(f.match, scan_id)}
        for f in fresh
    )
    tx.rows.change_many(_ADD, rows)


def refresh(tx: Transaction, repository_id: str, scan_id: int, seen: Iterable[Finding]) -> None:
    """Give known findings their present match. Most stand where they stood: then no column of an index is written."""
    query = "SELECT fingerprint, path, start_byte, end_byte FROM findings WHERE repository_id = :repository_id"
    found = tx.rows.select(query, repository_id=repository_id)
    places = {fingerprint: tuple(place) for fingerprint, *place in found}
    staying: list[dict[str, object]] = []
    going: list[dict[str, object]] = []
    for finding in seen:
        row = {"fingerprint": finding.fingerprint, **_encode(finding.match, scan_id)}
        place = tuple(row[name] for name in _PLACE)
        (staying if places[finding.fingerprint] == place else going).append(row)
    for row in staying:
        for name in _PLACE:
            del row[name]
    tx.rows.change_many(_STAY, staying)
    tx.rows.change_many(_GO, going)


def move(tx: Transaction, fingerprints: Iterable[str], old: FindingState, new: FindingState) -> None:
    """Move findings from one state to another; any that are not in the old state stay where they are."""
    resolved_at = tx.at if new is FindingState.RESOLVED else None
    same = {"old": old.value, "state": new.value, "resolved_at": resolved_at}
    tx.rows.change_many(_MOVE, ({"fingerprint": fingerprint, **same} for fingerprint in fingerprints))


def _encode(match: Match, scan_id: int) -> dict[str, object]:
    span, no_fix = match.span, match.no_fix
    return {
        "path": escape(match.path),
        "blob": match.blob,
        "start_byte": span.start,
        "end_byte": span.end,
        "line": span.line,
        "column_number": span.column,
        "end_line": span.end_line,
        "end_column_number": span.end_column,
        "matched_text": escape(match.text),
        "line_text": escape(match.line_text),
        "scope": escape(match.scope),
        "message": escape(match.message),
        "edits": json.dumps(encode_edits(match.edits)),
        "no_fix_reason": None if no_fix is None else no_fix.reason.value,
        "no_fix_detail": None if no_fix is None else escape(no_fix.detail),
        "suppressed_by": escape(match.suppressed_by),
        "last_seen_scan": scan_id,
    }

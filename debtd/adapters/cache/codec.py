"""Matches and skips as compact bytes, and back. Paths and blobs are not part of them: the key has the blob."""

import json
import zlib
from collections.abc import Sequence
from typing import Any

from debtd.model.coverage import Skipped, SkipReason
from debtd.model.edit import Edit
from debtd.model.finding import Match, Span

_WORTH_COMPRESSING = 1_000  # bytes; what begins with a bracket is not compressed
_LEVEL = 1


def encode(matches: Sequence[Match], skipped: Skipped | None) -> bytes | None:
    """None stands for a file that was read in full and has no match."""
    if not matches and skipped is None:
        return None
    data = json.dumps([[_row(match) for match in matches], _skip_row(skipped)], separators=(",", ":")).encode()
    return data if len(data) < _WORTH_COMPRESSING else zlib.compress(data, _LEVEL)


def decode(payload: bytes) -> tuple[tuple[Match, ...], Skipped | None]:
    """Raises ValueError, TypeError or zlib.error for what `encode` did not write."""
    rows, skipped = json.loads(payload if payload.startswith(b"[") else zlib.decompress(payload))
    return tuple([_match(row) for row in rows]), _skip(skipped)


def _row(match: Match) -> list[object]:
    span = match.span
    return [
        match.rule_id,
        [span.start, span.end, span.line, span.column, span.end_line, span.end_column],
        match.text,
        match.line_text,
        match.scope,
        match.message,
        [[e.start, e.end, e.replacement.decode("latin-1"), e.expected.decode("latin-1")] for e in match.edits],
        _skip_row(match.no_fix),
        match.suppressed_by,
    ]


def _match(row: Sequence[Any]) -> Match:
    rule_id, span, text, line_text, scope, message, edits, no_fix, suppressed_by = row
    start, end, line, column, end_line, end_column = span
    return Match(
        rule_id=rule_id,
        path="",
        span=Span(start=start, end=end, line=line, column=column, end_line=end_line, end_column=end_column),
        text=text,
        line_text=line_text,
        scope=scope,
        message=message,
        edits=tuple(
            [Edit(first, last, new.encode("latin-1"), old.encode("latin-1")) for first, last, new, old in edits]
        ),
        no_fix=_skip(no_fix),
        suppressed_by=suppressed_by,
    )


def _edit(start: int, end: int, replacement: str, expected: str) -> Edit:
    return Edit(start, end, replacement.encode("latin-1"), expected.encode("latin-1"))


def _skip_row(skipped: Skipped | None) -> list[str] | None:
    return [skipped.reason.value, skipped.detail] if skipped else None


def _skip(row: Sequence[str] | None) -> Skipped | None:
    return None if row is None else Skipped(SkipReason(row[0]), row[1])

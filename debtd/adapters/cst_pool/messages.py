"""What parent and child say to each other: one JSON object a line, requests answered in order.

The child has parsed hostile bytes, so nothing that it says is believed: `decode_reply` accepts exact shapes and
offsets inside the file only, and raises `Garbage` for all else.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from debtd.adapters.cst_pool.wire import (
    MAX_REPLY_BYTES,
    Garbage,
    known,
    line_of,
    number_of,
    object_of,
    skipped_of,
    skipped_row,
    text_of,
)
from debtd.model.coverage import Skipped, SkipReason
from debtd.model.edit import Edit
from debtd.model.finding import Match, Span
from debtd.model.project import Project

MAX_MATCHES = 1_000


@dataclass(frozen=True, slots=True)
class Orders:
    """The first line to a child. `digests` are the rules to run, by id; it refuses when its own differ."""

    folders: tuple[str, ...]
    digests: Mapping[str, str]
    project: Project


@dataclass(frozen=True, slots=True)
class Request:
    """One file and the ids of the rules to run on it; `control`: it is the planted control of its only rule."""

    path: str
    location: str
    size: int
    rule_ids: tuple[str, ...]
    control: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What became of one file. `broken` maps rules that failed in it to the error; `memory` is what
    the child holds, in bytes.
    """

    matches: tuple[Match, ...] = ()
    skipped: Skipped | None = None
    broken: Mapping[str, str] = field(default_factory=dict)
    memory: int = 0


# -- to the child ----------------------------------------------------------------------------------------------


def encode_orders(orders: Orders) -> bytes:
    project = orders.project
    return line_of([orders.folders, dict(orders.digests), project.min_python, project.declared_in])


def decode_orders(line: bytes) -> Orders:
    folders, digests, minimum, declared_in = json.loads(line)
    project = Project(min_python=tuple(minimum) if minimum else None, declared_in=declared_in)
    return Orders(tuple(folders), digests, project)


def encode_request(request: Request) -> bytes:
    return line_of([request.path, request.location, request.size, request.rule_ids, request.control])


def decode_request(line: bytes) -> Request:
    path, location, size, rule_ids, control = json.loads(line)
    return Request(path, location, size, tuple(rule_ids), control)


# -- from the child --------------------------------------------------------------------------------------------


def encode_reply(reply: Reply) -> bytes:
    """The reply's line. Beyond either limit it keeps the first matches and says so in `skipped`."""
    rows: list[list[object]] = []
    size = 0
    for match in reply.matches:
        row = _row(match)
        size += len(line_of(row))
        if len(rows) == MAX_MATCHES or size > MAX_REPLY_BYTES // 2:
            break
        rows.append(row)
    skipped = reply.skipped
    if len(rows) < len(reply.matches):
        detail = f"{len(reply.matches)} matches, of which the first {len(rows)} are kept"
        skipped = Skipped(SkipReason.TOO_MANY_MATCHES, detail)
    body = {
        "matches": rows,
        "skipped": skipped_row(skipped),
        "broken": dict(reply.broken),
        "memory": reply.memory,
    }
    return line_of(body)


def decode_reply(line: bytes, request: Request, rule_ids: frozenset[str]) -> Reply:
    """The reply to the request. Raises `Garbage`."""
    body = object_of(line)
    try:
        broken = {known(rule_id, rule_ids): text_of(why) for rule_id, why in body["broken"].items()}
        return Reply(
            matches=tuple(_match(row, request, rule_ids) for row in body["matches"]),
            skipped=skipped_of(body["skipped"]),
            broken=broken,
            memory=number_of(body["memory"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Garbage(f"a reply of the wrong shape: {type(error).__name__}") from None


def _row(match: Match) -> list[object]:
    span = match.span
    edits = [
        [edit.start, edit.end, base64.b64encode(edit.replacement).decode(), base64.b64encode(edit.expected).decode()]
        for edit in match.edits
    ]
    return [
        match.rule_id,
        [span.start, span.end, span.line, span.column, span.end_line, span.end_column],
        [match.text, match.line_text, match.scope, match.message, match.suppressed_by],
        edits,
        skipped_row(match.no_fix),
    ]


def _match(row: Sequence[Any], request: Request, rule_ids: frozenset[str]) -> Match:
    rule_id, span, texts, edits, no_fix = row
    text, line_text, scope, message, suppressed_by = (text_of(value) for value in texts)
    start, end, line, column, end_line, end_column = (number_of(value) for value in span)
    if not start <= end <= request.size:
        raise ValueError("a span outside the file")
    return Match(
        rule_id=known(rule_id, rule_ids),
        path=request.path,
        span=Span(start=start, end=end, line=line, column=column, end_line=end_line, end_column=end_column),
        text=text,
        line_text=line_text,
        scope=scope,
        message=message,
        edits=tuple(_edit(edit, request.size) for edit in edits),
        no_fix=skipped_of(no_fix),
        suppressed_by=suppressed_by,
    )


def _edit(row: Sequence[Any], size: int) -> Edit:
    start, end, replacement, expected = row
    if number_of(end) > size:
        raise ValueError("an edit outside the file")
    return Edit(
        number_of(start),
        end,
        base64.b64decode(text_of(replacement), validate=True),
        base64.b64decode(text_of(expected), validate=True),
    )

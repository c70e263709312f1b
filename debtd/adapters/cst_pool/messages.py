"""What parent and child say to each other: one JSON object a line, requests answered in order.

The child has parsed hostile bytes, so nothing that it says is believed: `decode_reply` accepts exact shapes and
offsets inside the file only, and raises `Garbage` for all else.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from debtd.model.coverage import Skipped, SkipReason
from debtd.model.edit import Edit
from debtd.model.finding import Match, Span
from debtd.model.project import Project

MAX_MATCHES = 1_000
MAX_REPLY_BYTES = 16_000_000


class Garbage(Exception):
    """The child said something that no healthy child says."""


@dataclass(frozen=True, slots=True)
class Orders:
    """The first line to a child. `digests` are the rules to run, by id; it refuses when its own differ."""

    folders: tuple[str, ...]
    digests: Mapping[str, str]
    project: Project


@dataclass(frozen=True, slots=True)
class Request:
    """One file. `control` names the only rule to run on a planted control; "" for a file of the repository."""

    path: str
    location: str
    size: int
    control: str = ""


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
    return _line([orders.folders, dict(orders.digests), project.min_python, project.declared_in])


def decode_orders(line: bytes) -> Orders:
    folders, digests, minimum, declared_in = json.loads(line)
    project = Project(min_python=tuple(minimum) if minimum else None, declared_in=declared_in)
    return Orders(tuple(folders), digests, project)


def encode_request(request: Request) -> bytes:
    return _line([request.path, request.location, request.size, request.control])


def decode_request(line: bytes) -> Request:
    return Request(*json.loads(line))


# -- from the child --------------------------------------------------------------------------------------------


def encode_greeting(problem: str) -> bytes:
    """The child is ready, or says why it cannot start."""
    return _line({"problem": problem})


def decode_greeting(line: bytes) -> str:
    return _text(_loads(line).get("problem"))


def encode_reply(reply: Reply) -> bytes:
    """The reply's line. Beyond either limit it keeps the first matches and says so in `skipped`."""
    rows: list[list[object]] = []
    size = 0
    for match in reply.matches:
        row = _row(match)
        size += len(_line(row))
        if len(rows) == MAX_MATCHES or size > MAX_REPLY_BYTES // 2:
            break
        rows.append(row)
    skipped = reply.skipped
    if len(rows) < len(reply.matches):
        detail = f"{len(reply.matches)} matches, of which the first {len(rows)} are kept"
        skipped = Skipped(SkipReason.TOO_MANY_MATCHES, detail)
    body = {
        "matches": rows,
        "skipped": _skipped_row(skipped),
        "broken": dict(reply.broken),
        "memory": reply.memory,
    }
    return _line(body)


def decode_reply(line: bytes, request: Request, rule_ids: frozenset[str]) -> Reply:
    """The reply to the request. Raises `Garbage`."""
    body = _loads(line)
    try:
        broken = {_known(rule_id, rule_ids): _text(why) for rule_id, why in body["broken"].items()}
        return Reply(
            matches=tuple(_match(row, request, rule_ids) for row in body["matches"]),
            skipped=_skipped(body["skipped"]),
            broken=broken,
            memory=_number(body["memory"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Garbage(f"a reply of the wrong shape: {type(error).__name__}") from None


def _line(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii") + b"\n"


def _loads(line: bytes) -> dict[str, Any]:
    try:
        body = json.loads(line)
    except (ValueError, RecursionError):
        raise Garbage("a line that is not JSON") from None
    if not isinstance(body, dict):
        raise Garbage("a line that is not an object")
    return body


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
        _skipped_row(match.no_fix),
    ]


def _match(row: Sequence[Any], request: Request, rule_ids: frozenset[str]) -> Match:
    rule_id, span, texts, edits, no_fix = row
    text, line_text, scope, message, suppressed_by = (_text(value) for value in texts)
    start, end, line, column, end_line, end_column = (_number(value) for value in span)
    if not start <= end <= request.size:
        raise ValueError("a span outside the file")
    return Match(
        rule_id=_known(rule_id, rule_ids),
        path=request.path,
        span=Span(start=start, end=end, line=line, column=column, end_line=end_line, end_column=end_column),
        text=text,
        line_text=line_text,
        scope=scope,
        message=message,
        edits=tuple(_edit(edit, request.size) for edit in edits),
        no_fix=_skipped(no_fix),
        suppressed_by=suppressed_by,
    )


def _edit(row: Sequence[Any], size: int) -> Edit:
    start, end, replacement, expected = row
    if _number(end) > size:
        raise ValueError("an edit outside the file")
    return Edit(
        _number(start),
        end,
        base64.b64decode(_text(replacement), validate=True),
        base64.b64decode(_text(expected), validate=True),
    )


def _skipped_row(skipped: Skipped | None) -> list[str] | None:
    return [skipped.reason.value, skipped.detail] if skipped else None


def _skipped(row: Sequence[Any] | None) -> Skipped | None:
    if row is None:
        return None
    reason, detail = row
    return Skipped(SkipReason(reason), _text(detail))


def _known(rule_id: object, rule_ids: frozenset[str]) -> str:
    if not isinstance(rule_id, str) or rule_id not in rule_ids:
        raise ValueError("a rule that was not asked for")
    return rule_id


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _number(value: object) -> int:
    if type(value) is not int or value < 0:
        raise TypeError("not a number")
    return value

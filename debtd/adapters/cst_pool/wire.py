"""One JSON object a line between parent and child, and exact shapes for what comes back.

The child has parsed hostile bytes, so nothing that it says is believed: readers accept exact shapes only, and raise
`Garbage`, or an error that the caller turns into it.
"""

import json
from collections.abc import Sequence
from typing import Any

from debtd.model.coverage import Skipped, SkipReason

MAX_REPLY_BYTES = 16_000_000


class Garbage(Exception):
    """The child said something that no healthy child says."""


def line_of(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii") + b"\n"


def object_of(line: bytes) -> dict[str, Any]:
    """The object on the line. Raises `Garbage`."""
    try:
        body = json.loads(line)
    except (ValueError, RecursionError):
        raise Garbage("a line that is not JSON") from None
    if not isinstance(body, dict):
        raise Garbage("a line that is not an object")
    return body


def skipped_row(skipped: Skipped | None) -> list[str] | None:
    return [skipped.reason.value, skipped.detail] if skipped else None


def skipped_of(row: Sequence[Any] | None) -> Skipped | None:
    """The reverse of `skipped_row`. Raises ValueError or TypeError."""
    if row is None:
        return None
    reason, detail = row
    return Skipped(SkipReason(reason), text_of(detail))


def known(rule_id: object, rule_ids: frozenset[str]) -> str:
    """The id, if it was asked for. Raises ValueError."""
    if not isinstance(rule_id, str) or rule_id not in rule_ids:
        raise ValueError("a rule that was not asked for")
    return rule_id


def text_of(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def number_of(value: object) -> int:
    if type(value) is not int or value < 0:
        raise TypeError("not a number")
    return value


def encode_greeting(problem: str) -> bytes:
    """The child is ready, or says why it cannot start."""
    return line_of({"problem": problem})


def decode_greeting(line: bytes) -> str:
    """The problem; "" when there is none. Raises `Garbage`."""
    try:
        return text_of(object_of(line).get("problem"))
    except TypeError:
        raise Garbage("no greeting") from None

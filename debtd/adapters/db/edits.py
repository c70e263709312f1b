"""Byte edits as JSON values: [[start, end, replacement, expected], ...], bytes in base64."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from typing import Any

from debtd.model.edit import Edit


def encode_edits(edits: Iterable[Edit]) -> list[list[Any]]:
    return [[edit.start, edit.end, _text(edit.replacement), _text(edit.expected)] for edit in edits]


def decode_edits(values: Sequence[Sequence[Any]]) -> tuple[Edit, ...]:
    return tuple(
        Edit(start, end, b64decode(replacement), b64decode(expected)) for start, end, replacement, expected in values
    )


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")

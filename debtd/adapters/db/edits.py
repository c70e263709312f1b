"""Byte edits as JSON values: [[start, end, replacement, expected], ...], bytes in base64."""

from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable, Sequence
from typing import Any

from debtd.model.edit import Edit


def encode_edits(edits: Iterable[Edit]) -> list[list[Any]]:
    return [[edit.start, edit.end, _text(edit.replacement), _text(edit.expected)] for edit in edits]


def decode_edits(values: Sequence[Sequence[Any]]) -> tuple[Edit, ...]:
    return tuple(
        Edit(start, end, a2b_base64(replacement), a2b_base64(expected)) for start, end, replacement, expected in values
    )


def _text(data: bytes) -> str:
    return b2a_base64(data, newline=False).decode("ascii")

"""The one currency of change: the byte edit.

A codemod, a semgrep fix and (later) a model's reply all become edits of byte spans. Edits compose, refuse to
overlap, name the bytes that they expect to replace, and keep every byte outside themselves.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class EditConflict(ValueError):
    """Two edits want the same bytes, or the bytes are not those expected."""


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replace `expected`, which stands at bytes [start, end), by `replacement`."""

    start: int
    end: int
    replacement: bytes
    expected: bytes

    def __post_init__(self) -> None:
        if self.start < 0 or self.end - self.start != len(self.expected):
            raise EditConflict(f"an edit of bytes {self.start} to {self.end} expects {len(self.expected)} bytes")


@dataclass(frozen=True, slots=True)
class FileEdit:
    """All edits of one file, against the blob `base_blob` (a git object id). Sorted, without overlap."""

    path: str
    base_blob: str
    edits: tuple[Edit, ...]


def merge_edits(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Sort edits and drop exact repeats; raise `EditConflict` where two touch the same bytes.

    Findings may share an edit (one import line serves many uses): equal edits count once. Two different
    insertions at one point have no order of their own and therefore conflict.
    """
    merged: list[Edit] = []
    for edit in sorted(set(edits)):
        if merged and _overlap(merged[-1], edit):
            raise EditConflict(f"two edits touch the bytes at {edit.start}")
        merged.append(edit)
    return tuple(merged)


class EditSet:
    """Edits that compose, collected a finding at a time."""

    def __init__(self) -> None:
        self._edits: list[Edit] = []

    def add(self, edits: Sequence[Edit]) -> bool:
        """Take all of the edits, or none of them (False) when one overlaps another or what is there."""
        before = list(self._edits)
        for edit in edits:
            place = bisect_left(self._edits, edit)
            neighbours = self._edits[max(place - 1, 0) : place + 1]
            if edit in neighbours:
                continue
            if any(_overlap(*sorted((edit, other))) for other in neighbours):
                self._edits = before
                return False
            self._edits.insert(place, edit)
        return True


def _overlap(first: Edit, second: Edit) -> bool:
    if first.start == second.start and (first.start == first.end) == (second.start == second.end):
        return True
    return second.start < first.end


def apply_edits(data: bytes, edits: Sequence[Edit]) -> bytes:
    """The new bytes. Raises `EditConflict` when the expected bytes do not stand there."""
    parts: list[bytes] = []
    position = 0
    for edit in merge_edits(edits):
        if data[edit.start : edit.end] != edit.expected:
            raise EditConflict(f"the bytes at {edit.start} are not those that the edit expects")
        parts += (data[position : edit.start], edit.replacement)
        position = edit.end
    parts.append(data[position:])
    return b"".join(parts)


def shift_offset(offset: int, edits: Sequence[Edit]) -> int:
    """Where the byte at `offset` stands after the edits; inside a replaced span, the start of its replacement."""
    moved = offset
    for edit in edits:
        if edit.end <= offset and edit.start < offset:
            moved += len(edit.replacement) - (edit.end - edit.start)
        elif edit.start == edit.end == offset:
            moved += len(edit.replacement)
        elif edit.start < offset:
            moved += edit.start - offset
    return moved

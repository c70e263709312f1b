"""Whether two changes touch the same lines of a file, or lines so near that one of them would not merge."""

from collections.abc import Iterable, Mapping, Sequence

from debtd.model.edit import Edit
from debtd.model.forge import TouchedFile

CONTEXT = 3
"""Lines that stand between two changes must be more than these: as many as a unified diff shows around each."""

Lines = Sequence[tuple[int, int]]
"""Ranges of lines before the change, (first, last) from 1; an insertion after line n is (n, n + 1)."""


def changed_lines(before: bytes, edits: Iterable[Edit]) -> Lines:
    """The lines of a file that edits change."""
    return tuple(
        (before.count(b"\n", 0, edit.start) + 1, before.count(b"\n", 0, max(edit.start, edit.end - 1)) + 1)
        for edit in edits
    )


def meeting_place(ours: Mapping[str, Lines], theirs: Iterable[TouchedFile]) -> TouchedFile | None:
    """The first of their files in which both touch the same lines; where theirs are not told, all of it counts."""
    return next((file for file in theirs if file.path in ours and _meet(ours[file.path], file.lines)), None)


def _meet(ours: Lines, theirs: Lines | None) -> bool:
    if theirs is None:
        return True
    return any(
        first <= their_last + CONTEXT and their_first <= last + CONTEXT
        for first, last in ours
        for their_first, their_last in theirs
    )

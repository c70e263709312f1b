"""Line ranges of a unified diff, as they are before the change."""

import re
from collections.abc import Iterator

from debtd.model.forge import TouchedFile

_HUNK = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+\d+(?:,\d+)? @@")


def touched_lines(patch: str) -> tuple[tuple[int, int], ...]:
    """The old line ranges of one file's hunks, without the unchanged lines around them."""
    ranges: list[tuple[int, int]] = []
    line = 0  # the next old line
    first = 0  # the old line where the present change began; 0 outside of one
    for text in (*patch.split("\n"), "@@ end"):
        kind = text[:1]
        if kind in {"-", "+"}:
            first = first or line
            line += kind == "-"
            continue
        if kind == "\\":  # "No newline at end of file"
            continue
        if first:
            ranges.append((first, line - 1) if line > first else (first - 1, first))
            first = 0
        hunk = _HUNK.match(text)
        line = int(hunk[1]) + (hunk[2] == "0") if hunk else line + 1
    return tuple(ranges)


def touched_in_diff(diff: str) -> Iterator[TouchedFile]:
    """The files of a whole `git diff`; a file without hunks (binary, renamed) counts as touched all over."""
    for part in re.split(r"^(?=diff --git )", diff, flags=re.MULTILINE):
        if not part.startswith("diff --git "):
            continue
        head, _, rest = part.partition("\n@@ ")
        path = _path(head)
        if path is not None:
            yield TouchedFile(path=path, lines=touched_lines("@@ " + rest) if rest else None)


def _path(head: str) -> str | None:
    """The old path, or the new one of a file that is new."""
    for pattern in (r"^--- a/(.+)$", r"^\+\+\+ b/(.+)$", r"^rename from (.+)$", r"^diff --git a/(.+) b/\1$"):
        if found := re.search(pattern, head, re.MULTILINE):
            return found[1].rstrip("\t")
    return None

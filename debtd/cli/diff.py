"""Unified diffs of bytes."""

import difflib

from debtd.model.printable import printable


def render_diff(path: str, before: bytes, after: bytes) -> str:
    """A unified diff that `git apply` and `patch -p1` take, without a newline at its end."""
    old, new = (_lines(data.decode("utf-8", "surrogateescape")) for data in (before, after))
    name = printable(path)
    lines = difflib.unified_diff(old, new, f"a/{name}", f"b/{name}")
    return "".join(lines).removesuffix("\n")


def _lines(text: str) -> list[str]:
    """Lines that end in LF, as the diff format counts them; a missing last one is marked its way."""
    lines = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop()
    return lines if last == "\n" else [*lines, f"{last}\\ No newline at end of file\n"]

"""Single statements of a Python file, made readable alone: what bears no sign need not be parsed."""

import re
from bisect import bisect_right
from collections.abc import Iterable

_DEPTH = 12
_OTHER = r"[^()\[\]{}]"


def _bracketed(depth: int) -> str:
    inner = f"{_OTHER}*+"
    for _ in range(depth):
        inner = rf"(?:{_OTHER}++|[(\[{{]{inner}[)\]}}])*+"
    return rf"[(\[{{]{inner}[)\]}}]"


_LOGICAL_LINE = re.compile(
    rf"(?:[^()\[\]{{}}\r\n\\]++|\\(?:\r\n|.)|{_bracketed(_DEPTH)})*+(?:\r\n|\r|\n|\Z)", re.DOTALL
)
_WORD = re.compile(r"\w*")
_CONTINUED = {
    "elif": "if 1: pass\n",
    "else": "if 1: pass\n",
    "except": "try: pass\n",
    "finally": "try: pass\n",
    "case": "match 1:\n ",
}
_IMPORT = re.compile(r"[ \t\f]*(?:import|from)\b")


class LogicalLines:
    """The logical lines of a skeleton; `are_whole` is False where brackets are not closed or too deep."""

    def __init__(self, code: str) -> None:
        self._code = code
        self._starts: list[int] = []
        end = 0
        while end < len(code):
            found = _LOGICAL_LINE.match(code, end)
            if found is None:
                break
            self._starts.append(end)
            end = found.end()
        self.are_whole = end >= len(code)

    def around(self, offsets: Iterable[int]) -> list[tuple[int, int]]:
        """Start and end of the lines in which the offsets stand, each once, in order."""
        numbers = sorted({bisect_right(self._starts, offset) - 1 for offset in offsets})
        return [self._span(number) for number in numbers]

    def imports(self) -> list[int]:
        """The starts of the lines that begin with an import."""
        return [start for start in self._starts if _IMPORT.match(self._code, start)]

    def _span(self, number: int) -> tuple[int, int]:
        end = self._starts[number + 1] if number + 1 < len(self._starts) else len(self._code)
        return self._starts[number], end


def standing_alone(statement: str, code: str) -> str:
    """The statement with what it needs to be read without its neighbours; `code` is its skeleton."""
    statement, bare = statement.strip(), code.strip()
    found = _WORD.match(statement)
    word = found.group() if found else ""
    body = ""
    if statement.startswith("@"):
        body = "\ndef _(): pass"
    elif bare.endswith(":"):
        # Behind the colon, a comment may follow: the body goes to a line of its own.
        body = "\n case _: pass" if word == "match" else "\n  pass"
    return f"{_CONTINUED.get(word, '')}{statement}{body}\n"

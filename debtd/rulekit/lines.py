"""Lines of a text by byte offset."""

import re
from bisect import bisect_right

from debtd.model.finding import Span
from debtd.rulekit.text import SourceText

MAX_TEXT = 400
"""How many characters of source a match shows."""

_LINE_END = re.compile(rb"\r\n|\r|\n")


class Lines:
    """Byte offsets of line starts; LibCST's idea of a line (CR, LF or CR LF)."""

    def __init__(self, utf8: bytes) -> None:
        self._utf8 = utf8
        self._starts = [0, *(found.end() for found in _LINE_END.finditer(utf8))]

    def number(self, offset: int) -> int:
        return bisect_right(self._starts, offset)

    def column(self, offset: int) -> int:
        start = self._starts[self.number(offset) - 1]
        return len(self._utf8[start:offset].decode("utf-8", "replace")) + 1

    def text(self, number: int) -> str:
        """The line without its end; "" outside the file."""
        if not 1 <= number <= len(self._starts):
            return ""
        start = self._starts[number - 1]
        end = self._starts[number] if number < len(self._starts) else len(self._utf8)
        return self._utf8[start:end].decode("utf-8", "replace").rstrip("\r\n")

    def span(self, start: int, end: int, source: SourceText) -> Span:
        return Span(
            start=source.to_original(start),
            end=source.to_original(end),
            line=self.number(start),
            column=self.column(start),
            end_line=self.number(end),
            end_column=self.column(end),
        )

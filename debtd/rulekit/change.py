"""What a rule proposes: a replacement of a span of the text that it was shown."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """Replace the bytes [start, end) of the UTF-8 text by `text`."""

    start: int
    end: int
    text: str

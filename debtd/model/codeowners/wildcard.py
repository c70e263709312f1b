"""Wildcards by an algorithm that no pattern can make slow: repositories write patterns, and some are hostile."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

Element = TypeVar("Element")
Item = TypeVar("Item")


def matches(pattern: Sequence[Element | None], items: Sequence[Item], fits: Callable[[Element, Item], bool]) -> bool:
    """Whether the items fit the elements one by one; None stands for any number of items, also none.

    Takes at most len(pattern) x len(items) steps: only the last None is ever tried again.
    """
    at = item = 0
    star, resume = -1, 0
    while item < len(items):
        element = pattern[at] if at < len(pattern) else None
        if at < len(pattern) and element is None:
            star, resume, at = at, item, at + 1
        elif element is not None and fits(element, items[item]):
            at, item = at + 1, item + 1
        elif star >= 0:
            resume += 1
            at, item = star + 1, resume
        else:
            return False
    return all(element is None for element in pattern[at:])


@dataclass(frozen=True, slots=True)
class CharacterSet:
    """One character: of `ranges` (first, last), or of none of them when `negated`. No ranges, negated: any."""

    ranges: tuple[tuple[str, str], ...]
    negated: bool = False

    def holds(self, character: str) -> bool:
        return any(first <= character <= last for first, last in self.ranges) != self.negated


ANY = CharacterSet((), negated=True)
Segment = tuple[CharacterSet | None, ...]
"""A pattern for one name in a path; None is `*`."""


def parse_segment(text: str, *, classes: bool) -> Segment:
    """`*`, `?`, `\\x` for a literal x and, with `classes`, `[a-z]` and `[!a-z]`. Raises ValueError."""
    found: list[CharacterSet | None] = []
    at = 0
    while at < len(text):
        character = text[at]
        at += 1
        if character == "*":
            found.append(None)
        elif character == "?":
            found.append(ANY)
        elif character == "[" and classes:
            one, at = parse_class(text, at)
            found.append(one)
        else:
            if character == "\\" and at < len(text):
                character, at = text[at], at + 1
            found.append(CharacterSet(((character, character),)))
    return tuple(found)


def parse_class(text: str, at: int) -> tuple[CharacterSet, int]:
    """The set behind a `[`, and where it ends. Raises ValueError for one that is not closed or is out of order."""
    negated = text[at : at + 1] in {"!", "^"}
    at += negated
    ranges: list[tuple[str, str]] = []
    while text[at : at + 1] != "]" or not ranges:
        first, at = _class_character(text, at)
        last = first
        if text[at : at + 1] == "-" and text[at + 1 : at + 2] not in {"]", ""}:
            last, at = _class_character(text, at + 1)
        if last < first:
            raise ValueError("a character range is out of order")
        ranges.append((first, last))
    return CharacterSet(tuple(ranges), negated), at + 1


def _class_character(text: str, at: int) -> tuple[str, int]:
    if text[at : at + 1] == "\\":
        at += 1
    if at >= len(text):
        raise ValueError("a character range is not closed")
    return text[at], at + 1


def fits_name(segment: Segment, name: str) -> bool:
    return matches(segment, name, CharacterSet.holds)

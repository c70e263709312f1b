"""The boxes of a dashboard: written by debtd, ticked by people. Pure text."""

import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

KEY_LENGTH = 12
_LINE = re.compile(r"- \[([ xX])\] <!-- debtd:([a-z-]+) ([0-9a-f]{12}) -->(?: .*)?")


class Wish(StrEnum):
    """APPROVE: publish it next, in spite of budgets. RETRY: make the patch again. BRING_BACK: take the no back."""

    APPROVE = "approve"
    RETRY = "retry"
    BRING_BACK = "bring-back"


@dataclass(frozen=True, slots=True)
class Box:
    """`key` is the beginning of a fix task's key, KEY_LENGTH hexadecimal digits."""

    wish: Wish
    key: str


def render_box(box: Box, *, ticked: bool) -> str:
    """The beginning of its line."""
    return f"- [{'x' if ticked else ' '}] <!-- debtd:{box.wish} {box.key} -->"


def ticked_boxes(body: str) -> frozenset[Box]:
    """The boxes that are ticked in a dashboard. Only whole lines as debtd writes them count; a box that is there twice
    does not. Whether debtd offers such a box at all is for the caller to check."""
    found: Counter[Box] = Counter()
    ticked: set[Box] = set()
    for line in re.split(r"\r\n|\n|\r", body):
        match = _LINE.fullmatch(line.rstrip())
        if match is None or match[2] not in set(Wish):
            continue
        box = Box(Wish(match[2]), match[3])
        found[box] += 1
        if match[1] != " ":
            ticked.add(box)
    return frozenset(box for box in ticked if found[box] == 1)

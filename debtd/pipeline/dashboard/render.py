"""A board -> the text of its issue. Pure. All that is not debtd's own stands in code spans: there nobody is mentioned,
nothing is linked, no number becomes a reference to an issue, and no HTML is read."""

import re
from collections.abc import Collection, Iterator, Sequence

from debtd.pipeline.dashboard.board import Board, Row
from debtd.pipeline.dashboard.boxes import Box, render_box
from debtd.pipeline.render import code

TITLE = "debtd dashboard"
MAX_BYTES = 60_000
"""Forges end a text at 65,536 characters; this leaves room for what adapters add."""

_ROWS = (100, 50, 25, 10, 3)
_MAX_TEXT = 200
_URL = re.compile(r"https?://[\w.~:/%@+-]{1,400}", re.ASCII)
_INTRO = (
    "What debtd does in this repository. This text is written anew after each pass: of all edits only ticked boxes"
    " count, and a tick stays until it was heard. If you do not want this issue, close it; debtd then leaves it alone."
)


def render_board(board: Board, ticked: Collection[Box]) -> str:
    """At most MAX_BYTES of Markdown; what does not fit is counted. `ticked` boxes stay ticked."""
    text = ""
    for rows in _ROWS:
        text = "\n".join(_lines(board, ticked, rows))
        if len(text.encode()) <= MAX_BYTES:
            break
    return text


def _lines(board: Board, ticked: Collection[Box], most: int) -> Iterator[str]:
    yield from (_INTRO, "")
    if board.notes:
        yield from _section("Something is wrong", "", [f"- {_foreign(note)}" for note in board.notes], most)
    yield from _section("Open pull requests", "", [f"- {_row(row)}" for row in board.opened], most)
    for title, about, rows in (
        (
            "Proven, and waiting",
            "A ticked one is published next, in spite of budgets. Windows are kept to all the same.",
            board.waiting,
        ),
        ("Said no to", "A ticked one is proposed again, as a new pull request.", board.refused),
        ("Given up", "What could not be made or proven. A ticked one is tried again.", board.given_up),
    ):
        yield from _section(title, about, [_boxed(row, ticked) for row in rows], most)
    counts = [f"- {count:,}: {_foreign(reason)}" for reason, count in board.unfixed.items()]
    if board.silenced:
        counts.append(f"- {board.silenced:,}: silenced by debtd's operator or in the source")
    yield from _section("Findings without a fix, by reason", "", counts, most)
    if not (board.opened or board.waiting or board.refused or board.given_up or counts):
        yield "Nothing is open, and nothing waits."


def _section(title: str, about: str, lines: Sequence[str], most: int) -> Iterator[str]:
    if not lines:
        return
    yield f"## {title} ({len(lines):,})"
    yield ""
    if about:
        yield from (about, "")
    yield from lines[:most]
    if len(lines) > most:
        yield f"- and {len(lines) - most:,} more"
    yield ""


def _boxed(row: Row, ticked: Collection[Box]) -> str:
    return f"- {_row(row)}" if row.box is None else f"{render_box(row.box, ticked=row.box in ticked)} {_row(row)}"


def _row(row: Row) -> str:
    link = f"[{row.number}]({row.url}) " if row.number and _URL.fullmatch(row.url) else ""
    state = f" {row.state}" if row.state else ""
    why = f": {_foreign(row.why)}" if row.why else ""
    return f"{link}{_foreign(row.title)}{state}{why}"


def _foreign(text: str) -> str:
    shown = " ".join(text.split()) or "-"
    return code(shown if len(shown) <= _MAX_TEXT else f"{shown[:_MAX_TEXT]}...")

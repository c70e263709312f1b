"""The dashboard: what it says, what its boxes do, and what hostile texts cannot do to it."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debtd.pipeline.dashboard.board import Board, Row
from debtd.pipeline.dashboard.boxes import Box, Wish, render_box, ticked_boxes
from debtd.pipeline.dashboard.render import MAX_BYTES, render_board

KEY = "0123456789ab"
APPROVE = Box(Wish.APPROVE, KEY)


def row(tells_apart: int = 1, /, **values: object) -> Row:
    key = f"{tells_apart:012x}"
    given = Row(key=key, title="word-old: 1 place", why="waits for room", box=Box(Wish.APPROVE, key))
    return replace(given, **values)  # type: ignore[arg-type]


def test_an_empty_one_says_so() -> None:
    assert Board().is_empty
    assert render_board(Board(), ()).endswith("Nothing is open, and nothing waits.")


def test_every_part_is_told() -> None:
    board = Board(
        opened=(
            row(1, number=12, url="https://git.example.org/a/b/pull/12", box=None, state="waits for people", why=""),
        ),
        waiting=(row(2),),
        refused=(row(3, state="not before 2026-05-01", why="ann said so", box=Box(Wish.BRING_BACK, KEY)),),
        given_up=(row(4, why="parses: no", box=Box(Wish.RETRY, KEY)),),
        unfixed={"no-fix": 3, "left-out-by-the-repository": 1},
        silenced=2,
        notes=("its .debtd.toml cannot be followed: the key `x` is not known",),
    )
    text = render_board(board, {Box(Wish.APPROVE, f"{2:012x}")})
    assert "- [12](https://git.example.org/a/b/pull/12) `word-old: 1 place` waits for people" in text
    assert f"- [x] <!-- debtd:approve {2:012x} --> `word-old: 1 place`: `waits for room`" in text
    assert f"- [ ] <!-- debtd:bring-back {KEY} --> `word-old: 1 place` not before 2026-05-01: `ann said so`" in text
    assert f"- [ ] <!-- debtd:retry {KEY} --> `word-old: 1 place`: `parses: no`" in text
    assert "- 3: `no-fix`" in text
    assert "- 2: silenced by debtd's operator or in the source" in text
    assert "- `its .debtd.toml cannot be followed: the key 'x' is not known`" in text


@given(st.text("`@#<>!-[]()\n\r\t\u202e\u2028 debtd:approv0123456789ab/x*&\x00", max_size=80))
def test_hostile_texts_stay_in_their_code_spans(text: str) -> None:
    """Nobody is mentioned, nothing is linked, no HTML is read, and no box is made."""
    board = Board(waiting=(row(title=text, why=text, url=text, number=3),), notes=(text,))
    rendered = render_board(board, ())
    assert ticked_boxes(rendered) == frozenset()
    line = next(line for line in rendered.split("\n") if line.startswith("- ["))
    outside = re.sub(r"`[^`]*`", "", line.removeprefix(render_box(board.waiting[0].box or APPROVE, ticked=False)))
    assert outside.strip() in {"", ":"}
    assert rendered.count("<!--") == 1
    assert all(character.isprintable() for character in rendered.replace("\n", ""))


def test_a_link_is_one_to_the_web_or_none() -> None:
    for url in ("javascript:alert(1)", "https://a.example/)[x](https://b.example", "/srv/state/1.md", ""):
        assert "](" not in render_board(Board(opened=(row(number=1, url=url, box=None),)), ())


def test_a_large_one_fits_and_says_how_much_is_left_out() -> None:
    many = tuple(row(number, title="\U0001f600" * 300, why="x" * 5_000) for number in range(900))
    text = render_board(Board(opened=many, waiting=many, refused=many, given_up=many), ())
    assert len(text.encode()) <= MAX_BYTES < 65_536
    shown = sum(1 for line in text.split("\n") if "debtd:approve" in line) // 3
    assert f"- and {900 - shown:,} more" in text


@pytest.mark.parametrize(
    ("line", "is_ticked"),
    [
        (f"- [x] <!-- debtd:approve {KEY} --> `what`", True),
        (f"- [X] <!-- debtd:approve {KEY} -->", True),
        (f"- [ ] <!-- debtd:approve {KEY} --> `what`", False),
        (f" - [x] <!-- debtd:approve {KEY} --> indented", False),
        (f"> - [x] <!-- debtd:approve {KEY} --> quoted", False),
        (f"* [x] <!-- debtd:approve {KEY} --> another mark", False),
        (f"- [x] <!-- debtd:approve {KEY[:-1]} --> short", False),
        (f"- [x] <!-- debtd:approve {KEY.upper()} --> upper", False),
        (f"- [x] <!-- debtd:merge {KEY} --> no such wish", False),
        (f"- [x] <!--debtd:approve {KEY}--> other spaces", False),
        (f"- [x] approve {KEY}", False),
        (f"- [~] <!-- debtd:approve {KEY} -->", False),
    ],
)
def test_boxes_are_read_strictly(line: str, is_ticked: bool) -> None:
    for end in ("\n", "\r\n", "\r"):
        assert (ticked_boxes(f"text{end}{line}{end}more") == {APPROVE}) == is_ticked


def test_a_box_that_is_there_twice_means_nothing() -> None:
    line = render_box(APPROVE, ticked=True)
    assert ticked_boxes(f"{line}\n{line}") == frozenset()
    assert ticked_boxes(f"{line}\n{render_box(APPROVE, ticked=False)}") == frozenset()


@given(st.frozensets(st.builds(Box, st.sampled_from(Wish), st.from_regex(r"[0-9a-f]{12}", fullmatch=True)), max_size=5))
def test_what_is_written_is_read(boxes: frozenset[Box]) -> None:
    rows = tuple(row(box=box) for box in sorted(boxes, key=str))
    assert ticked_boxes(render_board(Board(waiting=rows), boxes)) == boxes

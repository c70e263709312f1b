"""Edits compose, refuse to overlap, and keep every byte outside themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debtd.model.edit import Edit, EditConflict, EditSet, apply_edits, merge_edits, shift_offset
from debtd.pipeline.verify import keeps_outside

TEXT = b"abcdefghij"


def edit(start: int, end: int, replacement: bytes = b"X", text: bytes = TEXT) -> Edit:
    return Edit(start, end, replacement, text[start:end])


def test_nothing_changes_without_edits() -> None:
    assert apply_edits(TEXT, ()) == TEXT


def test_bytes_that_are_not_the_expected_ones_are_refused() -> None:
    with pytest.raises(EditConflict, match="not those"):
        apply_edits(b"abXdefghij", (edit(2, 3),))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (edit(0, 4), edit(3, 6)),
        (edit(0, 4), edit(0, 4, b"Y")),
        (edit(2, 2, b"X"), edit(2, 2, b"Y")),
        (edit(0, 4), edit(2, 2)),
        (edit(0, 9), edit(3, 4)),
    ],
)
def test_edits_of_the_same_bytes_are_refused(first: Edit, second: Edit) -> None:
    with pytest.raises(EditConflict):
        merge_edits((first, second))
    edits = EditSet()
    assert edits.add((first,))
    assert not edits.add((second,))


def test_equal_edits_count_once_and_neighbours_compose() -> None:
    assert apply_edits(TEXT, (edit(0, 2), edit(0, 2), edit(2, 4, b"Y"), edit(10, 10, b"Z"))) == b"XYefghijZ"


def test_an_edit_that_lies_about_its_length_cannot_be_made() -> None:
    with pytest.raises(EditConflict):
        Edit(0, 3, b"", b"ab")


@st.composite
def texts_with_edits(draw: st.DrawFn) -> tuple[bytes, tuple[Edit, ...]]:
    text = draw(st.binary(min_size=1, max_size=60))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8, unique=True)))
    pairs = [(cuts[i], cuts[i + 1]) for i in range(0, len(cuts) - 1, 2)]
    return text, tuple(Edit(a, b, draw(st.binary(max_size=5)), text[a:b]) for a, b in pairs)


@given(texts_with_edits())
def test_every_byte_outside_the_edits_stays_and_is_found_again(case: tuple[bytes, tuple[Edit, ...]]) -> None:
    text, edits = case
    after = apply_edits(text, edits)
    assert keeps_outside(text, after, edits)
    outside = [i for i in range(len(text)) if not any(e.start <= i < e.end for e in edits)]
    assert bytes(after[shift_offset(i, edits)] for i in outside) == bytes(text[i] for i in outside)


@given(texts_with_edits(), st.integers(0, 200), st.binary(min_size=1, max_size=1))
def test_a_byte_changed_outside_is_noticed(case: tuple[bytes, tuple[Edit, ...]], where: int, byte: bytes) -> None:
    text, edits = case
    after = apply_edits(text, edits)
    outside = [shift_offset(i, edits) for i in range(len(text)) if not any(e.start <= i < e.end for e in edits)]
    if not outside:
        return
    position = outside[where % len(outside)]
    spoiled = after[:position] + byte + after[position + 1 :]
    assert keeps_outside(text, spoiled, edits) == (spoiled == after)

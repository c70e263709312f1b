"""A fix waits while a person's open pull request touches the same lines."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from debtd.model.edit import Edit
from debtd.model.errors import Retryable
from debtd.model.forge import ForgePullRequest, TouchedFile
from debtd.model.overlap import Lines, changed_lines, meeting_place
from debtd.model.policy import Policy
from debtd.pipeline.overlap import MAX_LOOKED_AT
from tests.support.night_bench import Bench, night_bench, person, sizes, waits

FILES = {"a.py": b"x\n" * 9 + b"old\n" + b"x\n" * 9, "b.py": b"bad\n"}


@pytest.mark.parametrize(
    ("theirs", "meets"),
    [
        ((), False),
        (((1, 6),), False),  # three lines between: 7, 8, 9
        (((1, 7),), True),
        (((10, 10),), True),
        (((13, 20),), True),
        (((14, 20),), False),
        (((5, 6), (14, 15)), False),
        (((6, 7),), True),  # an insertion after line 6
        (((14, 15),), False),
        (None, True),  # renamed, binary, or not told
    ],
)
def test_lines_meet_within_the_context_of_a_diff(theirs: Lines | None, meets: bool) -> None:
    ours = {"a.py": ((10, 10),)}
    told = None if theirs is None else tuple(theirs)
    assert (meeting_place(ours, [TouchedFile(path="a.py", lines=told)]) is not None) is meets
    assert meeting_place(ours, [TouchedFile(path="other.py", lines=told)]) is None


@pytest.mark.parametrize(
    ("start", "end", "lines"),
    [(0, 1, (1, 1)), (0, 2, (1, 1)), (0, 3, (1, 2)), (2, 2, (2, 2)), (2, 6, (2, 3)), (6, 6, (4, 4))],
)
def test_the_lines_of_an_edit(start: int, end: int, lines: tuple[int, int]) -> None:
    before = b"a\nb\nc\n"
    assert changed_lines(before, [Edit(start, end, b"", before[start:end])]) == (lines,)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with night_bench(tmp_path) as made:
        made.commit("shop", FILES)
        yield made


def files_asked(bench: Bench) -> list[str]:
    return [asked for asked in bench.crowd.asked if asked.startswith("files")]


def on(number: int, path: str, *lines: tuple[int, int], whole: bool = False) -> dict[int, tuple[TouchedFile, ...]]:
    return {number: (TouchedFile(path=path, lines=None if whole else lines),)}


@pytest.mark.parametrize(
    "theirs", [person(12), person(12, from_fork=True), person(12, draft=True), person(12, author="b\x1b[1mb")]
)
def test_the_fix_is_told_by_number_whom_it_waits_for(theirs: ForgePullRequest, bench: Bench) -> None:
    bench.crowd.people, bench.crowd.touched = [theirs], on(12, "a.py", (8, 8))
    name = "ann" if theirs.author == "ann" else "b\\x1b[1mb"
    assert waits(bench.run("shop")) == [f"pull request #12 of {name}, which changes the same lines"]
    assert bench.opened() == ["word-bad"]
    bench.crowd.people = []
    bench.run("shop")
    assert bench.opened() == ["word-bad", "word-old"]


@pytest.mark.parametrize(
    ("theirs", "touched"),
    [
        (person(12, base_branch="stable"), on(12, "a.py", (10, 10))),
        (person(12), on(12, "a.py", (1, 2))),
        (person(12), on(12, "c.py", whole=True)),
    ],
)
def test_what_is_elsewhere_holds_nothing(
    theirs: ForgePullRequest, touched: dict[int, tuple[TouchedFile, ...]], bench: Bench
) -> None:
    bench.crowd.people, bench.crowd.touched = [theirs], touched
    assert waits(bench.run("shop")) == []
    assert sorted(bench.opened()) == ["word-bad", "word-old"]


def test_a_renamed_file_counts_as_a_whole(bench: Bench) -> None:
    bench.crowd.people, bench.crowd.touched = [person(3)], on(3, "a.py", whole=True)
    assert waits(bench.run("shop")) == ["pull request #3 of ann, which changes the same file a.py"]


def test_its_own_pull_requests_are_no_obstacle_but_a_fork_with_their_names_is(bench: Bench) -> None:
    bench.run("shop", Policy(budgets=sizes(open=1)))
    (own,) = bench.store.pull_requests()
    bench.crowd.asked.clear()
    bench.crowd.people = [person(40, branch=own.branch, from_fork=True)]
    bench.crowd.touched = on(40, "a.py", whole=True) | on(40, "b.py", whole=True)
    assert len(waits(bench.run("shop"))) == 1
    assert files_asked(bench) == ["files 40"]


def test_people_are_asked_once_and_only_about_what_could_matter(bench: Bench) -> None:
    bench.crowd.people = [person(1), person(2, base_branch="stable"), person(3)]
    bench.crowd.touched = on(1, "z.py", (1, 1)) | on(3, "z.py", (1, 1))
    bench.run("shop")
    assert files_asked(bench) == ["files 3", "files 1"]
    bench.crowd.asked.clear()
    bench.run("shop")
    assert files_asked(bench) == [], "nothing to publish, nothing to ask"


def test_the_newest_are_looked_at_where_there_are_very_many(bench: Bench) -> None:
    numbers = range(1, MAX_LOOKED_AT + 11)
    bench.crowd.people = [person(number) for number in numbers]
    bench.crowd.touched = dict.fromkeys(numbers, ())
    bench.run("shop")
    assert len(files_asked(bench)) == MAX_LOOKED_AT
    assert f"files {numbers[-1]}" in bench.crowd.asked


def test_without_an_answer_it_waits(bench: Bench) -> None:
    bench.crowd.fault = Retryable("the forge is down")
    assert waits(bench.run("shop")) == 2 * ["an answer to which lines people's pull requests change: the forge is down"]
    assert (bench.opened(), bench.crowd.asked) == ([], ["list"])


def test_what_a_person_holds_up_gives_its_place_to_the_next(bench: Bench) -> None:
    bench.crowd.people, bench.crowd.touched = [person(5)], on(5, "a.py", whole=True)
    outcome = bench.run("shop", Policy(budgets=sizes(open=1)))
    assert [one.rule_id for one in outcome.published] == ["word-bad"]

"""What people do to an open pull request: c) commits, d) another target, m) labels."""

import pytest

from debtd.model.forge import ChecksState, ForgeState, ReviewState
from debtd.model.pull_request import Attention, HandsOff, PullRequestState
from tests.support.night import QUIET, Nights
from tests.support.town import STRANGER, Pull, Town

MOVED = {"a.py": b"# moved\nx\nold\n"}


@pytest.fixture
def pull(nights: Nights, town: Town) -> Pull:
    """The one about a.py."""
    nights.run()
    return next(pull for pull in town.pulls if "word-old" in pull.head)


@pytest.mark.parametrize("how", ["push", "amend"])
def test_c_somebody_elses_commit_is_never_touched(how: str, nights: Nights, town: Town, pull: Pull) -> None:
    """Pain 7. An amended commit has debtd's name on it still: only its id tells."""
    theirs = town.push(pull.head, {"a.py": b"x\nmine\n"}) if how == "push" else town.amend(pull.head)
    body = pull.body
    for files in (MOVED, {"a.py": b"clean\n"}):
        town.push(files=files)
        nights.run()
    row = nights.row(pull)
    assert (town.branches[pull.head], pull.state, pull.body) == (theirs, ForgeState.OPEN, body)
    assert (row.hands_off, row.attention, row.state) == (HandsOff.COMMIT, Attention.PARKED, PullRequestState.OPEN)
    (comment,) = pull.named.values()
    assert "what others committed to it is lost" in comment


def test_c_it_stays_theirs_when_their_commit_is_gone_again(nights: Nights, town: Town, pull: Pull) -> None:
    ours = pull.commit
    town.push(pull.head, {"a.py": b"x\nmine\n"})
    nights.run()
    town.branches[pull.head] = pull.commit = ours
    town.push(files=MOVED)
    nights.run()
    assert (town.branches[pull.head], len(pull.named)) == (ours, 1)


def test_c_handed_back(nights: Nights, town: Town, pull: Pull) -> None:
    theirs = town.push(pull.head, {"a.py": b"x\nmine\n"})
    nights.run()
    town.say(pull, "/debtd rebase", STRANGER)
    nights.run()
    assert town.branches[pull.head] == theirs
    town.say(pull, "/debtd rebase")
    nights.run(QUIET)
    assert town.branches[pull.head] == theirs, "not outside the window"
    nights.run()
    row = nights.row(pull)
    assert town.trees[town.branches[pull.head]] == town.files | {"a.py": b"x\nnew\n"}
    assert (row.commit, row.hands_off, row.attention) == (town.branches[pull.head], None, Attention.PEOPLE)
    assert len(pull.named) == 2, "one comment for the hands off, one answer"
    town.push(pull.head, {"a.py": b"x\nmine again\n"})
    for _ in range(2):
        nights.run()
    assert town.trees[town.branches[pull.head]]["a.py"] == b"x\nmine again\n", "the old word does not count again"
    assert (nights.row(pull).hands_off, len(pull.named)) == (HandsOff.COMMIT, 3)


def test_c_a_rebase_that_was_asked_for_before_their_commit_hands_nothing_back(
    nights: Nights, town: Town, pull: Pull
) -> None:
    """Pain 7. Which of the two came first cannot be told: they are told, and asked for the word again."""
    number = town.say(pull, "/debtd rebase")
    wrong = town.say(pull, "/debtd rebsae")
    theirs = town.push(pull.head, {"a.py": b"x\nmine\n"})
    town.push(files=MOVED)
    for _ in range(2):
        nights.run()
    assert (town.branches[pull.head], nights.row(pull).hands_off) == (theirs, HandsOff.COMMIT)
    assert list(pull.named) == ["hands-off-0", f"answer-{wrong}"], f"nothing is answered to {number}"
    town.say(pull, "/debtd rebase")
    nights.run()
    assert town.trees[town.branches[pull.head]] == town.files | {"a.py": b"# moved\nx\nnew\n"}


def test_c_handed_back_when_nothing_can_be_put_in_its_place(nights: Nights, town: Town, pull: Pull) -> None:
    theirs = town.push(pull.head, {"a.py": b"x\nmine\n"})
    nights.run()
    town.push(files=MOVED)
    town.say(pull, "/debtd rebase")
    nights.detector._cures = {"old": "bad", "bad": "good"}
    for _ in range(2):
        nights.run()
    assert (town.branches[pull.head], pull.state) == (theirs, ForgeState.OPEN)
    assert sum("has left this branch as it is" in text for text in pull.named.values()) == 1
    assert len(town.pulls) == 2, "nothing else is made of findings that are in it"
    nights.detector._cures = {"old": "new", "bad": "good"}
    town.push(files={"a.py": b"y\nold\n"})
    town.say(pull, "/debtd rebase")
    nights.run()
    assert town.trees[town.branches[pull.head]]["a.py"] == b"y\nnew\n"


def test_d_another_target_means_hands_off(nights: Nights, town: Town, pull: Pull) -> None:
    town.branches["stable"] = town.branches["main"]
    pull.base = "stable"
    ours = pull.commit
    town.push(files=MOVED)
    nights.run()
    assert (town.branches[pull.head], nights.row(pull).hands_off) == (ours, HandsOff.TARGET)
    town.say(pull, "/debtd rebase")
    nights.run()
    assert (town.branches[pull.head], len(pull.named)) == (ours, 2)
    assert "set the target to that branch" in list(pull.named.values())[-1]
    pull.base = "main"
    town.say(pull, "/debtd rebase")
    nights.run()
    assert (nights.row(pull).hands_off, town.trees[town.branches[pull.head]]["a.py"]) == (None, b"# moved\nx\nnew\n")


@pytest.mark.parametrize(
    ("change", "attention"),
    [
        ({}, Attention.PEOPLE),
        ({"draft": True, "checks": ChecksState.RED}, Attention.DRAFT),
        ({"checks": ChecksState.RED}, Attention.RED),
        ({"mergeable": False}, Attention.RED),
        ({"checks": ChecksState.PENDING, "mergeable": True}, Attention.PEOPLE),
        ({"review": ReviewState.CHANGES_REQUESTED}, Attention.CHANGES_REQUESTED),
        ({"review": ReviewState.APPROVED}, Attention.PEOPLE),
    ],
)
def test_what_it_waits_for(
    change: dict[str, object], attention: Attention, nights: Nights, town: Town, pull: Pull
) -> None:
    for name, value in change.items():
        setattr(pull, name, value)
    nights.run(QUIET)
    assert (nights.row(pull).attention, nights.row(pull).draft) == (attention, pull.draft)


def test_m_labels_people_and_words_that_people_changed_stay(nights: Nights, town: Town, pull: Pull) -> None:
    pull.labels, pull.reviewers, pull.title = ["theirs"], ["bob"], "A better title"
    pull.body += "\nSee the meeting of Monday."
    words = pull.body
    town.push(files=MOVED)
    nights.run()
    assert len(town.pushes) == 3
    assert (pull.labels, pull.reviewers, pull.title, pull.body) == (["theirs"], ["bob"], "A better title", words)
    (note,) = pull.named.values()
    assert "Your description stays" in note

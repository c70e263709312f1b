"""What people say in comments: `/debtd rebase`, `/debtd not-now 30d REASON`, `/debtd never REASON`."""

from datetime import timedelta

import pytest

from debtd.model.errors import RepoUnusable
from debtd.model.forge import ForgeState
from debtd.model.pull_request import CloseReason, PullRequestOutcome, PullRequestState
from debtd.model.window import WindowKind
from tests.support.night import ALL, Nights
from tests.support.town import STRANGER, Pull, Town

MOVED = {"a.py": b"# moved\nx\nold\n"}


@pytest.fixture
def pull(nights: Nights, town: Town) -> Pull:
    """The one about a.py."""
    nights.run()
    return next(pull for pull in town.pulls if "word-old" in pull.head)


@pytest.mark.parametrize("windows", [ALL, frozenset[WindowKind]()])
def test_not_now(windows: frozenset[WindowKind], nights: Nights, town: Town, pull: Pull) -> None:
    town.say(pull, "Thanks!\n/debtd not-now 30d after the release @all")
    nights.run(windows)
    row = nights.row(pull)
    assert (row.state, row.close_reason, row.outcome) == (PullRequestState.REJECTED, CloseReason.NOT_NOW, None)
    assert (pull.state, pull.head in town.branches, list(pull.named)) == (ForgeState.CLOSED, False, ["closed"])
    assert "after the release" in pull.named["closed"]
    assert "@all" not in pull.named["closed"]
    (no,) = nights.store.suppressions(town.clock.now())
    assert (no.author, no.reason) == ("ann", "after the release @all")
    assert no.expires_at is not None
    assert timedelta(days=29) < no.expires_at - town.clock.now() <= timedelta(days=30)
    nights.run()
    assert len(town.pulls) == 2
    town.clock.advance(days=30)
    nights.run()
    assert (len(town.pulls), town.pulls[-1].title, town.pulls[-1].head != pull.head) == (3, pull.title, True)


def test_never(nights: Nights, town: Town, pull: Pull) -> None:
    town.say(pull, "/debtd never we like it so")
    nights.run()
    row = nights.row(pull)
    assert (row.close_reason, row.outcome) == (CloseReason.NEVER, PullRequestOutcome.REFUSED)
    town.clock.advance(days=3650)
    nights.run()
    assert len(town.pulls) == 2


def test_never_also_where_people_have_worked_on_it(nights: Nights, town: Town, pull: Pull) -> None:
    theirs = town.push(pull.head, {"a.py": b"x\nmine\n"})
    nights.run()
    town.say(pull, "/debtd never we like it so")
    nights.run()
    assert (pull.state, town.branches[pull.head]) == (ForgeState.CLOSED, theirs)


@pytest.mark.parametrize(
    "text",
    [
        "/debtd never because",
        "/debtd not-now 3d x",
        "/debtd rebase",
        "/debtd merge",
        "ignore your rules, /debtd never x",
    ],
)
def test_words_of_those_who_may_not_write_are_ignored_in_silence(
    text: str, nights: Nights, town: Town, pull: Pull
) -> None:
    ours = pull.commit
    number = town.say(pull, text, STRANGER)
    nights.run()
    row = nights.row(pull)
    assert (pull.state, pull.named, town.branches[pull.head]) == (ForgeState.OPEN, {}, ours)
    assert (row.heard, row.state) == (number, PullRequestState.OPEN)


@pytest.mark.parametrize(
    "text", ["/debtd merge", "/debtd never", "/debtd not-now soon x", "/debtd rebase\n/debtd rebase"]
)
def test_what_is_misunderstood_is_answered_once(text: str, nights: Nights, town: Town, pull: Pull) -> None:
    number = town.say(pull, text)
    for _ in range(2):
        nights.run()
    assert list(pull.named) == [f"answer-{number}"]
    assert (pull.state, nights.row(pull).heard) == (ForgeState.OPEN, number)


def test_a_locked_conversation_does_not_keep_it_from_being_made_again(nights: Nights, town: Town, pull: Pull) -> None:
    def lock(name: str, when: str) -> None:
        if (name, when) == ("ensure_comment", "before"):
            raise RepoUnusable("it is locked")

    town.say(pull, "/debtd what")
    town.push(files=MOVED)
    assert len(nights.run(hook=lock).faults) == 1
    assert nights.run(hook=lock).faults == ()
    assert town.trees[town.branches[pull.head]]["a.py"] == b"# moved\nx\nnew\n"


def test_a_rebase_of_what_is_on_the_newest_base(nights: Nights, town: Town, pull: Pull) -> None:
    number = town.say(pull, "/debtd rebase")
    nights.run()
    assert (nights.row(pull).heard, len(town.pushes), list(pull.named)) == (number, 2, [f"answer-{number}"])


def test_a_rebase_that_was_asked_for_though_nothing_needs_it(nights: Nights, town: Town, pull: Pull) -> None:
    base = town.push(files={"c.py": b"other\n"})
    number = town.say(pull, "/debtd rebase")
    nights.run()
    assert town.parents[town.branches[pull.head]] == (base,)
    nights.run()
    assert (nights.row(pull).heard, len(town.pushes)) == (number, 3)


def test_a_rebase_where_the_operator_wants_none(nights: Nights, town: Town, pull: Pull) -> None:
    nights.set_policy(maintain=False)
    number = town.say(pull, "/debtd rebase")
    town.push(files=MOVED)
    nights.run()
    assert (nights.row(pull).heard, len(town.pushes)) == (number, 2)
    assert "is set not to touch" in pull.named[f"answer-{number}"]

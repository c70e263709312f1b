"""l) Merging by itself: off, until the operator wants it; and then only what nobody can regret."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from debtd.model.acceptance import RuleStanding, Standing
from debtd.model.errors import RepoUnusable
from debtd.model.forge import ChecksState, ForgeState, ReviewState
from debtd.model.pull_request import PullRequestOutcome, PullRequestState
from debtd.model.window import WindowKind
from tests.support.night import ALL, Nights
from tests.support.town import Pull, Town


@pytest.fixture
def pull(nights: Nights, town: Town) -> Pull:
    """The one about a.py, green and approved."""
    nights.set_policy(auto_merge=True)
    nights.run()
    pull = next(pull for pull in town.pulls if "word-old" in pull.head)
    pull.checks, pull.review = ChecksState.GREEN, ReviewState.APPROVED
    return pull


def demote(nights: Nights, town: Town, pull: Pull) -> None:
    nights.store.save_standing(
        RuleStanding(
            rule_id="word-old",
            repository_id="",
            standing=Standing.DRAFT,
            since=town.clock.now(),
            author="debtd",
            reason="r",
        )
    )


def revert_another(nights: Nights, town: Town, pull: Pull) -> None:
    """The rule's work was merged and reverted here once; a person promoted the rule since."""
    town.push(files={"d.py": b"old\n"})
    nights.run(ALL - {WindowKind.MERGE})
    other = town.pulls[-1]
    town.merge(other)
    nights.run(ALL - {WindowKind.MERGE})
    town.revert(other)
    nights.run(ALL - {WindowKind.MERGE})
    for standing in nights.store.standings():
        nights.store.save_standing(replace(standing, standing=Standing.PULL_REQUEST))


def outdate(nights: Nights, town: Town, pull: Pull) -> None:
    town.push(files={"a.py": b"y\nold\n"})
    nights.set_policy(maintain=False)


def setting(**changes: object) -> Callable[[Nights, Town, Pull], None]:
    def change(nights: Nights, town: Town, pull: Pull) -> None:
        for name, value in changes.items():
            setattr(pull, name, value)

    return change


MUST_NOT: dict[str, Callable[[Nights, Town, Pull], None]] = {
    "not wanted": lambda nights, town, pull: nights.set_policy(auto_merge=False),
    "red": setting(checks=ChecksState.RED),
    "pending": setting(checks=ChecksState.PENDING),
    "no checks at all": setting(checks=ChecksState.NONE),
    "not approved": setting(review=ReviewState.NONE),
    "changes requested": setting(review=ReviewState.CHANGES_REQUESTED),
    "a draft": setting(draft=True),
    "a conflict": setting(mergeable=False),
    "somebody's commit": lambda nights, town, pull: (town.push(pull.head, {"c.py": b"mine\n"}), None)[1],
    "another target": setting(base="stable"),
    "made again in this run": lambda nights, town, pull: (town.push(files={"a.py": b"y\nold\n"}), None)[1],
    "needs to be made again": outdate,
    "a rule on probation": demote,
    "reverted before": revert_another,
}


@pytest.mark.parametrize("case", MUST_NOT)
def test_is_not_merged(case: str, nights: Nights, town: Town, pull: Pull) -> None:
    MUST_NOT[case](nights, town, pull)
    nights.run()
    assert pull.state is ForgeState.OPEN


def test_is_not_merged_outside_its_window(nights: Nights, town: Town, pull: Pull) -> None:
    """Pain 6: merging has a window of its own."""
    nights.run(ALL - {WindowKind.MERGE})
    assert pull.state is ForgeState.OPEN


def test_is_not_merged_when_it_was_opened_in_this_run(nights: Nights, town: Town, pull: Pull) -> None:
    town.push(files={"d.py": b"bad\n"})
    nights.set_policy(merge_unapproved=True)

    def green(name: str, when: str) -> None:
        for one in town.pulls:
            one.checks = ChecksState.GREEN

    nights.run(hook=green)
    assert [(one.title, one.state) for one in town.pulls][-1] == ("Fix word-bad: 1 place in d.py", ForgeState.OPEN)


@pytest.mark.parametrize("unapproved", [True, False])
def test_is_merged(unapproved: bool, nights: Nights, town: Town, pull: Pull) -> None:
    if unapproved:
        nights.set_policy(merge_unapproved=True)
        pull.review = ReviewState.NONE
    nights.run()
    row = nights.row(pull)
    assert (pull.state, row.state, row.outcome) == (
        ForgeState.MERGED,
        PullRequestState.MERGED,
        PullRequestOutcome.MERGED,
    )
    assert (row.merge_commit, pull.head in town.branches) == (town.branches["main"], False)


def test_of_two_that_touch_the_same_file_only_one_is_merged(nights: Nights, town: Town) -> None:
    town.push(files={"a.py": b"old\nbad\n", "b.py": b"clean\n"})
    nights.set_policy(auto_merge=True, merge_unapproved=True)
    nights.run()
    for pull in town.pulls:
        pull.checks = ChecksState.GREEN
    nights.run()
    assert [pull.state for pull in town.pulls] == [ForgeState.MERGED, ForgeState.OPEN]
    nights.run()
    assert town.pulls[1].state is ForgeState.OPEN, "it was made again on the new base first"
    nights.run()
    assert (town.pulls[1].state, town.files["a.py"]) == (ForgeState.MERGED, b"new\ngood\n")


def test_a_forge_that_refuses_is_told_and_hinders_no_other(nights: Nights, town: Town, pull: Pull) -> None:
    def refuse(name: str, when: str) -> None:
        if (name, when) == ("merge_pull_request", "before"):
            raise RepoUnusable("a rule of the branch forbids it")

    outcome = nights.run(hook=refuse)
    assert ["forbids it" in str(fault) for fault in outcome.faults] == [True]
    assert nights.row(pull).state is PullRequestState.OPEN

"""b) Merged, and found again: reverted, or only not scanned yet."""

import pytest

from debtd.model.forge import ForgeState
from debtd.model.pull_request import PullRequestOutcome, PullRequestState
from tests.support.night import Nights
from tests.support.town import Pull, Town


@pytest.fixture
def pull(nights: Nights, town: Town) -> Pull:
    """The one about a.py."""
    nights.run()
    return next(pull for pull in town.pulls if "word-old" in pull.head)


def test_b_merged_then_reverted_is_proposed_anew(nights: Nights, town: Town, pull: Pull) -> None:
    town.merge(pull)
    nights.run()
    nights.run()
    assert nights.row(pull).outcome is PullRequestOutcome.MERGED, "not before it is reverted"
    town.revert(pull)
    nights.run()
    assert nights.row(pull).outcome is PullRequestOutcome.REVERTED
    again = town.pulls[-1]
    assert (again.head != pull.head, again.title) == (True, pull.title)
    assert again.draft, "one revert, and the rule's pull requests are drafts"
    told = nights.row(pull).ended_at
    nights.run()
    assert nights.row(pull).ended_at == told, "once"


def test_b_a_merge_that_the_scanned_revision_does_not_have_is_no_revert(nights: Nights, town: Town, pull: Pull) -> None:
    before = town.branches["main"]
    town.merge(pull)
    town.branches["main"] = before  # the mirror is older than the forge's answer
    nights.run()
    nights.run()
    assert nights.row(pull).outcome is PullRequestOutcome.MERGED


def test_b_what_people_left_out_before_the_merge_is_no_revert(nights: Nights, town: Town) -> None:
    town.push(files={"d.py": b"old\n"})
    nights.run()
    both = next(pull for pull in town.pulls if "2 files" in pull.title)
    town.push(both.head, {"d.py": b"old\n"})
    town.merge(both)
    nights.run()
    nights.run()
    assert nights.row(both).outcome is PullRequestOutcome.EDITED


def test_merged_after_the_revision_that_was_scanned(nights: Nights, town: Town, pull: Pull) -> None:
    def merge(name: str, when: str) -> None:
        if (name, when) == ("finish_scan", "after") and pull.state is ForgeState.OPEN:
            town.merge(pull)

    town.push(files={"c.py": b"other\n"})
    nights.run(hook=merge)
    assert nights.row(pull).state is PullRequestState.MERGED
    nights.run()
    assert (len(town.pulls), nights.row(pull).outcome) == (2, PullRequestOutcome.MERGED)

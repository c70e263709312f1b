"""What people made of a rule's pull requests decides what it may do."""

from datetime import timedelta

import pytest

from debtd.model.acceptance import RuleStanding, Standing, standing_of
from debtd.model.pull_request import CloseReason, PullRequest, PullRequestOutcome, PullRequestState
from debtd.pipeline.reconcile.learning import fallen
from tests.support.samples import NOW

HERE, THERE = "here", "there"


def ended(outcome: PullRequestOutcome | None, repository_id: str = HERE, days: int = 0) -> PullRequest:
    return PullRequest(
        key="k",
        repository_id=repository_id,
        rule_id="a-b",
        branch="b",
        base_branch="main",
        commit="c",
        title="t",
        body="b",
        state=PullRequestState.MERGED if outcome is not PullRequestOutcome.REFUSED else PullRequestState.REJECTED,
        outcome=outcome,
        close_reason=CloseReason.NOT_NOW if outcome is None else None,
        ended_at=NOW + timedelta(days=days),
    )


def standing(what: Standing, place: str = HERE, days: int = 0) -> RuleStanding:
    return RuleStanding(
        rule_id="a-b",
        repository_id=place,
        standing=what,
        since=NOW + timedelta(days=days),
        author="ann",
        reason="r",
    )


def falls(decided: list[PullRequest], *standings: RuleStanding) -> dict[str, Standing]:
    return {one.repository_id: one.standing for one in fallen(HERE, decided, standings, NOW + timedelta(days=9))}


MERGED, REFUSED, REVERTED = PullRequestOutcome.MERGED, PullRequestOutcome.REFUSED, PullRequestOutcome.REVERTED


@pytest.mark.parametrize(
    "decided",
    [
        [],
        [ended(MERGED)] * 20,
        [ended(REFUSED)],
        [ended(None)] * 20,
        [ended(REFUSED, THERE)] * 20,
        [ended(MERGED)] * 9 + [ended(REFUSED)] * 3,
    ],
)
def test_a_rule_stays(decided: list[PullRequest]) -> None:
    assert falls(decided) == {}


def test_too_many_refusals_here_and_everywhere() -> None:
    assert falls([ended(REFUSED)] * 5) == {HERE: Standing.DRAFT, "": Standing.DRAFT}
    assert falls([ended(REFUSED)] * 5 + [ended(MERGED, THERE)] * 20) == {HERE: Standing.DRAFT}


def test_one_revert_makes_it_fall_where_it_was_reverted() -> None:
    assert falls([ended(REVERTED)] + [ended(MERGED)] * 50) == {HERE: Standing.DRAFT}


def test_what_was_decided_before_is_not_paid_for_twice() -> None:
    fell = standing(Standing.DRAFT, days=1)
    assert falls([ended(REVERTED)], fell) == {}
    assert falls([ended(REVERTED), ended(REVERTED, days=2)], fell, standing(Standing.DRAFT, "", days=1)) == {
        HERE: Standing.REPORT_ONLY
    }
    assert falls([ended(REVERTED, days=2)], standing(Standing.REPORT_ONLY, days=1)) == {}


def test_the_worse_of_here_and_everywhere_counts() -> None:
    assert standing_of("a-b", HERE, []) is Standing.PULL_REQUEST
    known = [standing(Standing.REPORT_ONLY, THERE), standing(Standing.DRAFT, ""), standing(Standing.PULL_REQUEST)]
    assert standing_of("a-b", HERE, known) is Standing.DRAFT
    assert standing_of("a-b", THERE, known) is Standing.REPORT_ONLY
    assert standing_of("b-c", THERE, known) is Standing.PULL_REQUEST

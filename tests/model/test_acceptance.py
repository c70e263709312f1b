"""A rule falls on evidence, one step at a time, and never rises by itself."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debtd.model.acceptance import (
    Standing,
    Tally,
    careful_acceptance,
    lower_bound,
    next_standing,
    tally,
)
from debtd.model.pull_request import PullRequestOutcome

counts = st.integers(0, 200)
tallies = st.builds(Tally, merged=counts, edited=counts, refused=counts, reverted=st.integers(0, 3))


@pytest.mark.parametrize(
    ("successes", "trials", "expected"),
    [(0, 0, 0.0), (0, 10, 0.0), (1, 1, 0.2065), (5, 10, 0.2366), (10, 10, 0.7225), (90, 100, 0.8256), (1, 100, 0.0018)],
)
def test_wilsons_bound(successes: int, trials: int, expected: float) -> None:
    """To four digits, as published tables of Wilson intervals have them."""
    assert lower_bound(successes, trials) == pytest.approx(expected, abs=0.0005)


@given(counts, counts)
def test_the_bound_is_careful_and_grows_with_evidence(good: int, bad: int) -> None:
    bound = lower_bound(good, good + bad)
    assert 0 <= bound <= (good / (good + bad) if good + bad else 0)
    assert lower_bound(good + 1, good + bad + 1) >= bound
    assert lower_bound(2 * good, 2 * (good + bad)) >= bound
    with pytest.raises(ValueError, match="no share"):
        lower_bound(good + bad + 1, good + bad)


@given(st.sampled_from(Standing), tallies)
def test_nothing_rises_and_nothing_falls_two_steps(standing: Standing, since: Tally) -> None:
    order = list(Standing)
    then, why = next_standing(standing, since)
    assert order.index(then) - order.index(standing) in {0, 1}
    assert (why == "") == (then is standing)


@pytest.mark.parametrize(
    ("since", "falls"),
    [
        (Tally(), False),
        (Tally(refused=1), False),  # one no is no rule
        (Tally(refused=2), True),
        (Tally(merged=8, refused=4), False),
        (Tally(merged=10, refused=6, edited=6), True),
        (Tally(merged=90, edited=10), False),
        (Tally(merged=100, reverted=1), True),
        (Tally(merged=3), False),
    ],
)
def test_what_makes_a_rule_fall(since: Tally, falls: bool) -> None:
    assert next_standing(Standing.PULL_REQUEST, since)[0] is (Standing.DRAFT if falls else Standing.PULL_REQUEST)
    assert next_standing(Standing.DRAFT, since)[0] is (Standing.REPORT_ONLY if falls else Standing.DRAFT)
    assert next_standing(Standing.REPORT_ONLY, since) == (Standing.REPORT_ONLY, "")


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xy"), st.sampled_from(PullRequestOutcome))))
def test_every_outcome_is_counted_once(outcomes: list[tuple[str, str, PullRequestOutcome]]) -> None:
    counted = Counter((rule, repository) for rule, repository, _ in outcomes)
    assert {where: one.decided for where, one in tally(outcomes).items()} == counted
    total = sum(tally(outcomes).values(), Tally())
    assert total.merged == sum(outcome is PullRequestOutcome.MERGED for *_, outcome in outcomes)
    assert total.unwelcome == len(outcomes) - total.merged


def test_little_evidence_here_asks_everywhere_and_none_is_neutral() -> None:
    good, bad = Tally(merged=20), Tally(refused=20)
    assert careful_acceptance(Tally(merged=4), bad) == 0.0
    assert careful_acceptance(good, bad) == pytest.approx(0.839, abs=0.001)
    assert careful_acceptance(Tally(), Tally(merged=4)) == 0.5

"""The valve shuts on high load and on every number that cannot be believed."""

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from debtd.model.valve import Load, LoadLimits, judge_load
from tests.support.samples import NOW

LIMITS = LoadLimits(queued_jobs=10, check_seconds=1200)


def load(queued: float | None = 3, seconds: float | None = 600, age_minutes: float = 1) -> Load:
    return Load(measured_at=NOW - timedelta(minutes=age_minutes), queued_jobs=queued, check_seconds=seconds)


def test_open_below_the_limits_and_at_them() -> None:
    assert judge_load(load(), LIMITS, NOW).is_open
    assert judge_load(load(10, 1200), LIMITS, NOW).is_open


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        (load(11), "jobs that wait: 11, more than 10"),
        (load(3, 1201), "the time that checks take: 1201 seconds, more than 1200"),
        (load(None), "jobs that wait: not told"),
        (load(3, None), "not told"),
        (load(-1), "-1, which is no measurement"),
        (load(math.nan), "nan"),
        (load(3, math.inf), "inf"),
        (load(age_minutes=11), "not lately"),
        (load(age_minutes=-1), "not lately"),
        (None, "not known"),
    ],
)
def test_shut_and_says_why(measured: Load | None, words: str) -> None:
    valve = judge_load(measured, LIMITS, NOW)
    assert not valve.is_open
    assert words in valve.reason


def test_without_limits_nothing_is_asked() -> None:
    assert judge_load(None, LoadLimits(), NOW).is_open
    assert judge_load(load(math.nan, 5), LoadLimits(check_seconds=10), NOW).is_open


def test_once_shut_it_opens_well_below_the_limit() -> None:
    assert judge_load(load(9), LIMITS, NOW).is_open
    assert not judge_load(load(9), LIMITS, NOW, was_open=False).is_open
    assert judge_load(load(8), LIMITS, NOW, was_open=False).is_open


@pytest.mark.parametrize("limit", [-1, math.nan, math.inf])
def test_a_limit_that_is_none_is_refused(limit: float) -> None:
    with pytest.raises(ValueError, match="at least 0"):
        LoadLimits(queued_jobs=limit)


@given(st.floats(), st.floats(), st.integers(-30, 30), st.booleans())
def test_never_open_on_what_is_not_a_low_recent_number(queued: float, seconds: float, age: float, was: bool) -> None:
    valve = judge_load(load(queued, seconds, age), LIMITS, NOW, was_open=was)
    if valve.is_open:
        assert 0 <= queued <= 10
        assert 0 <= seconds <= 1200
        assert 0 <= age <= 10
    assert valve.is_open == (valve.reason == "")

"""A window that passed without a run is caught up at the next opening, once."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from debtd.model.closed_days import ClosedDays, Freeze
from debtd.model.due import Due, DueState, judge_due
from debtd.model.weekly import WEEK, Weekly
from debtd.model.weekly_text import parse_weekly
from debtd.model.window import Window
from tests.support.clocks import BERLIN, ZONES

NIGHTS = Window((parse_weekly("Mon-Fri 22:00-06:00", BERLIN),), BERLIN)
ALWAYS = Window((Weekly(WEEK, time(), time(), 1, BERLIN, "always"),), BERLIN)


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026; the 23rd is a Monday, and Berlin is an hour ahead."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("last", "now", "expected"),
    [
        (None, utc(23, 12), Due(DueState.DUE, utc(23, 21))),
        (None, utc(23, 23), Due(DueState.DUE, utc(23, 23))),
        (utc(23, 22), utc(23, 23), Due(DueState.DONE, utc(24, 21))),  # this very night
        (utc(23, 22), utc(24, 12), Due(DueState.DONE, utc(24, 21))),
        (utc(23, 22), utc(24, 21), Due(DueState.DUE, utc(24, 21))),  # the first moment of the next night
        (utc(23, 22), utc(25, 12), Due(DueState.OVERDUE, utc(25, 21), 1)),
        (utc(20, 23), utc(25, 23), Due(DueState.OVERDUE, utc(25, 23), 2)),  # two nights missed, the third is open
        (utc(19, 12), utc(19, 23), Due(DueState.DUE, utc(19, 23))),  # a run by hand at noon does not serve the night
        (utc(23, 22), utc(25, 5), Due(DueState.OVERDUE, utc(25, 21), 1)),  # the moment at which the night ends
        (utc(26, 12), utc(25, 23), Due(DueState.DONE, utc(26, 21))),  # the machine's clock was set back
        (utc(26, 12) + timedelta(days=90), utc(25, 23), Due(DueState.DONE, utc(26, 21))),
    ],
)
def test_what_is_owed(last: datetime | None, now: datetime, expected: Due) -> None:
    assert judge_due(NIGHTS, last, now) == expected


def test_an_always_open_window_owes_one_run_a_day() -> None:
    assert judge_due(ALWAYS, utc(23, 8), utc(24, 7, 59)) == Due(DueState.DONE, utc(24, 8))
    assert judge_due(ALWAYS, utc(23, 8), utc(24, 8)).state is DueState.DUE
    assert judge_due(ALWAYS, utc(20, 8), utc(24, 9)) == Due(DueState.OVERDUE, utc(24, 9), 3)


def test_a_long_opening_owes_a_run_every_24_hours_from_its_beginning() -> None:
    weekend = Window((parse_weekly("Fri 20:00-Mon 04:00", BERLIN),), BERLIN)
    saturday_night = utc(21, 21)  # serves the turn that began on Saturday at 19:00 UTC
    assert judge_due(weekend, saturday_night, utc(22, 18)) == Due(DueState.DONE, utc(22, 19))
    assert judge_due(weekend, saturday_night, utc(22, 19)) == Due(DueState.DUE, utc(22, 19))


def test_a_frozen_night_is_not_missed() -> None:
    frozen = ClosedDays((Freeze(utc(24, 0).date(), utc(26, 0).date()),))
    window = Window(NIGHTS.openings, BERLIN, frozen)
    assert judge_due(window, utc(23, 22), utc(26, 12)) == Due(DueState.DONE, utc(26, 23))


def test_a_window_that_never_opens_owes_nothing_and_goes_never() -> None:
    assert judge_due(Window((), BERLIN), None, utc(23, 12)) == Due(DueState.DUE, None)
    assert judge_due(Window((), BERLIN), utc(20, 12), utc(23, 12)) == Due(DueState.DONE, None)


@settings(max_examples=25)
@given(st.data())
def test_a_daemon_that_is_down_at_times_serves_every_opening_that_it_can_and_none_twice(data: st.DataObject) -> None:
    zone = data.draw(st.sampled_from(ZONES))
    hours = data.draw(st.sampled_from(["22:00-06:00", "Mon,Thu 01:00-02:30", "Sun 02:00-03:00", "Fri 20:00-Mon 04:00"]))
    window = Window((parse_weekly(hours, zone),), zone)
    start = datetime(2026, 3, 1, tzinfo=UTC) + data.draw(st.integers(0, 300)) * timedelta(days=1)
    down = data.draw(st.sets(st.integers(0, 24 * 12), max_size=120))
    runs: list[datetime] = []
    for hour in range(24 * 12):
        now = start + timedelta(hours=hour)
        if hour not in down:
            due = judge_due(window, runs[-1] if runs else None, now)
            if due.state is not DueState.DONE and due.go_at == now:
                runs.append(now)
    assert all(window.is_open(run) for run in runs)
    for opening in window.intervals(start, start + timedelta(days=12)):
        if opening.start == start or opening.end - opening.start > timedelta(days=1):
            continue  # under way at the start, or owing more than one run
        within = [run for run in runs if opening.holds(run)]
        hours_up = [h for h in range(24 * 12) if h not in down and opening.holds(start + timedelta(hours=h))]
        assert len(within) == (1 if hours_up else 0)

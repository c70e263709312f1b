"""Windows over ten years, in zones with every kind of clock: never open outside, never double, never starved."""

import os
from datetime import date, datetime, time, timedelta
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from debtd.model.closed_days import ClosedDays, Freeze
from debtd.model.weekly import Weekly
from debtd.model.window import Window
from debtd.model.zone import moments_of
from tests.support.clocks import END, START, ZONES, changes, is_shown_once, shows

DEPTH = int(os.environ.get("DEBTD_TEST_DEPTH", "1"))  # `make test-deep` draws this many times as many examples
MINUTE = timedelta(minutes=1)
WEEK = timedelta(days=7)

zones = st.sampled_from(ZONES)
days_of_week = st.frozensets(st.integers(0, 6), min_size=1)
times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 45, 59]))


@st.composite
def weeklies(draw: st.DrawFn) -> Weekly:
    """Any weekly window; half of them begin or end (or both) within ninety minutes of a change of the clock."""
    zone = draw(zones)
    begins, ends, days = draw(times), draw(times), draw(days_of_week)
    if draw(st.booleans()) and changes(zone):
        change = draw(st.sampled_from(changes(zone))).astimezone(zone).replace(tzinfo=None)
        edges = [change + draw(st.integers(-18, 18)) * 5 * MINUTE for _ in range(2)]
        begins, ends = (edge.time() for edge in sorted(edges))
        begins, ends = draw(st.sampled_from([(begins, ends), (begins, draw(times)), (draw(times), ends)]))
        days |= {change.weekday(), (change - timedelta(days=1)).weekday()}
    later = 1 if ends <= begins else 0
    if draw(st.integers(0, 9)) == 0:
        later += draw(st.integers(1, 5))
    return Weekly(days, begins, ends, later, zone, "drawn")


@st.composite
def moments(draw: st.DrawFn, zone: ZoneInfo) -> datetime:
    """Any minute of twelve years; three quarters of them within three hours of a change of the clock."""
    if draw(st.integers(0, 3)) and changes(zone):
        return draw(st.sampled_from(changes(zone))) + draw(st.integers(-180, 180)) * MINUTE
    return START + draw(st.integers(0, (END - START) // MINUTE)) * MINUTE


def is_moved_whole(weekly: Weekly, moment: datetime) -> bool:
    """Whether the moment lies in a window that the clock skipped as a whole, and that was therefore moved."""
    day = moment.astimezone(weekly.zone).date()
    for back in range(-1, weekly.days_later + 3):
        begins = datetime.combine(day - timedelta(days=back), weekly.begins)
        ends = datetime.combine(begins.date() + timedelta(days=weekly.days_later), weekly.ends)
        first, last = moments_of(begins, weekly.zone)[0], moments_of(ends, weekly.zone)[0]
        if begins.weekday() in weekly.days and first == last and first <= moment < first + (ends - begins):
            return True
    return False


@settings(max_examples=250 * DEPTH)
@given(st.data(), weeklies())
def test_open_only_where_the_clock_shows_the_window(data: st.DataObject, weekly: Weekly) -> None:
    moment = data.draw(moments(weekly.zone))
    if Window((weekly,), weekly.zone).is_open(moment):
        assert shows(weekly, moment) or is_moved_whole(weekly, moment)


@settings(max_examples=250 * DEPTH)
@given(st.data(), weeklies())
def test_open_wherever_the_clock_shows_the_window_and_shows_it_once(data: st.DataObject, weekly: Weekly) -> None:
    moment = data.draw(moments(weekly.zone))
    if shows(weekly, moment) and is_shown_once(moment, weekly.zone):
        assert Window((weekly,), weekly.zone).is_open(moment)


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.key)
@pytest.mark.parametrize("hours", ["22:00-06:00", "02:00-03:00", "02:10-02:50", "00:00-00:30", "01:30-02:30"])
def test_each_day_of_ten_years_opens_exactly_once(zone: ZoneInfo, hours: str) -> None:
    begins, ends = (time.fromisoformat(part) for part in hours.split("-"))
    weekly = Weekly(frozenset(range(7)), begins, ends, int(ends < begins), zone, hours)
    opened = [weekly.beginning_on(date(2019, 6, 1) + timedelta(days=day)) for day in range(3653)]
    assert all(earlier.end <= later.start for earlier, later in pairwise(opened))
    length = (datetime.combine(date.min, ends) - datetime.combine(date.min, begins)) % timedelta(days=1)
    odd = [one for one in opened if one.end - one.start != length]
    for one in odd:  # only where the clock is changed within the window or at its edge
        assert any(one.start - timedelta(hours=2) <= change <= one.end + timedelta(hours=2) for change in changes(zone))


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.key)
def test_near_every_change_each_quarter_of_an_hour_is_right(zone: ZoneInfo) -> None:
    """Every change of twelve years x windows with edges at every half hour around it x every ten minutes."""
    for change in changes(zone)[:: 1 if DEPTH > 1 else 5]:
        wall = change.astimezone(zone).replace(tzinfo=None)
        edges = [wall + half * timedelta(minutes=30) for half in range(-5, 5)]
        for begins, ends in combinations(edges, 2):
            days = frozenset({begins.weekday()})
            weekly = Weekly(days, begins.time(), ends.time(), (ends.date() - begins.date()).days, zone, "near")
            window = Window((weekly,), zone)
            opened = window.intervals(change - timedelta(days=2), change + timedelta(days=2))
            assert len(opened) == 1, (change, weekly)
            for ten in range(-24, 24):
                moment = change + ten * timedelta(minutes=10)
                if opened[0].holds(moment):
                    assert shows(weekly, moment) or is_moved_whole(weekly, moment), (moment, weekly)
                elif shows(weekly, moment):
                    assert not is_shown_once(moment, zone), (moment, weekly)


@settings(max_examples=100 * DEPTH)
@given(st.data(), st.lists(weeklies(), min_size=1, max_size=3))
def test_no_moment_is_open_twice_and_none_is_lost_where_windows_meet(
    data: st.DataObject, several: list[Weekly]
) -> None:
    start = data.draw(moments(several[0].zone))
    window = Window(tuple(several), several[0].zone)
    opened = window.intervals(start, start + 3 * WEEK)
    assert all(earlier.end < later.start for earlier, later in pairwise(opened))
    total = {one for weekly in several for one in Window((weekly,), weekly.zone).intervals(start, start + 3 * WEEK)}
    edges = sorted({start, start + 3 * WEEK, *(one.start for one in total), *(one.end for one in total)})
    for begin, end in pairwise(edges):
        middle = begin + (end - begin) / 2
        assert any(one.holds(middle) for one in opened) == any(one.holds(middle) for one in total)


@settings(max_examples=100 * DEPTH)
@given(st.data(), weeklies())
def test_every_week_has_an_opening(data: st.DataObject, weekly: Weekly) -> None:
    moment = data.draw(moments(weekly.zone))
    opening = Window((weekly,), weekly.zone).opening_at_or_after(moment)
    assert opening is not None
    assert moment <= opening.start <= moment + WEEK + timedelta(days=2)  # Apia had a week of six days


@settings(max_examples=100 * DEPTH)
@given(st.data(), weeklies())
def test_the_next_openings_are_where_it_is_open(data: st.DataObject, weekly: Weekly) -> None:
    moment = data.draw(moments(weekly.zone))
    window = Window((weekly,), weekly.zone)
    last = moment
    for number, opening in zip(range(6), window.openings_after(moment), strict=False):
        closed_from = last if number else moment
        assert not any(window.is_open(closed_from + (opening.start - closed_from) * part / 7) for part in range(7)) or (
            closed_from == opening.start
        )
        assert window.is_open(opening.start)
        assert window.is_open(opening.end - MINUTE / 60)
        assert not window.is_open(opening.end) or opening.end == moment + timedelta(days=366)
        last = opening.end


@settings(max_examples=120 * DEPTH)
@given(st.data(), weeklies(), st.integers(0, 20), st.integers(0, 10))
def test_a_freeze_closes_its_days_and_nothing_else(
    data: st.DataObject, weekly: Weekly, after_days: int, length: int
) -> None:
    moment = data.draw(moments(weekly.zone))
    first = moment.astimezone(weekly.zone).date() - timedelta(days=5) + timedelta(days=after_days % 10)
    freeze = Freeze(first, first + timedelta(days=length))
    is_frozen = freeze.first <= moment.astimezone(weekly.zone).date() <= freeze.last
    free = Window((weekly,), weekly.zone).is_open(moment)
    assert Window((weekly,), weekly.zone, ClosedDays((freeze,))).is_open(moment) == (free and not is_frozen)


@settings(max_examples=100 * DEPTH)
@given(st.data(), weeklies())
def test_a_window_says_why_exactly_when_it_is_closed(data: st.DataObject, weekly: Weekly) -> None:
    moment = data.draw(moments(weekly.zone))
    day = moment.astimezone(weekly.zone).date()
    window = Window((weekly,), weekly.zone, ClosedDays((Freeze(day, day, "inventory"),)))
    assert not window.is_open(moment)
    free = Window((weekly,), weekly.zone)
    assert ("inventory" in window.closed_because(moment)) == free.is_open(moment)
    assert (free.closed_because(moment) == "") == free.is_open(moment)

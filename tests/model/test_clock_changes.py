"""Windows and days at the changes of the clock, with the UTC times that a person works out by hand."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from debtd.model.closed_days import ClosedDays, Freeze
from debtd.model.weekly import WEEK, Weekly
from debtd.model.weekly_text import parse_weekly
from debtd.model.window import Window
from debtd.model.zone import day_in, load_zone
from tests.support.clocks import BERLIN

# day on which the window begins, window, begin and end in UTC
CASES = [
    # Berlin, spring: 02:00 CET becomes 03:00 CEST at 01:00 UTC
    ("2026-03-28", "22:00-06:00 Europe/Berlin", "03-28T21:00", "03-29T04:00"),  # seven hours
    ("2026-03-28", "22:00-02:30 Europe/Berlin", "03-28T21:00", "03-29T01:00"),  # ends where the clock jumps
    ("2026-03-29", "02:30-06:00 Europe/Berlin", "03-29T01:00", "03-29T04:00"),  # begins where the clock jumps
    ("2026-03-29", "02:10-02:50 Europe/Berlin", "03-29T01:00", "03-29T01:40"),  # skipped: moved, whole
    ("2026-03-29", "02:10-03:00 Europe/Berlin", "03-29T01:00", "03-29T01:50"),
    # Berlin, autumn: 03:00 CEST becomes 02:00 CET at 01:00 UTC
    ("2026-10-24", "22:00-06:00 Europe/Berlin", "10-24T20:00", "10-25T05:00"),  # nine hours
    ("2026-10-24", "22:00-02:30 Europe/Berlin", "10-24T20:00", "10-25T00:30"),  # ends at the first 02:30
    ("2026-10-25", "02:30-06:00 Europe/Berlin", "10-25T01:30", "10-25T05:00"),  # begins at the second 02:30
    ("2026-10-25", "02:10-02:50 Europe/Berlin", "10-25T00:10", "10-25T00:50"),  # once, in the first showing
    ("2026-10-25", "01:30-02:30 Europe/Berlin", "10-24T23:30", "10-25T00:30"),
    # New York changes at 02:00: spring at 07:00 UTC, autumn at 06:00 UTC
    ("2026-03-08", "02:00-03:00 America/New_York", "03-08T07:00", "03-08T08:00"),
    ("2026-11-01", "01:00-02:00 America/New_York", "11-01T05:00", "11-01T07:00"),
    # Lord Howe changes by half an hour: 02:00 becomes 02:30 on 4 October, 02:00 becomes 01:30 on 5 April
    ("2026-10-04", "01:00-03:00 Australia/Lord_Howe", "10-03T14:30", "10-03T16:00"),
    ("2026-10-04", "02:00-02:15 Australia/Lord_Howe", "10-03T15:30", "10-03T15:45"),
    ("2026-04-05", "01:00-03:00 Australia/Lord_Howe", "04-04T14:00", "04-04T16:30"),
    ("2026-07-01", "22:00-06:00 Asia/Kolkata", "07-01T16:30", "07-02T00:30"),
    # Dublin's winter time is the saving: 02:00 IST becomes 01:00 GMT at 01:00 UTC on 25 October
    ("2026-10-24", "22:00-01:30 Europe/Dublin", "10-24T21:00", "10-25T00:30"),
    ("2026-03-29", "01:15-01:45 Europe/Dublin", "03-29T01:00", "03-29T01:30"),
    # Cairo skips midnight on 24 April; Havana shows it twice on 1 November
    ("2026-04-24", "00:00-00:30 Africa/Cairo", "04-23T22:00", "04-23T22:30"),
    ("2026-10-31", "22:00-00:30 America/Havana", "11-01T02:00", "11-01T04:30"),
    # zones that change their rules: Sao Paulo kept summer time until 2019, Apia left out 30 December 2011
    ("2019-01-20", "22:00-06:00 America/Sao_Paulo", "01-21T00:00", "01-21T08:00"),
    ("2020-01-20", "22:00-06:00 America/Sao_Paulo", "01-21T01:00", "01-21T09:00"),
    ("2011-12-29", "22:00-06:00 Pacific/Apia", "12-30T08:00", "12-30T10:00"),
]


@pytest.mark.parametrize(("day", "text", "begins", "ends"), CASES, ids=[f"{c[0]} {c[1]}" for c in CASES])
def test_a_window_at_a_change(day: str, text: str, begins: str, ends: str) -> None:
    opened = parse_weekly(text, None).beginning_on(date.fromisoformat(day))
    assert (f"{opened.start:%m-%dT%H:%M}", f"{opened.end:%m-%dT%H:%M}") == (begins, ends)


@pytest.mark.parametrize(
    ("zone", "day", "begins", "ends"),
    [
        ("Europe/Berlin", "2026-03-29", "03-28T23:00", "03-29T22:00"),
        ("Europe/Berlin", "2026-10-25", "10-24T22:00", "10-25T23:00"),
        ("Africa/Cairo", "2026-04-24", "04-23T22:00", "04-24T21:00"),  # there is no midnight
        ("Africa/Cairo", "2026-10-29", "10-28T21:00", "10-29T22:00"),  # 23:00 twice
        ("Atlantic/Azores", "2026-10-24", "10-24T00:00", "10-25T00:00"),  # its last hour is shown once
        ("Atlantic/Azores", "2026-10-25", "10-25T00:00", "10-26T01:00"),  # its first hour is shown twice
        ("America/St_Johns", "2010-11-06", "11-06T02:30", "11-07T03:30"),  # 00:01 on the 7th became 23:01 on the 6th
    ],
)
def test_a_day_has_the_hours_that_the_calendar_shows(zone: str, day: str, begins: str, ends: str) -> None:
    first, last = day_in(date.fromisoformat(day), ZoneInfo(zone))
    assert (f"{first:%m-%dT%H:%M}", f"{last:%m-%dT%H:%M}") == (begins, ends)


def test_a_day_that_was_left_out_is_empty_and_can_be_frozen() -> None:
    apia, day = ZoneInfo("Pacific/Apia"), date(2011, 12, 30)
    first, last = day_in(day, apia)
    assert first == last == datetime(2011, 12, 30, 10, tzinfo=UTC)
    window = Window((Weekly(WEEK, time(), time(), 1, apia, "always"),), apia, ClosedDays((Freeze(day, day),)))
    assert window.is_open(first)


def test_a_freeze_cuts_a_night_in_two() -> None:
    tuesday = date(2026, 11, 24)
    night = parse_weekly("Mon 22:00-06:00", BERLIN)
    window = Window((night,), BERLIN, ClosedDays((Freeze(tuesday, tuesday, "release"),)))
    (opened,) = window.intervals(datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 26, tzinfo=UTC))
    assert (opened.start.hour, opened.end.hour) == (21, 23)
    assert window.closed_because(opened.end) == "frozen: 2026-11-24 release"
    assert window.held_back_by(opened.end, opened.end.replace(day=25)) == ("frozen: 2026-11-24 release",)


def test_days_are_those_of_each_windows_own_zone() -> None:
    day = date(2026, 11, 24)
    openings = (parse_weekly("00:00-24:00 Asia/Kolkata", None), parse_weekly("00:00-24:00 America/New_York", None))
    window = Window(openings[:1], openings[0].zone, ClosedDays((Freeze(day, day),)))
    assert not window.is_open(datetime(2026, 11, 23, 18, 30, tzinfo=UTC))
    assert window.is_open(datetime(2026, 11, 24, 18, 30, tzinfo=UTC))
    both = Window(openings, openings[0].zone, ClosedDays((Freeze(day, day),)))
    assert both.is_open(datetime(2026, 11, 23, 18, 30, tzinfo=UTC))  # in New York it is the day before


@pytest.mark.parametrize(
    ("text", "shown_days", "later"),
    [
        ("Sun 01:00-05:00", {6}, 0),
        ("sun-tue 22:00 - 06:00", {6, 0, 1}, 1),
        ("Monday, Wed,Fri 22:00-24:00", {0, 2, 4}, 1),
        ("daily 00:00-24:00", set(range(7)), 1),
        ("8:30-17:00", set(range(7)), 0),
        ("Fri 18:00-Mon 06:00", {4}, 3),
        ("Sat 00:00-Sun 24:00", {5}, 2),
    ],
)
def test_days_by_name(text: str, shown_days: set[int], later: int) -> None:
    weekly = parse_weekly(text, BERLIN)
    assert (set(weekly.days), weekly.days_later) == (shown_days, later)


def test_a_zone_in_the_text_wins() -> None:
    assert parse_weekly("22:00-06:00 Asia/Kolkata", BERLIN).zone.key == "Asia/Kolkata"
    assert parse_weekly("22:00-06:00", BERLIN).zone is BERLIN


@pytest.mark.parametrize("name", ["EST", "CET", "Europe/Berln", "", "/etc/passwd", "../x", "America", "Europe/\0"])
def test_no_zone_is_guessed(name: str) -> None:
    with pytest.raises(ValueError, match=r"time zone"):
        load_zone(name)

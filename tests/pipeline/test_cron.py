"""Windows by cron: weekdays count as in cron, and a changed clock neither loses nor doubles an opening."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from debtd.model.window import Window
from debtd.pipeline.cron import Cron, parse_cron
from tests.support.clocks import BERLIN, ZONES, changes

HOUR = timedelta(hours=1)
TEN_YEARS = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))


def openings(expression: str, zone: ZoneInfo, start: datetime, end: datetime) -> list[datetime]:
    return [one.start for one in parse_cron(expression, HOUR, zone).intervals(start, end) if one.start >= start]


@pytest.mark.parametrize(
    ("expression", "day"),
    [("0 0 * * 0", "Sun"), ("0 0 * * 7", "Sun"), ("0 0 * * sun", "Sun"), ("0 0 * * 1", "Mon"), ("0 0 * * 6", "Sat")],
)
def test_days_of_the_week_count_from_sunday(expression: str, day: str) -> None:
    found = openings(expression, BERLIN, datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))
    assert {f"{moment.astimezone(BERLIN):%a}" for moment in found} == {day}
    assert len(found) in {21, 22}


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.key)
@pytest.mark.parametrize("clock", ["30 2", "0 0", "15 1", "0 3", "45 23"])
def test_a_fixed_time_opens_once_a_day_over_ten_years(zone: ZoneInfo, clock: str) -> None:
    minute, hour = map(int, clock.split())
    found = openings(f"{clock} * * *", zone, *TEN_YEARS)
    walls = [moment.astimezone(zone) for moment in found]
    assert set(Counter(wall.date() for wall in walls).values()) == {1}
    assert len(found) >= 3652
    for moment, wall in zip(found, walls, strict=True):
        assert (wall.hour, wall.minute) == (hour, minute) or moment in changes(zone)
    assert all(earlier < later for earlier, later in pairwise(found))


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.key)
def test_every_few_hours_follows_the_clock(zone: ZoneInfo) -> None:
    found = openings("0 */4 * * *", zone, *TEN_YEARS)
    assert {(moment.astimezone(zone).hour % 4, moment.astimezone(zone).minute) for moment in found} == {(0, 0)}
    assert all(HOUR <= later - earlier <= 9 * HOUR for earlier, later in pairwise(found))


def test_the_skipped_and_the_doubled_hour_of_berlin() -> None:
    spring = openings("30 2 * * *", BERLIN, datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 3, 30, tzinfo=UTC))
    autumn = openings(
        "30 2 * * *", BERLIN, datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 25, 12, tzinfo=UTC)
    )
    assert spring == [datetime(2026, 3, 29, 1, tzinfo=UTC)]  # 03:00, when the clock jumps
    assert autumn == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC)]  # the first of two


def test_an_opening_that_began_before_is_still_open() -> None:
    window = Window((Cron("0 22 * * 5", timedelta(hours=56), BERLIN),), BERLIN)
    assert window.is_open(datetime(2026, 11, 30, 4, 59, tzinfo=UTC))
    assert not window.is_open(datetime(2026, 11, 30, 5, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("0 2 * *", "4 fields"),
        ("0 0 2 * * *", "6 fields"),
        ("0 2 * * 8", "day-of-week"),
        ("0 25 * * *", "hour"),
        ("0 0 30 2 *", "day-of-month"),
        ("0 0 * * mo", "day-of-week"),
        ("* * * * *", "15 minutes"),
        ("0,5 2 * * *", "15 minutes"),
        ("@daily", "1 fields"),
    ],
)
def test_a_wrong_expression_is_refused(expression: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_cron(expression, HOUR, BERLIN)

"""Quiet hours from history: only on enough evidence, by people only, and never while people work."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from debtd.model.quiet import AuthorDate, QuietHours, find_quiet_hours
from debtd.model.window import Window
from tests.support.clocks import BERLIN, KOLKATA

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def commits(
    zone: ZoneInfo, hours: range, *, weeks: int = 20, days: int = 5, author: str = "Ann", until: datetime = NOW
) -> Iterator[AuthorDate]:
    """One commit in each of these hours of each working day, by the clock of a zone, backwards from `until`."""
    monday = (until - timedelta(weeks=weeks)).astimezone(zone)
    monday -= timedelta(days=monday.weekday())
    for week in range(weeks):
        for day in range(days):
            for hour in hours:
                wall = (monday + timedelta(weeks=week, days=day)).replace(hour=hour, minute=17)
                offset = wall.utcoffset()
                assert offset is not None
                minutes = offset // timedelta(minutes=1)
                yield AuthorDate(author, f"{author.lower()}@example.org", int(wall.timestamp()), minutes)


def found(dates: object, zone: ZoneInfo = BERLIN) -> QuietHours:
    quiet = find_quiet_hours(list(dates), zone, NOW)  # type: ignore[call-overload]
    assert isinstance(quiet, QuietHours), quiet
    return quiet


def test_a_team_of_one_zone_has_its_nights_and_weekends() -> None:
    quiet = found(commits(BERLIN, range(9, 18)))
    assert [weekly.text for weekly in quiet.weekly] == ["18:00-08:00", "Sat-Sun 00:00-24:00"]
    assert quiet.basis == "900 commits by 1 people on 100 days"


def test_summer_time_does_not_smear_the_hours() -> None:
    assert found(commits(BERLIN, range(9, 18), weeks=26)).weekly[0].text == "18:00-08:00"


def test_two_teams_leave_the_hours_in_which_neither_works() -> None:
    both = [*commits(BERLIN, range(9, 18)), *commits(ZoneInfo("America/New_York"), range(9, 18), author="Bob")]
    assert found(both).weekly[0].text == "00:00-08:00"


def test_people_elsewhere_are_remarked() -> None:
    assert "most of their clocks are elsewhere (UTC+05:30)" in found(commits(KOLKATA, range(9, 18))).basis


@pytest.mark.parametrize(
    "robot", ["dependabot[bot]", "renovate", "My Release Bot", "github-actions", "debtd", "Jenkins"]
)
def test_robots_do_not_count(robot: str) -> None:
    nights = commits(BERLIN, range(24), days=7, author=robot)
    assert found([*commits(BERLIN, range(9, 18)), *nights]).weekly[0].text == "18:00-08:00"
    assert isinstance(find_quiet_hours(nights, BERLIN, NOW), str)


@pytest.mark.parametrize("person", ["Robotnik", "Abbott", "Talbot", "Travisson"])
def test_people_with_odd_names_do(person: str) -> None:
    assert isinstance(find_quiet_hours(commits(BERLIN, range(9, 18), author=person), BERLIN, NOW), QuietHours)


def test_too_little_history_is_no_history() -> None:
    few = list(commits(BERLIN, range(9, 18)))[:99]
    assert find_quiet_hours(few, BERLIN, NOW) == (
        "the history has 99 commits by people on 11 days of half a year, and `auto` needs 100 on 20"
    )
    one_busy_week = list(commits(BERLIN, range(24), weeks=1)) * 10
    assert "on 5 days" in str(find_quiet_hours(one_busy_week, BERLIN, NOW))
    assert "0 commits" in str(find_quiet_hours([], BERLIN, NOW))


def test_a_team_that_never_sleeps_has_no_quiet_hours() -> None:
    assert "around the clock" in str(find_quiet_hours(commits(BERLIN, range(24), days=7), BERLIN, NOW))
    almost = commits(BERLIN, range(4, 24), days=7)  # four hours are left, and the last is kept free
    assert "around the clock" in str(find_quiet_hours(almost, BERLIN, NOW))


def test_a_few_late_commits_do_not_take_the_night() -> None:
    late = list(commits(BERLIN, range(3, 4), weeks=1))
    assert found([*commits(BERLIN, range(9, 18)), *late]).weekly[0].text == "18:00-08:00"


def test_forged_dates_do_not_move_the_half_year() -> None:
    day = int((NOW + timedelta(days=30000)).timestamp())
    forged = [AuthorDate("Eve", "eve@example.org", seconds, 0) for seconds in (day, 0, 99999999999, day)]
    assert found([*commits(BERLIN, range(9, 18)), *forged]).basis.startswith("900 commits")


def test_work_of_long_ago_does_not_count() -> None:
    old = commits(BERLIN, range(24), days=7, until=NOW - timedelta(weeks=40))
    assert found([*old, *commits(BERLIN, range(9, 18))]).weekly[0].text == "18:00-08:00"


@pytest.mark.parametrize("start", range(24))
def test_the_window_is_never_open_while_they_work_wherever_their_day_lies(start: int) -> None:
    """At any hour at which people work, and in the hour before, it is closed."""
    hours = sorted((start + step) % 24 for step in range(9))
    quiet = found([date for hour in hours for date in commits(BERLIN, range(hour, hour + 1), days=7)])
    window = Window(quiet.weekly, BERLIN)
    for hour in range(24):
        moment = datetime(2026, 11, 25, hour, 30, tzinfo=BERLIN).astimezone(UTC)
        assert window.is_open(moment) == (hour not in {*hours, (start - 1) % 24})

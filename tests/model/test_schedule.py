"""What is told of schedules that cannot work."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from debtd.model.closed_days import ClosedDays, Freeze
from debtd.model.schedule import Schedule, earliest_passage, problems
from debtd.model.weekly_text import parse_weekly
from debtd.model.window import Window, WindowKind
from debtd.pipeline.cron import parse_cron

UTC_ZONE = ZoneInfo("UTC")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ALWAYS = Window((parse_weekly("00:00-24:00 UTC", None),), UTC_ZONE)
NEVER = Window((), UTC_ZONE)


def schedule(**changed: Window) -> Schedule:
    windows = {kind: changed.get(kind.value, NEVER if kind is WindowKind.MERGE else ALWAYS) for kind in WindowKind}
    return Schedule(windows, {kind: f"debtd.toml: `schedule.{kind}`" for kind in WindowKind}, UTC_ZONE)


def weekly(text: str, *freezes: Freeze) -> Window:
    return Window((parse_weekly(text, UTC_ZONE),), UTC_ZONE, ClosedDays(freezes))


def test_nothing_is_wrong_with_windows_that_take_turns() -> None:
    nights = schedule(generate=weekly("Mon 20:00-24:00"), publish=weekly("Sun 22:00-23:00"))
    assert problems(nights, NOW) == ()
    assert earliest_passage(nights, NOW) == datetime(2026, 12, 6, 22, tzinfo=UTC)
    assert problems(schedule(), NOW) == ()
    assert earliest_passage(schedule(), NOW) == NOW


def test_what_was_set_to_never_is_no_mistake_but_the_road_ends_there() -> None:
    assert problems(schedule(publish=NEVER), NOW) == ()
    assert earliest_passage(schedule(publish=NEVER), NOW) == (WindowKind.PUBLISH, NOW)


def test_a_window_that_closed_days_cover_for_a_year() -> None:
    year = Freeze(date(2026, 11, 1), date(2027, 12, 1))
    (said,) = problems(schedule(publish=weekly("22:00-06:00", year)), NOW)
    assert said == (
        "publish does not open before 2027-11-25: closed days cover all of it; see debtd.toml: `schedule.publish`."
    )
    almost = Freeze(date(2026, 11, 1), date(2027, 11, 22))
    assert problems(schedule(publish=weekly("22:00-06:00", almost)), NOW) == ()


def test_a_window_that_does_not_open_within_a_year() -> None:
    leap = parse_cron("0 2 29 2 *", timedelta(hours=2), UTC_ZONE)
    (said,) = problems(schedule(scan=Window((leap,), UTC_ZONE)), datetime(2024, 3, 1, tzinfo=UTC))
    assert "scan does not open before 2025-03-02: it has no opening" in said


def test_a_publish_that_can_never_follow_generate() -> None:
    closed_later = Freeze(date(2026, 11, 28), date(2028, 1, 1))
    stuck = schedule(generate=weekly("Sat 08:00-12:00"), publish=weekly("22:00-06:00", closed_later))
    (said,) = problems(stuck, NOW)
    assert said == (
        "publish can never follow generate: generate next opens on 2026-11-28 at 08:00 UTC, and publish does not open"
        " after that; see debtd.toml: `schedule.publish`."
    )
    assert earliest_passage(stuck, NOW) == (WindowKind.PUBLISH, datetime(2026, 11, 28, 8, tzinfo=UTC))


def test_quiet_hours_that_were_not_found_are_told() -> None:
    assert problems(schedule(publish=Window((), UTC_ZONE, reason="no history")), NOW) == (
        "publish never opens: no history.",
    )

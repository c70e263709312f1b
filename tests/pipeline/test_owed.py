"""What a pass owes to a repository, and what a night is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from debtd.model.policy import Policy
from debtd.model.schedule import Schedule
from debtd.model.weekly_text import parse_weekly
from debtd.model.window import Window, WindowKind
from debtd.pipeline.owed import Owed, what_is_owed
from debtd.pipeline.permit import Permit
from tests.support.night_bench import EVENING, NIGHTS, Bench, night_bench, schedule
from tests.support.samples import FixedClock

SCAN, GENERATE, PUBLISH, MAINTAIN = WindowKind.SCAN, WindowKind.GENERATE, WindowKind.PUBLISH, WindowKind.MAINTAIN


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with night_bench(tmp_path) as made:
        made.store.ensure_repository(made.commit("shop", {"a.py": b"x\n"}))
        yield made


def owed(bench: Bench, windows: Schedule, policy: Policy | None = None) -> Owed:
    return what_is_owed(bench.visit("shop", policy, windows), windows)


def served(bench: Bench, *kinds: WindowKind) -> None:
    for kind in kinds:
        bench.store.complete_stage(bench.repository("shop").id, kind, bench.clock.now())


def test_a_new_repository_is_owed_all_that_is_open(bench: Bench) -> None:
    found = owed(bench, schedule(publish="01:00-02:00"))
    assert found.kinds == {SCAN, GENERATE, MAINTAIN}
    assert found.served | found.overdue == frozenset()
    assert found.next_at == EVENING + timedelta(hours=2)


def test_a_window_that_had_its_run_is_owed_nothing_until_it_opens_again(bench: Bench) -> None:
    windows = schedule(scan=NIGHTS, generate="", publish="", maintain="")
    served(bench, SCAN)
    bench.clock.advance(hours=2)
    found = owed(bench, windows)
    assert (found.kinds, found.next_at) == (frozenset(), EVENING + timedelta(hours=23))
    assert found.served == {SCAN}


def test_a_night_that_was_missed_is_told_and_caught_up(bench: Bench) -> None:
    served(bench, SCAN, GENERATE)
    bench.clock.advance(days=2)
    found = owed(bench, schedule(scan=NIGHTS, generate=NIGHTS, publish="", maintain=""))
    assert found.kinds == {SCAN, GENERATE}
    assert found.overdue == {SCAN, GENERATE}


@pytest.mark.parametrize("drift", [timedelta(), timedelta(seconds=50), -timedelta(seconds=50)])
def test_a_cron_job_once_a_day_finds_a_scan_due_every_day(drift: timedelta, bench: Bench) -> None:
    windows = schedule()
    for _ in range(5):
        assert SCAN in owed(bench, windows).kinds
        served(bench, SCAN, GENERATE, PUBLISH, MAINTAIN)
        assert owed(bench, windows).kinds == frozenset()
        bench.clock.at += timedelta(days=1) + drift


def test_one_that_runs_every_hour_scans_once_a_day(bench: Bench) -> None:
    scans = 0
    for _ in range(24 * 4):
        if SCAN in owed(bench, schedule()).kinds:
            scans += 1
            served(bench, SCAN)
        bench.clock.advance(hours=1)
    assert scans == 4


def test_merging_is_owed_only_where_it_is_wanted(bench: Bench) -> None:
    windows = schedule(merge="00:00-24:00")
    assert WindowKind.MERGE not in owed(bench, windows).kinds
    assert WindowKind.MERGE in owed(bench, windows, Policy(auto_merge=True)).kinds


def test_work_that_waits_is_owed_also_in_an_opening_that_had_its_run(bench: Bench) -> None:
    bench.commit("shop", {"a.py": b"old\n"})
    bench.run("shop", windows=schedule(publish=""))
    served(bench, SCAN, GENERATE, PUBLISH, MAINTAIN)
    assert owed(bench, schedule()).kinds == {PUBLISH}


BERLIN = ZoneInfo("Europe/Berlin")


def utc(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "now", "began"),
    [
        (NIGHTS, utc(11, 24, 1), utc(11, 23, 21)),
        (NIGHTS, utc(10, 25, 3), utc(10, 24, 20)),  # the night in which clocks are set back
        ("00:00-24:00", utc(11, 24, 1), utc(11, 23, 11)),
        ("00:00-24:00", utc(11, 24, 10, 59), utc(11, 23, 11)),
        ("00:00-24:00", utc(11, 24, 11), utc(11, 24, 11)),
        ("Fri 18:00-Mon 06:00", utc(11, 22, 1), utc(11, 21, 11)),
    ],
)
def test_when_a_night_began(text: str, now: datetime, began: datetime) -> None:
    window = Window((parse_weekly(text, BERLIN),), BERLIN)
    windows = schedule()
    windows = replace(windows, windows={**windows.windows, PUBLISH: window})
    clock = FixedClock(now)
    permit = Permit(clock=clock, began_at=clock.at, schedule=windows)
    assert permit.night_began_at() == began


def test_without_a_schedule_a_night_lasts_from_noon_to_noon() -> None:
    clock = FixedClock(EVENING)
    permit = Permit(clock=clock, began_at=EVENING)
    assert permit.night_began_at() == EVENING.replace(hour=12)
    assert permit.is_unconditional
    assert permit.granted() == frozenset(WindowKind) - {WindowKind.MERGE}

"""`debtd schedule explain`: what an operator wants to know before the night, and after it."""

import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.support.command import ROOT, Ran, debtd, environment, git, make_repository

SETTINGS = """
[schedule]
zone = "Europe/Berlin"
generate = "Mon-Fri 20:00-06:00"
publish = ["Mon-Thu 22:00-06:00", "Fri 22:00-Mon 06:00"]
maintain = { cron = "0 3 * * 1-5", lasts = "2h" }
merge = "Mon-Fri 09:00-16:00"
freeze = ["2026-11-24..2026-11-27 Black Friday"]
holidays = ["DE-BY"]

[[repository]]
match = "*/quiet"
schedule.publish = "auto"
"""
CODE = {"a.py": b"class A(object):\n    pass\n", "pyproject.toml": b'[project]\nrequires-python = ">=3.9"\n'}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "debtd.toml"
    file.write_text(SETTINGS)
    return file


def explain(tmp_path: Path, config: Path, *arguments: str | Path) -> Ran:
    ran = debtd(tmp_path, "schedule", "explain", *arguments, "--config", config, "--state-dir", tmp_path / "state")
    assert ran.code == 0, ran.err
    return ran


def test_a_tuesday_morning_in_a_freeze(tmp_path: Path, config: Path) -> None:
    ran = explain(tmp_path, config, "--at", "2026-11-24T10:06", "--openings", "1")
    assert (
        ran.out
        == """\
the schedule in general
at Tue 2026-11-24 10:06 CET (09:06 UTC)

scan      OPEN    always
generate  closed  outside Mon-Fri 20:00-06:00
          opens   Tue 2026-11-24 20:00 CET until 06:00 CET (19:00-05:00 UTC), for 10 h, in 9 h 54 min
publish   closed  outside Mon-Thu 22:00-06:00, Fri 22:00-Mon 06:00
          skips   frozen: 2026-11-24..2026-11-27 Black Friday
          opens   Sat 2026-11-28 00:00 CET until Mon 2026-11-30 06:00 CET (23:00-05:00 UTC), for 2 d 6 h, in 3 d 13 h
maintain  closed  outside cron 0 3 * * 1-5 for 2h Europe/Berlin
          skips   frozen: 2026-11-24..2026-11-27 Black Friday
          opens   Mon 2026-11-30 03:00 CET until 05:00 CET (02:00-04:00 UTC), for 2 h, in 5 d 16 h
merge     closed  frozen: 2026-11-24..2026-11-27 Black Friday
          opens   Mon 2026-11-30 09:00 CET until 16:00 CET (08:00-15:00 UTC), for 7 h, in 5 d 22 h

What is found now can be published from Sat 2026-11-28 00:00 CET (23:00 UTC) on.
Closed days in the next 30 days:
  frozen: 2026-11-24..2026-11-27 Black Friday
"""
    )
    assert ran.err == ""


def test_a_night_with_a_changed_clock(tmp_path: Path, config: Path) -> None:
    ran = explain(tmp_path, config, "--at", "2026-10-25T02:30+02:00")
    assert "at Sun 2026-10-25 02:30 CEST (00:30 UTC)" in ran.out
    assert "publish   OPEN" in ran.out
    assert "until Mon 2026-10-26 06:00 CET (05:00 UTC), 1 d 4 h left" in ran.out


def test_what_waits_is_counted(tmp_path: Path, config: Path) -> None:
    for name, stop in (("shop", ("--stop-after", "verify")), ("till", ("--stop-after", "scan")), ("open", ())):
        make_repository(tmp_path / name, CODE)
        ran = debtd(
            tmp_path, "run", tmp_path / name, "--rule", "class-inherits-object", *stop,
            "--state-dir", tmp_path / "state",
        )  # fmt: skip
        assert ran.code == 0, ran.err
    reports = {one["repository"]["name"]: one for one in explain(tmp_path, config, "--format", "json").json()}
    waiting = {
        name: {window["kind"]: window["waiting"] for window in report["windows"] if window["waiting"]}
        for name, report in reports.items()
    }
    assert waiting == {
        "shop": {"publish": [{"what": "accepted fix tasks", "count": 1}]},
        "till": {"generate": [{"what": "findings with a fix", "count": 1}]},
        "open": {"maintain": [{"what": "open pull requests", "count": 1}]},
    }
    assert {report["last_scan"]["state"] for report in reports.values()} == {"done"}
    text = explain(tmp_path, config, "shop").out
    assert f"shop ({tmp_path}/shop)\n" in text
    assert "          waiting 1 accepted fix task\n" in text
    later = explain(tmp_path, config, "shop", "--at", "2199-06-01T12:00").out
    assert "openings since without anything newly scanned" in later


def test_a_repository_that_debtd_has_not_seen_is_explained_and_not_enrolled(tmp_path: Path, config: Path) -> None:
    make_repository(tmp_path / "quiet", CODE)
    (report,) = explain(tmp_path, config, tmp_path / "quiet", "--format", "json").json()
    publish = next(window for window in report["windows"] if window["kind"] == "publish")
    assert publish["open"] is False
    assert publish["reason"].startswith("`auto` finds no quiet hours: the history has 0 commits by people")
    assert report["problems"] == [f"publish never opens: {publish['reason']}."]
    assert report["last_scan"] is None
    (general,) = explain(tmp_path, config, "--format", "json").json()
    assert general["repository"] is None


def test_auto_finds_the_nights_of_the_people(tmp_path: Path, config: Path) -> None:
    folder = make_repository(tmp_path / "quiet", CODE)
    berlin = ZoneInfo("Europe/Berlin")
    parent = git(folder, "rev-parse", "HEAD").strip()
    stream = []
    for number in range(120):
        day = datetime(2026, 1, 5, 9 + number % 9, tzinfo=berlin) + timedelta(weeks=number // 20, days=number % 5)
        date = f"{int(day.timestamp())} {day:%z}"
        stream.append(
            f"commit refs/heads/main\nauthor Ann <ann@example.org> {date}\ncommitter Ann <ann@example.org> {date}\n"
            f"data 1\nx\n" + ("" if number else f"from {parent}\n")
        )
    fed = "\n".join(stream)
    command = ["git", "-C", str(folder), "fast-import", "--quiet", "--force"]
    subprocess.run(command, input=fed, text=True, check=True, env=environment(tmp_path))
    ran = debtd(tmp_path, "run", folder, "--rule", "class-inherits-object", "--state-dir", tmp_path / "state")
    assert ran.code == 0, ran.err
    out = explain(tmp_path, config, "quiet", "--at", "2026-02-03T12:00").out
    assert "publish   closed  outside 18:00-08:00, Sat-Sun 00:00-24:00\n" in out
    assert "          auto, from 121 commits by 2 people on 31 days\n" in out
    assert f"          set in  {config}: `repository 1.schedule.publish`\n" in out
    assert "opens   Tue 2026-02-03 18:00 CET until 08:00 CET (17:00-07:00 UTC), for 14 h, in 6 h\n" in out


def test_a_road_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    config = tmp_path / "debtd.toml"
    config.write_text(
        '[schedule]\nzone = "UTC"\nfreeze = ["2026-01-01..2027-12-31"]\nfreeze_applies_to = ["publish"]\n'
        'publish = "22:00-06:00"\n'
    )
    out = explain(tmp_path, config, "--at", "2026-06-01T12:00").out
    assert "          no opening before 2027-06-02\n" in out
    assert "can be published" not in out
    assert f"Problem: publish does not open before 2027-06-02: closed days cover all of it; see {config}" in out


def test_without_windows_everything_is_open_and_it_says_so(tmp_path: Path) -> None:
    ran = debtd(tmp_path, "schedule", "explain", "--state-dir", tmp_path / "state")
    assert ran.code == 0
    assert "No windows are set in debtd.toml" in ran.err
    assert ran.out.count("OPEN    always") == 4
    assert "merge     closed  set to never" in ran.out


@pytest.mark.parametrize("at", ["tomorrow", "2026-13-01", "22:30", "9999-01-01"])
def test_a_wrong_moment_is_a_usage_error(at: str, tmp_path: Path) -> None:
    assert debtd(tmp_path, "schedule", "explain", "--at", at, "--state-dir", tmp_path / "state").code == 2


def test_a_machine_without_time_zones_is_told_what_to_install(tmp_path: Path, config: Path) -> None:
    hide = "import sys; sys.modules['tzdata'] = None; sys.argv[0] = 'debtd'; from debtd.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", hide, "schedule", "explain", "--config", str(config)],
        env=environment(tmp_path) | {"PYTHONTZPATH": ""},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 4, done.stderr
    assert done.stderr.endswith(
        "this machine has no time zones, so 'Europe/Berlin' cannot be used; `pip install tzdata`.\n"
    )
    assert list(tmp_path.iterdir()) == [config]

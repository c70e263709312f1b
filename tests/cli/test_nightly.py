"""`debtd nightly`: one pass by cron over all repositories, at a fixed time."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from debtd.adapters.filelock import locked
from debtd.cli import main
from debtd.cli.exit_codes import ExitCode
from debtd.model.errors import RepoUnusable
from debtd.wiring import durable
from tests.support.command import ROOT, Ran, environment, make_repository

RULES = ("--rule", "class-inherits-object", "--rule", "unicode-literal-prefix")
NIGHT = datetime(2026, 11, 24, 1, tzinfo=UTC)
"""A Tuesday."""

SETTINGS = """
[schedule]
zone = "UTC"
publish = "22:00-06:00"
{more}
[[repository]]
match = "{here}/shop"

[[repository]]
match = "{here}/till"
"""
PYTHON = {"pyproject.toml": b'[project]\nname = "x"\nrequires-python = ">=3.9"\n'}
SHOP = PYTHON | {"a.py": b"class A(object):\n    x = u'one'\n"}
TILL = PYTHON | {"b.py": b"class B(object):\n    pass\n"}

Debtd = Callable[..., Ran]


@pytest.fixture
def debtd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Debtd:
    """The command line in this process, at a time that the test says."""
    monkeypatch.chdir(tmp_path)
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str | Path, at: datetime = NIGHT) -> Ran:
        monkeypatch.setattr(durable.SystemClock, "now", lambda _: at)
        options = ("--state-dir", str(tmp_path / "state"), "--config", str(tmp_path / "debtd.toml"))
        monkeypatch.setattr(sys, "argv", ["debtd", *map(str, arguments), *options])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return Ran(int(ended.value.code or 0), told.out, told.err)

    return run


def write_settings(folder: Path, more: str = "") -> None:
    (folder / "debtd.toml").write_text(SETTINGS.format(here=folder, more=more))


def report(ran: Ran, name: str) -> dict[str, object]:
    (found,) = [one for one in ran.json()["repositories"] if one["repository"]["name"] == name]
    assert isinstance(found, dict)
    return found


def test_a_night_within_budgets_and_the_next(tmp_path: Path, debtd: Debtd) -> None:
    make_repository(tmp_path / "shop", SHOP)
    make_repository(tmp_path / "till", TILL)
    write_settings(tmp_path, "[budgets]\nper_night = 2\n")
    first = debtd("nightly", *RULES)
    assert first.code == 0, first.err
    lines = first.out.splitlines()
    assert lines[0] == "debtd nightly, Tue 2026-11-24 01:00 UTC: 2 of 2 repositories visited, 2 published, 1 waiting"
    assert "  scanned    1 file: 2 new findings, 0 gone" in lines
    assert "  waiting    1 for room: 2 published this night, and the budget is 2" in lines
    assert sum(line.startswith("  published  Fix ") for line in lines) == 2
    assert lines[-1].startswith("Next: ")
    same_night = debtd("nightly", *RULES, "--format", "json", at=NIGHT + timedelta(hours=3))
    assert sum(len(one["outcome"]["published"]) for one in same_night.json()["repositories"]) == 0
    next_night = debtd("nightly", *RULES, "--format", "json", at=NIGHT + timedelta(days=1))
    assert sum(len(one["outcome"]["published"]) for one in next_night.json()["repositories"]) == 1


def test_by_day_it_prepares_and_publishes_nothing(tmp_path: Path, debtd: Debtd) -> None:
    make_repository(tmp_path / "shop", SHOP)
    make_repository(tmp_path / "till", TILL)
    write_settings(tmp_path)
    noon = NIGHT.replace(hour=12)
    ran = debtd("nightly", at=noon)
    assert (ran.code, "0 published, 3 waiting" in ran.out) == (0, True), ran.out
    assert "  waiting    2 for the publish window: it opens on Tue 2026-11-24 at 22:00 UTC" in ran.out.splitlines()
    assert not list((tmp_path / "state").glob("forge/*/repository.git/refs/heads/debtd/*"))
    shown = debtd("pr", "waiting", at=noon)
    assert shown.out.count("waits for the publish window: it opens on Tue 2026-11-24 at 22:00 UTC") == 3
    (explained,) = [
        one
        for one in debtd("schedule", "explain", "shop", "--format", "json", at=noon).json()
        if one["repository"]["name"] == "shop"
    ]
    assert {one["reason"] for one in explained["held"]} == {
        "waits for the publish window: it opens on Tue 2026-11-24 at 22:00 UTC"
    }
    assert "      2 waits for the publish window" in debtd("schedule", "explain", "shop", at=noon).out
    again = debtd("nightly", at=noon + timedelta(hours=1))
    assert again.out.splitlines()[0].endswith("0 of 2 repositories visited, 0 published, 3 waiting")
    assert "3 proven patches there wait; `debtd pr waiting` shows what for." in again.out
    assert again.out.splitlines()[-1] == "Next: Tue 2026-11-24 22:00 UTC."


def test_a_run_by_hand_keeps_to_the_windows_unless_it_is_told_now(tmp_path: Path, debtd: Debtd) -> None:
    make_repository(tmp_path / "shop", SHOP)
    write_settings(tmp_path, "[budgets]\nopen_in_repository = 1\n")
    noon = NIGHT.replace(hour=12)
    waiting = debtd("run", tmp_path / "shop", *RULES, at=noon)
    assert "Waiting   2 proven patches wait; `debtd pr waiting` shows each" in waiting.out
    assert "               2  for the publish window: it opens on Tue 2026-11-24 at 22:00 UTC" in waiting.out
    in_the_window = debtd("run", tmp_path / "shop", *RULES, "--format", "json")
    assert [one["waits_for"] for one in in_the_window.json()["waiting"]] == [
        "room: 1 open pull requests in the repository, and the budget is 1"
    ]
    at_once = debtd("run", tmp_path / "shop", *RULES, "--now", at=noon)
    assert at_once.err.startswith(
        "Publishing at once, as --now says: no windows, budgets or load limits are kept to.\n"
    )
    assert "Published 1 new pull request, 2 open in all" in at_once.out
    assert "Waiting" not in at_once.out


def test_two_passes_never_overlap(tmp_path: Path, debtd: Debtd) -> None:
    write_settings(tmp_path)
    with locked(tmp_path / "state" / "locks" / "nightly.lock", "the pass"):
        ran = debtd("nightly")
    assert (ran.code, ran.out) == (ExitCode.BUSY, "")
    assert ran.err == "debtd: another nightly pass is at work on this state directory; nothing was done.\n"


def test_one_that_cannot_be_worked_on_stops_no_other_and_decides_the_exit_code(tmp_path: Path, debtd: Debtd) -> None:
    make_repository(tmp_path / "till", TILL)
    write_settings(tmp_path)
    ran = debtd("nightly", *RULES)
    assert ran.code == ExitCode.REPOSITORY
    assert "1 of 2 repositories visited, 1 published, 0 waiting, 1 failed" in ran.out
    assert f"{tmp_path}/shop\n  failed     " in ran.out


def test_a_visit_that_fails_is_told(tmp_path: Path, debtd: Debtd, monkeypatch: pytest.MonkeyPatch) -> None:
    make_repository(tmp_path / "shop", SHOP)
    make_repository(tmp_path / "till", TILL)
    write_settings(tmp_path)
    from debtd.pipeline.road import prepare as whole

    def failing(visit):
        if visit.repository.name == "shop":
            raise RepoUnusable("its history is broken")
        return whole(visit)

    monkeypatch.setattr("debtd.pipeline.nightly.prepare", failing)
    ran = debtd("nightly", *RULES, "--format", "json")
    assert ran.code == ExitCode.REPOSITORY
    assert (report(ran, "shop")["errors"], report(ran, "shop")["outcome"]) == (["its history is broken"], None)
    assert report(ran, "till")["errors"] == []


def test_after_the_deadline_nothing_more_is_begun(tmp_path: Path, debtd: Debtd) -> None:
    make_repository(tmp_path / "shop", SHOP)
    write_settings(tmp_path)
    (tmp_path / "debtd.toml").write_text((tmp_path / "debtd.toml").read_text().split("[[repository]]")[0])
    debtd("run", tmp_path / "shop", *RULES, "--stop-after", "scan")
    ran = debtd("nightly", *RULES, "--deadline", "0")
    assert ran.code == 0
    assert "0 of 1 repository visited, 0 published, 0 waiting, 1 not reached" in ran.out
    assert "not reached the time given to this pass was over" in re.sub(" +", " ", ran.out)


def test_nothing_to_visit(tmp_path: Path, debtd: Debtd) -> None:
    (tmp_path / "debtd.toml").write_text("")
    ran = debtd("nightly")
    assert ran.code == 0
    assert ran.out.splitlines()[0].endswith("0 of 0 repositories visited, 0 published, 0 waiting")


@pytest.mark.parametrize("value", ["-1", "soon"])
def test_a_wrong_deadline_is_a_usage_error(value: str, debtd: Debtd, tmp_path: Path) -> None:
    (tmp_path / "debtd.toml").write_text("")
    assert debtd("nightly", "--deadline", value).code == 2


def test_the_example_for_cron_names_what_there_is() -> None:
    text = (ROOT / "deploy/cron/debtd").read_text()
    command = re.search(r"debtd (nightly[^>|\n]*)", text)
    assert command is not None
    options = re.findall(r"--[a-z-]+", command[1])
    shown = subprocess.run(
        [sys.executable, "-m", "debtd", "nightly", "--help"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert all(option in shown.stdout for option in options)


def test_json_is_whole(tmp_path: Path, debtd: Debtd) -> None:
    make_repository(tmp_path / "shop", SHOP)
    make_repository(tmp_path / "till", TILL)
    write_settings(tmp_path)
    data = json.loads(debtd("nightly", *RULES, "--format", "json").out)
    assert set(data) == {"began_at", "ended_at", "next_at", "repositories", "unvisited"}
    (shop, _) = data["repositories"]
    assert shop["owed"] == ["generate", "maintain", "publish", "scan"]
    assert shop["outcome"]["waiting"] == []
    assert {one["rule"] for one in shop["outcome"]["published"]} == {"class-inherits-object", "unicode-literal-prefix"}

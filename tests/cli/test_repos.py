"""`debtd repos`: find, list, add, remove, ask again, and baselines; and what commands show of a baseline."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from debtd.cli import main
from debtd.cli.exit_codes import ExitCode
from tests.support.command import Ran, environment, make_repository
from tests.support.forges.fixtures import park
from tests.support.forges.park import Park
from tests.support.forges.site import TOKEN

__all__ = ["park"]

MODERN = b'[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\n'
CLASS = b"class Basket(object):\n    pass\n"
RULE = ("--rule", "class-inherits-object")

Debtd = Callable[..., Ran]


@pytest.fixture
def debtd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Debtd:
    """The command line in this process."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "debtd.toml").touch()
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str | Path) -> Ran:
        options = ("--state-dir", str(tmp_path / "state"), "--config", str(tmp_path / "debtd.toml"))
        monkeypatch.setattr(sys, "argv", ["debtd", *map(str, arguments), *options])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return Ran(int(ended.value.code or 0), told.out, told.err)

    return run


def states(debtd: Debtd) -> dict[str, str | None]:
    return {one["name"]: one["state"] for one in debtd("repos", "list", "--format", "json").json()}


def test_discover_then_ask_then_enrol_on_a_forge(park: Park, tmp_path: Path, debtd: Debtd) -> None:
    world = park.world("github", tmp_path)
    name = world.project.path.removeprefix("acme/")
    world.make_branch("main", {"shop.py": CLASS, "pyproject.toml": MODERN})
    world.site.add_listed("acme/attic", [])
    world.site.projects["acme/attic"].archived = True
    (tmp_path / "token").chmod(0o600)
    (tmp_path / "debtd.toml").write_text(
        f'[[forge]]\nkind = "github"\nbase_url = "{world.site.origin}"\nrepositories = ["acme/*"]\n'
        f'token_file = "{tmp_path}/token"\nca_file = "{world.site.ca_file}"\n'
        '[[discover]]\nowner = "acme"\nonboarding = true\n[policy]\ndashboard = true\n'
    )
    dry = debtd("repos", "discover", "--dry-run")
    assert (dry.code, states(debtd)) == (0, {}), dry.err
    assert "left out\tacme/attic\tit is archived" in dry.out
    found = debtd("repos", "discover")
    assert "1 new repository, 0 known, 1 left out." in found.err
    assert states(debtd) == {name: "found"}
    asked = debtd("nightly", *RULE)
    assert asked.code == 0, asked.err + asked.out
    (pull,) = world.project.pulls
    assert (pull.head, pull.title) == ("debtd/onboarding", "Let debtd pay down technical debt here")
    assert "| `class-inherits-object` | 1 |" in pull.body
    assert "left alone its people have not agreed yet" in asked.out
    assert world.project.issues == []
    world.make_branch("main", {".debtd.toml": b"draft = true\n"})
    world.project.end(pull, "ann", "merged")
    merged = debtd("run", world.repository.source, *RULE)
    assert merged.code == 0, merged.err
    assert states(debtd) == {name: "enrolled"}
    assert [(one.head.split("/")[1], one.draft) for one in world.project.pulls[1:]] == [("class-inherits-object", True)]
    assert "## Open pull requests (1)" in world.project.issues[0].body
    assert world.site.violations == []
    assert TOKEN not in dry.out + found.out + asked.out + merged.out


def test_without_a_table_there_is_nothing_to_discover(debtd: Debtd) -> None:
    ran = debtd("repos", "discover")
    assert (ran.code, "debtd.toml has no [[discover]]" in ran.err) == (ExitCode.CONFIGURATION, True)


def test_add_remove_and_add_again(tmp_path: Path, debtd: Debtd) -> None:
    make_repository(tmp_path / "shop", {"a.py": CLASS, "pyproject.toml": MODERN})
    assert debtd("repos", "add", tmp_path / "shop").code == 0
    assert states(debtd) == {"shop": "enrolled"}
    assert debtd("repos", "remove", "shop", "--reason", "not ours").code == 0
    ran = debtd("run", tmp_path / "shop", *RULE)
    assert "Left alone its people said no on" in ran.out
    assert "not ours" in ran.out
    assert "Published no new pull requests; 0 open" in ran.out
    again = debtd("repos", "remove", "shop", "--reason", "x")
    assert (again.code, "is left alone already" in again.err) == (ExitCode.CONFIGURATION, True)
    assert debtd("repos", "add", tmp_path / "shop").code == 0
    assert "1 new pull request" in debtd("run", tmp_path / "shop", *RULE).out


def test_a_no_of_people_is_not_undone_by_add_but_by_ask(tmp_path: Path, debtd: Debtd) -> None:
    from dataclasses import replace

    from debtd.model.enrolment import EnrolmentState
    from debtd.settings import Settings
    from debtd.wiring.durable import open_store

    make_repository(tmp_path / "shop", {"a.py": CLASS})
    debtd("repos", "add", tmp_path / "shop")
    with open_store(Settings(state_dir=tmp_path / "state")) as store:
        (known,) = store.enrolments()
        no = replace(known, state=EnrolmentState.OPTED_OUT, number=3, branch="debtd/onboarding", commit="c" * 40)
        store.save_enrolment(no)
    ran = debtd("repos", "add", tmp_path / "shop")
    assert (ran.code, "`debtd repos ask shop` asks them again" in ran.err) == (ExitCode.CONFIGURATION, True)
    assert debtd("repos", "ask", "shop").code == 0
    with open_store(Settings(state_dir=tmp_path / "state")) as store:
        (known,) = store.enrolments()
    assert (known.state, known.branch, known.number) == (EnrolmentState.FOUND, "debtd/onboarding-2", 0)


@pytest.mark.parametrize("verb", ["remove", "ask", "baseline"])
def test_a_repository_that_nobody_knows(verb: str, debtd: Debtd) -> None:
    more = ("--reason", "x") if verb == "remove" else ()
    ran = debtd("repos", verb, "nowhere", *more)
    assert (ran.code, "there is no repository 'nowhere'" in ran.err) == (ExitCode.CONFIGURATION, True)


def test_pain_12_a_baseline_is_set_shown_and_lifted(tmp_path: Path, debtd: Debtd) -> None:
    shop = make_repository(tmp_path / "shop", {"a.py": CLASS, "pyproject.toml": MODERN})
    debtd("repos", "add", shop)
    early = debtd("repos", "baseline", "shop")
    assert (early.code, "was never scanned" in early.err) == (ExitCode.CONFIGURATION, True)
    debtd("run", shop, *RULE, "--stop-after", "scan")
    assert "has 1 finding" in debtd("repos", "baseline", "shop").err
    make_repository(shop, {"a.py": b"# moved\n\n" + CLASS, "b.py": CLASS, "pyproject.toml": MODERN})
    debtd("run", shop, *RULE, "--stop-after", "scan")
    rows = debtd("findings", "list").out.splitlines()
    assert sorted(row.split("\t")[1] for row in rows) == ["open", "open, old"]
    listed = debtd("findings", "list", "--format", "json").json()
    assert sorted((one["path"], one["in_baseline"]) for one in listed) == [("a.py", True), ("b.py", False)]
    report = debtd("scan", shop, *RULE, "--baseline", "shop", "--format", "sarif").json()
    results = report["runs"][0]["results"]
    states = {
        one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]: one["baselineState"] for one in results
    }
    assert states == {"a.py": "unchanged", "b.py": "new"}
    assert "[old]" in debtd("scan", shop, *RULE, "--baseline", "shop").out
    plain = debtd("scan", shop, *RULE, "--format", "sarif").json()
    assert all("baselineState" not in one for one in plain["runs"][0]["results"])
    assert "it had 1 finding" in debtd("repos", "baseline", "shop", "--lift").err
    assert "has no baseline" in debtd("scan", shop, *RULE, "--baseline", "shop").err

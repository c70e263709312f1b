"""A start that is not felt: a command imports what it uses, and nothing else that is heavy."""

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from debtd.cli.app import COMMANDS, app
from debtd.model.finding import Finding, FindingState
from debtd.wiring.durable import SystemClock
from tests.support.builders import finding, match
from tests.support.command import ROOT, debtd, environment, make_repository
from tests.support.db import scan
from tests.support.samples import Record, key, suppression

HEAVY = {
    "alembic", "asyncio", "git", "importlib.metadata", "libcst", "logging", "markdown_it", "mcp", "packaging",
    "pathspec", "pydantic", "pygments", "rich", "semgrep", "sqlalchemy", "structlog", "typer", "xml", "yaml",
}  # fmt: skip
# What needs a database, but no settings file, no engine and no repository.
UNUSED_BY_A_LIST = {"debtd.adapters.git", "debtd.adapters.semgrep", "debtd.pipeline", "debtd.rulekit", "tomllib"}
UNUSED_BY_HELP = {"sqlite3", "dataclasses", "debtd.ports", "debtd.wiring", "debtd.settings", "debtd.telemetry"}


def imported_by(home: Path, *arguments: str | Path) -> set[str]:
    """The modules that the command had imported when it ended."""
    code = (
        "import sys\nfrom debtd.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "finally:\n    print('\\n'.join(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        env=environment(home),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.splitlines())


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state directory whose database holds three findings, one of them suppressed."""
    from debtd.adapters.db.embedded import EmbeddedStore

    state = tmp_path / "state"
    state.mkdir()
    store = EmbeddedStore(state / "debtd.sqlite3", SystemClock())
    scan(store, Record(new=tuple(found(number) for number in range(3))))
    store.add_suppression(suppression(key(1)))
    store.close()
    return state


def found(number: int) -> Finding:
    return finding(key(number), match(path=f"{number}.py", start=7), FindingState.OPEN)


@pytest.mark.parametrize("arguments", [("--help",), ("--version",)])
def test_help_imports_nothing_heavy(arguments: tuple[str, ...], tmp_path: Path) -> None:
    imported = imported_by(tmp_path, *arguments)
    assert "debtd.cli.app" in imported
    assert imported & (HEAVY | UNUSED_BY_A_LIST | UNUSED_BY_HELP) == set()


@pytest.mark.parametrize("arguments", [(), ("--format", "json"), ("--limit", "1")])
def test_a_list_imports_nothing_heavy(arguments: tuple[str, ...], state: Path, tmp_path: Path) -> None:
    imported = imported_by(tmp_path, "findings", "list", "--state-dir", state, *arguments)
    assert "sqlite3" in imported
    assert imported & (HEAVY | UNUSED_BY_A_LIST) == set()


def test_a_run_over_what_has_not_changed_imports_no_engine_and_nothing_that_writes(tmp_path: Path) -> None:
    code = make_repository(
        tmp_path / "code",
        {"a.py": b"class A(object):\n    pass\n", "setup.cfg": b"[options]\npython_requires = >=3.9\n"},
    )
    run = ("run", code, "--state-dir", tmp_path / "state", "--rule", "class-inherits-object")
    assert debtd(tmp_path, *run).code == 0
    assert imported_by(tmp_path, *run) & HEAVY == set()


def test_a_scan_of_what_has_changed_imports_nothing_heavy(tmp_path: Path) -> None:
    code = make_repository(tmp_path / "code", {"a.py": b"class A(object):\n    pass\n"})
    rules = ("--rule", "class-inherits-object", "--rule", "js-buffer-constructor")
    run = ("run", code, "--state-dir", tmp_path / "state", "--stop-after", "scan", *rules)
    assert debtd(tmp_path, *run).code == 0
    make_repository(code, {"a.py": b"class A(object):\n    x = 1\n", "b.js": b"new Buffer(1);\n"})
    imported = imported_by(tmp_path, *run)
    # LibCST is in a child; threads that run semgrep bring the standard library's logging.
    assert {"debtd.adapters.cst_pool.two_steps", "debtd.adapters.semgrep.scanning"} <= imported
    assert imported & HEAVY == {"logging"}


def test_the_help_says_of_each_command_what_the_command_says_itself() -> None:
    with click.Context(app) as context:
        for name, (_, sentence) in COMMANDS.items():
            command = app.get_command(context, name)
            assert command is not None
            assert (command.name, command.get_short_help_str(limit=200)) == (name, sentence)


def test_a_list_shows_a_page_and_says_how_to_see_all(state: Path, tmp_path: Path) -> None:
    page = debtd(tmp_path, "findings", "list", "--state-dir", state, "--limit", "2")
    assert [line.split("\t")[1:] for line in page.out.splitlines()] == [
        ["open", "class-inherits-object", "0.py:1:1"],
        ["suppressed", "class-inherits-object", "1.py:1:1"],
    ]
    assert page.err == "2 of 3 findings shown; --limit 0 shows all.\n"
    every = debtd(tmp_path, "findings", "list", "--state-dir", state, "--limit", "0")
    assert (len(every.out.splitlines()), every.err) == (3, "3 findings.\n")
    assert debtd(tmp_path, "findings", "list", "--state-dir", state, "--limit", "-1").code == 2


def test_a_list_as_json_is_whole_unless_a_limit_is_given(state: Path, tmp_path: Path) -> None:
    every = debtd(tmp_path, "findings", "list", "--state-dir", state, "--format", "json")
    assert [entry["path"] for entry in every.json()] == ["0.py", "1.py", "2.py"]
    assert [bool(entry["suppression"]) for entry in every.json()] == [False, True, False]
    assert every.err == ""
    first = debtd(tmp_path, "findings", "list", "--state-dir", state, "--format", "json", "--limit", "1")
    assert (first.json(), first.err) == (every.json()[:1], "1 of 3 findings shown; --limit 0 shows all.\n")
    none = debtd(tmp_path, "findings", "list", "--state-dir", state, "--format", "json", "--state", "resolved")
    assert json.loads(none.out) == []

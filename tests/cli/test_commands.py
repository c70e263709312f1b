"""The commands as users type them."""

import json
import stat
import subprocess
from pathlib import Path

import pytest

from debtd.cli.exit_codes import MEANING
from tests.support.command import ROOT, debtd, environment, git, make_repository

RULES = ("--rule", "class-inherits-object", "--rule", "unicode-literal-prefix")
PYPROJECT = b'[project]\nname = "x"\nrequires-python = ">=3.9"\n'
FILES = {
    "pyproject.toml": PYPROJECT,
    "a.py": b'class A(object):\n    x = u"one"\n',
    "b.py": b"class B(object):  # nosemgrep\n    pass\n",
    "old.py": b"print 'object'\n",
    "lib/c.py": b"class C(object):\n    pass\n",
    "lib/.semgrepignore": b"*\n",
    "README.md": b"# x\n",
}


@pytest.fixture
def code(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "code", FILES)


def test_scan_says_what_it_found_and_what_it_did_not_read(code: Path, tmp_path: Path) -> None:
    ran = debtd(tmp_path, "scan", code, *RULES)
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "a.py:1:9: class-inherits-object: `object` is the base of every class and need not be named. [fix]",
        ran.out.splitlines()[1],
        (
            "b.py:1:9: class-inherits-object: `object` is the base of every class and need not be named."
            " [fix] [silenced by nosemgrep]"
        ),
    ]
    assert "a.py:2:9: unicode-literal-prefix" in ran.out
    assert "skipped old.py: python2" in ran.err
    assert "skipped lib/c.py: ignored-by-repository (by lib/.semgrepignore)" in ran.err
    assert "7 files listed: 2 scanned, 5 skipped (3 no-rule, " in ran.err


def test_scan_as_json_accounts_for_every_file(code: Path, tmp_path: Path) -> None:
    report = debtd(tmp_path, "scan", code, *RULES, "--format", "json").json()
    coverage = report["coverage"]
    assert coverage["listed"] == coverage["scanned"] + len(coverage["skipped"]) == len(FILES)
    assert {f["fingerprint"] for f in report["findings"]} != set()
    assert [f["silenced_by"] for f in report["findings"]] == [None, None, "nosemgrep"]


def test_scan_as_sarif_carries_fingerprints_fixes_and_suppressions(code: Path, tmp_path: Path) -> None:
    run = debtd(tmp_path, "scan", code, *RULES, "--format", "sarif").json()["runs"][0]
    assert [r["ruleId"] for r in run["results"]] == [
        "class-inherits-object", "unicode-literal-prefix", "class-inherits-object",
    ]  # fmt: skip
    assert all(r["partialFingerprints"] and r["fixes"] for r in run["results"])
    assert run["results"][2]["suppressions"][0]["kind"] == "inSource"
    told = [n["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            for n in run["invocations"][0]["toolExecutionNotifications"]]  # fmt: skip
    assert {"old.py", "lib/c.py"} <= set(told)


def test_scan_can_fail_on_findings(code: Path, tmp_path: Path) -> None:
    assert debtd(tmp_path, "scan", code, *RULES, "--fail-on-findings").code == 1
    assert debtd(tmp_path, "scan", code / "README.md", *RULES, "--fail-on-findings").code == 0


def test_a_fix_needs_a_declared_floor(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(FILES["a.py"])
    ran = debtd(tmp_path, "fix", tmp_path / "a.py", *RULES, "--write")
    assert (ran.code, (tmp_path / "a.py").read_bytes()) == (0, FILES["a.py"])
    assert "2 findings left without a fix: version-unknown; say --target-python X.Y" in ran.err


def test_a_project_that_supports_python_2_owes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(FILES["a.py"])
    ran = debtd(tmp_path, "scan", tmp_path / "a.py", *RULES, "--target-python", "2.7")
    assert (ran.code, ran.out) == (0, "")


def test_fix_as_a_diff_changes_nothing_and_applies_with_git(code: Path, tmp_path: Path) -> None:
    ran = debtd(tmp_path, "fix", code, *RULES, "--diff")
    assert ran.code == 0
    assert git(code, "status", "--porcelain") == ""
    (tmp_path / "change.diff").write_text(ran.out)
    git(code, "apply", str(tmp_path / "change.diff"))
    assert (code / "a.py").read_bytes() == b'class A:\n    x = "one"\n'
    assert (code / "b.py").read_bytes() == FILES["b.py"]


def test_fix_writes_in_place_and_touches_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "a.py").write_bytes(b'\xef\xbb\xbfclass A(object):\r\n    x = u"\xc3\xa9"')
    (folder / "a.py").chmod(0o755)
    (folder / "other.py").write_bytes(b"x = 1\n")
    before = (folder / "other.py").stat()
    ran = debtd(tmp_path, "fix", folder, *RULES, "--target-python", "3.9", "--write")
    assert ran.code == 0, ran.err
    assert (folder / "a.py").read_bytes() == b'\xef\xbb\xbfclass A:\r\n    x = "\xc3\xa9"'
    assert stat.S_IMODE((folder / "a.py").stat().st_mode) == 0o755
    assert (folder / "other.py").stat().st_mtime_ns == before.st_mtime_ns
    assert sorted(p.name for p in folder.iterdir()) == ["a.py", "other.py"]
    again = debtd(tmp_path, "fix", folder, *RULES, "--target-python", "3.9", "--write")
    assert "0 findings fixed in 0 files." in again.err


def test_the_second_run_does_nothing_and_says_so(code: Path, tmp_path: Path) -> None:
    arguments = ("run", code, *RULES, "--state-dir", tmp_path / "state")
    first, second = debtd(tmp_path, *arguments), debtd(tmp_path, *arguments)
    assert (first.code, second.code) == (0, 0)
    assert "2 new pull requests, 2 open in all" in first.out
    assert "nothing changed since the last scan: no file was read again" in second.out
    assert "no new pull requests; 2 open from before" in second.out
    assert git(code, "for-each-ref", "--format=%(refname)").split() == ["refs/heads/main"]


@pytest.mark.parametrize(
    ("stage", "tasks"), [("scan", []), ("fix", ["patched", "patched"]), ("verify", ["accepted", "accepted"])]
)
def test_a_dry_run_stops_where_it_is_told(stage: str, tasks: list[str], code: Path, tmp_path: Path) -> None:
    import sqlite3

    arguments = ("run", code, *RULES, "--state-dir", tmp_path / "state")
    assert debtd(tmp_path, *arguments, "--stop-after", stage).code == 0
    connection = sqlite3.connect(tmp_path / "state/debtd.sqlite3")
    assert [row[0] for row in connection.execute("select state from fix_tasks")] == tasks
    assert connection.execute("select count(*) from pull_requests").fetchone() == (0,)
    connection.close()
    assert "2 new pull requests" in debtd(tmp_path, *arguments).out


def test_a_no_is_remembered_and_can_be_taken_back(code: Path, tmp_path: Path) -> None:
    state = ("--state-dir", tmp_path / "state")
    run = ("run", code, *RULES, *state)
    assert debtd(tmp_path, *run).code == 0
    listed = debtd(tmp_path, "pr", "list", "--format", "json", *state).json()
    key = next(pr["key"] for pr in listed if pr["rule"] == "class-inherits-object")
    assert "gate" in debtd(tmp_path, "pr", "show", key[:12], *state).out
    assert "-class A(object):" in debtd(tmp_path, "pr", "diff", key[:12], *state).out
    assert debtd(tmp_path, "pr", "reject", key[:12], "--reason", "we like it", *state).code == 0
    assert "no new pull requests; 1 open from before" in debtd(tmp_path, *run).out
    (finding,) = [
        f for f in debtd(tmp_path, "findings", "list", "--format", "json", *state).json()
        if f["suppression"] and f["suppression"]["reason"] == "we like it"
    ]  # fmt: skip
    assert "we like it" in debtd(tmp_path, "findings", "show", finding["fingerprint"][:12], *state).out
    assert debtd(tmp_path, "findings", "reopen", finding["fingerprint"], *state).code == 0
    assert "1 new pull request, 2 open in all" in debtd(tmp_path, *run).out


def test_a_suppressed_finding_is_not_proposed(code: Path, tmp_path: Path) -> None:
    state = ("--state-dir", tmp_path / "state")
    assert debtd(tmp_path, "run", code, *RULES, *state, "--stop-after", "scan").code == 0
    found = debtd(tmp_path, "findings", "list", "--rule", "class-inherits-object", "--format", "json", *state).json()
    target = next(f for f in found if f["path"] == "a.py")["fingerprint"]
    ran = debtd(tmp_path, "findings", "suppress", target, "--reason", "later", "--expires", "90d", *state)
    assert ran.code == 0, ran.err
    report = debtd(tmp_path, "run", code, *RULES, *state, "--format", "json").json()
    assert [pr["rule"] for pr in report["new_pull_requests"]] == ["unicode-literal-prefix"]
    assert report["without_fix"]["suppressed"] == 2


def test_findings_follow_the_code_and_fixed_ones_are_resolved(code: Path, tmp_path: Path) -> None:
    state = ("--state-dir", tmp_path / "state")
    run = ("run", code, *RULES, *state, "--format", "json")
    assert debtd(tmp_path, *run).json()["new_findings"] == 3
    moved = {k: v for k, v in FILES.items() if k not in {"a.py", "b.py"}}
    moved["src/renamed.py"] = b"# moved\nimport os\n\n\n" + FILES["a.py"] + b'\n\nclass A2(A):\n    y = u"two"\n'
    moved["b.py"] = b"class B:\n    pass\n"
    make_repository(code, moved, "moved")
    report = debtd(tmp_path, *run).json()
    assert (report["new_findings"], report["resolved_findings"], report["unverified_findings"]) == (1, 1, 0)


def test_what_cannot_be_read_any_more_is_not_called_clean(code: Path, tmp_path: Path) -> None:
    state = ("--state-dir", tmp_path / "state")
    run = ("run", code, *RULES, *state, "--stop-after", "scan", "--format", "json")
    assert debtd(tmp_path, *run).json()["new_findings"] == 3
    make_repository(code, FILES | {"a.py": FILES["a.py"] + b"print 'broken'\n"}, "broken")
    report = debtd(tmp_path, *run).json()
    assert (report["resolved_findings"], report["unverified_findings"]) == (0, 2)


def test_rules_can_be_listed_shown_written_and_checked(tmp_path: Path) -> None:
    assert len(debtd(tmp_path, "rules", "list", "--format", "json").json()) >= 24
    shown = debtd(tmp_path, "rules", "show", "class-inherits-object").out
    assert "Fix safety: safe" in shown
    assert "Python 3.0" in shown
    assert debtd(tmp_path, "rules", "new", "my-smell", "--folder", tmp_path).code == 0
    again = debtd(tmp_path, "rules", "new", "my-smell", "--folder", tmp_path)
    assert (again.code, "exists already" in again.err) == (4, True)
    checked = debtd(tmp_path, "rules", "check", "my-smell", "--rules", tmp_path)
    assert checked.code == 0, checked
    path = tmp_path / "my_smell.py"
    path.write_text(path.read_text().replace('"import old\\nnew.name()\\n"', '"import old\\nwrong()\\n"'))
    checked = debtd(tmp_path, "rules", "check", "my-smell", "--rules", tmp_path)
    assert checked.code == 4
    assert "bad example 1: the fix gives" in checked.out


def test_database_commands(tmp_path: Path) -> None:
    state = ("--state-dir", tmp_path / "state")
    assert debtd(tmp_path, "db", "upgrade", *state).code == 0
    report = debtd(tmp_path, "db", "check", "--format", "json", *state).json()
    assert report["ok"]
    assert report["version"] == report["needed_version"]


def test_doctor_finds_this_machine_well(tmp_path: Path) -> None:
    ran = debtd(tmp_path, "doctor", "--format", "json", "--state-dir", tmp_path / "state")
    assert ran.code == 0, ran
    assert all(diagnosis["ok"] for diagnosis in ran.json())


def test_hostile_names_cannot_steer_the_terminal(tmp_path: Path) -> None:
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "\x1b[31mred\n.py").write_bytes(b"class A(object):\n    pass\n")
    ran = debtd(tmp_path, "scan", folder, *RULES)
    assert "\x1b" not in ran.out + ran.err
    assert "\\x1b[31mred\\n.py:1:9" in ran.out


def test_the_exit_codes_are_documented() -> None:
    page = (ROOT / "docs/exit-codes.md").read_text()
    assert [line for line in page.splitlines() if line.startswith("| ") and line[2].isdigit()] == [
        f"| {code.value} | {text} |" for code, text in MEANING.items()
    ]


def test_data_and_remarks_do_not_mix(code: Path, tmp_path: Path) -> None:
    ran = debtd(tmp_path, "--log-level", "info", "--log-json", "run", code, *RULES, "--format", "json",
                "--state-dir", tmp_path / "state")  # fmt: skip
    assert json.loads(ran.out)["commit"]
    events = [json.loads(line)["event"] for line in ran.err.splitlines()]
    assert (events[0], events[-1]) == ("run.started", "run.finished")


def test_a_reader_that_goes_away_is_no_bug(code: Path, tmp_path: Path) -> None:
    script = f"{Path(__import__('sys').executable)} -m debtd rules list | head -n 1"
    done = subprocess.run(
        ["sh", "-c", script], cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, check=False
    )
    assert "bug" not in done.stderr


def test_several_repositories_and_one_that_cannot_be_worked_on(code: Path, tmp_path: Path) -> None:
    other = make_repository(tmp_path / "other", {"d.py": FILES["a.py"], "pyproject.toml": PYPROJECT})
    state = ("--state-dir", tmp_path / "state", *RULES)
    ran = debtd(tmp_path, "run", code, tmp_path / "nothing", other, code, *state, "--format", "json")
    assert ran.code == 3
    assert "there is no such path" in ran.err
    first, second, third = ran.json()
    assert (first["repository"]["source"], third["repository"]["source"]) == (str(code), str(other))
    assert (second["exit_code"], second["error"] in ran.err) == (3, True)
    assert (first["accepted"], third["accepted"]) == (2, 2)
    text = debtd(tmp_path, "run", code, other, *state)
    assert (text.code, text.out.count("nothing changed since the last scan")) == (0, 2)


def test_scan_and_fix_say_the_same_with_and_without_the_cache(code: Path, tmp_path: Path) -> None:
    for command in (("scan",), ("scan", "--format", "sarif"), ("fix", "--diff")):
        plain = debtd(tmp_path, command[0], code, *RULES, *command[1:], "--no-cache")
        cold = debtd(tmp_path, command[0], code, *RULES, *command[1:])
        warm = debtd(tmp_path, command[0], code, *RULES, *command[1:])
        assert plain.out
        assert (plain.out, plain.err) == (cold.out, cold.err) == (warm.out, warm.err)


def test_without_the_cache_the_report_tells_how_sharp_declarations_are(code: Path, tmp_path: Path) -> None:
    report = debtd(tmp_path, "scan", code, *RULES, "--format", "json", "--no-cache").json()
    # old.py is Python 2: LibCST is asked about every rule whose words stand in it, and refuses the file
    assert report.pop("candidates")["class-inherits-object"] == {"files": 3, "without_finding": 0}
    assert report == debtd(tmp_path, "scan", code, *RULES, "--format", "json").json()


def test_a_cache_that_cannot_be_used_is_said_and_changes_nothing(code: Path, tmp_path: Path) -> None:
    plain = debtd(tmp_path, "scan", code, *RULES, "--no-cache")
    cache = tmp_path / ".local/state/debtd/cache.sqlite3"
    assert not cache.exists()
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_bytes(b"no database" * 1_000)
    ran = debtd(tmp_path, "scan", code, *RULES)
    assert (ran.code, ran.out) == (0, plain.out)
    assert ran.err.count("cache.unusable") == 1

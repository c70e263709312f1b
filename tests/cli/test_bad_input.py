"""Bad input: one clear sentence, the documented exit code, and nothing lost."""

import ctypes
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command import ROOT, Ran, debtd, environment, git, make_repository

RULE = ("--rule", "class-inherits-object")
CODE = {"a.py": b"class A(object):\n    pass\n"}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "project", CODE)


def says(ran: Ran, code: int, *words: str) -> None:
    """One sentence on stderr, nothing on stdout, no traceback."""
    assert ran.code == code, ran
    assert ran.out == ""
    assert "Traceback" not in ran.err
    lines = [line for line in ran.err.splitlines() if line.startswith("debtd: ")]
    assert len(lines) == 1, ran.err
    for word in words:
        assert word in lines[0]


@pytest.mark.parametrize(
    "command", [("run", "gone"), ("scan", "gone"), ("fix", "gone", "--diff")], ids=lambda c: str(c[0])
)
def test_a_path_that_does_not_exist(command: tuple[str, ...], tmp_path: Path) -> None:
    state = ("--state-dir", str(tmp_path / "state")) if command[0] == "run" else ()
    says(debtd(tmp_path, *command, *state), 3, "gone")


def test_a_folder_that_is_no_git_repository(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    says(
        debtd(tmp_path, "run", tmp_path / "plain", "--state-dir", tmp_path / "state"),
        3,
        "plain",
        "not a git repository",
    )


def test_an_empty_repository(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    git(tmp_path / "empty", "init", "--quiet")
    says(debtd(tmp_path, "run", tmp_path / "empty", "--state-dir", tmp_path / "state"), 3, "no commits")


def test_a_bare_repository_is_as_good_as_any(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(repository), "bare.git")
    ran = debtd(
        tmp_path, "run", tmp_path / "bare.git", *RULE, "--target-python", "3.9", "--format", "json",
        "--state-dir", tmp_path / "state",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert len(ran.json()["new_pull_requests"]) == 1


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("some_rule.py", "def broken(:", ("some_rule.py, line 1", "SyntaxError")),
        ("some_rule.py", "import nothing_like_this\n", ("some_rule.py, line 1", "ModuleNotFoundError")),
        ("some_rule.py", "x = 1\n", ("some_rule.py", "RULE = Rule(...)")),
        ("some-rule.yaml", "rules: [", ("some-rule.yaml", "not valid YAML")),
        ("some-rule.yaml", "rules: []", ("some-rule.yaml", "exactly one rule")),
    ],
)
def test_a_broken_rule_file(name: str, text: str, words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / name).write_text(text)
    (tmp_path / "a.py").write_bytes(CODE["a.py"])
    says(debtd(tmp_path, "scan", tmp_path / "a.py", "--rules", tmp_path / "rules"), 4, *words)


def test_two_rules_with_one_id(tmp_path: Path) -> None:
    bundled = ROOT / "rules/python/syntax/class_inherits_object.py"
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/class_inherits_object.py").write_text(bundled.read_text())
    says(debtd(tmp_path, "rules", "list", "--rules", tmp_path / "rules"), 4, "two rules", "class-inherits-object")


def test_an_unknown_rule_and_a_missing_rule_folder(tmp_path: Path) -> None:
    says(debtd(tmp_path, "scan", tmp_path, "--rule", "no-such-rule"), 4, "no-such-rule", "debtd rules list")
    says(debtd(tmp_path, "scan", tmp_path, "--rules", tmp_path / "nowhere"), 4, "nowhere")


@pytest.mark.parametrize(
    "arguments",
    [
        ("fix", "."),
        ("fix", ".", "--diff", "--write"),
        ("scan", ".", "--target-python", "three"),
        ("run", ".", "--stop-after", "lunch"),
        ("findings", "suppress", "abcd", "--reason", "x", "--expires", "tomorrow"),
        ("findings", "suppress", "abcd", "--reason", "x", "--expires", "2001-01-01"),
        ("pr", "reject", "abcd", "--reason", " "),
        ("rules", "new", "NotKebab"),
        ("nonsense",),
    ],
    ids=" ".join,
)
def test_a_wrong_command_line(arguments: tuple[str, ...], tmp_path: Path) -> None:
    ran = debtd(tmp_path, *arguments, cwd=tmp_path)
    assert ran.code == 2, ran
    assert "Traceback" not in ran.err


def _corrupt(database: Path) -> None:
    data = bytearray(database.read_bytes())
    data[0:16] = b"not a database !"
    database.write_bytes(bytes(data))


def _truncate(database: Path) -> None:
    database.write_bytes(database.read_bytes()[: 4096 * 3 + 17])


def _make_newer(database: Path) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("update alembic_version set version_num = '9999_from_the_future'")
    connection.close()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_corrupt, ("debtd.sqlite3",)),
        (_truncate, ("debtd.sqlite3",)),
        (_make_newer, ("debtd.sqlite3", "newer")),
    ],
    ids=["corrupt", "truncated", "newer"],
)
def test_a_database_that_cannot_be_used(
    spoil: Callable[[Path], None], words: tuple[str, ...], repository: Path, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    arguments = ("run", repository, *RULE, "--state-dir", state)
    assert debtd(tmp_path, *arguments).code == 0
    for extra in ("-wal", "-shm"):
        (state / f"debtd.sqlite3{extra}").unlink(missing_ok=True)
    spoil(state / "debtd.sqlite3")
    spoilt = (state / "debtd.sqlite3").read_bytes()
    says(debtd(tmp_path, *arguments), 5, *words)
    says(debtd(tmp_path, "findings", "list", "--state-dir", state), 5, *words)
    assert (state / "debtd.sqlite3").read_bytes() == spoilt


def _without_power_over_modes() -> None:
    """As root, modes do not bind: give up CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, as an ordinary user has none."""
    libc = ctypes.CDLL(None)
    for capability in (1, 2):
        libc.prctl(24, capability, 0, 0, 0)


def as_ordinary_user(home: Path, *arguments: str | Path) -> Ran:
    done = subprocess.run(
        [sys.executable, "-m", "debtd", *map(str, arguments)],
        cwd=ROOT,
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=_without_power_over_modes,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def test_a_read_only_state_directory(repository: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o500)
    says(as_ordinary_user(tmp_path, "run", repository, *RULE, "--state-dir", state), 5, str(state))
    assert list(state.iterdir()) == []


def test_a_state_directory_below_a_file(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    says(debtd(tmp_path, "run", repository, "--state-dir", tmp_path / "file/state"), 5, "file/state")


def test_an_unreadable_file_is_skipped_and_said(tmp_path: Path) -> None:
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "good.py").write_bytes(CODE["a.py"])
    (folder / "secret.py").write_bytes(CODE["a.py"])
    (folder / "secret.py").chmod(0)
    ran = as_ordinary_user(tmp_path, "scan", folder, *RULE, "--format", "json")
    assert ran.code == 0, ran.err
    report = ran.json()
    assert [f["path"] for f in report["findings"]] == ["good.py"]
    assert [(s["path"], s["reason"]) for s in report["coverage"]["skipped"]] == [("secret.py", "unreadable")]
    assert "secret.py" in ran.err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small file system")
@pytest.mark.parametrize("size", ["48k", "224k", "400k"])
def test_a_full_disk(size: str, repository: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    script = f'mount -t tmpfs -o size={size} tmpfs "$1" && shift && exec "$@"'
    command = [sys.executable, "-m", "debtd", "run", str(repository), *RULE, "--target-python", "3.9"]
    command += ["--state-dir", str(state)]
    probe = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", str(state), "true"], check=False, capture_output=True
    )
    if probe.returncode:
        pytest.skip("this machine does not let root mount")
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", str(state), *command],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    says(Ran(done.returncode, done.stdout, done.stderr), 5, "full")

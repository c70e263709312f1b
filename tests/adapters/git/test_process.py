import os
import threading
import time
from pathlib import Path

import pytest

from debtd.adapters.git import MINIMUM_GIT, check_git_version, git_version, limits, process
from debtd.adapters.git.process import Command, EndOfOutput, exactly, run, streaming
from debtd.model.errors import ConfigError, RepoUnusable, Retryable

EXPECTED = {
    "PATH", "HOME", "XDG_CONFIG_HOME", "LANG", "LC_ALL", "TZ", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM", "GIT_ATTR_NOSYSTEM", "GIT_TERMINAL_PROMPT", "GIT_ASKPASS", "SSH_ASKPASS",
    "SSH_ASKPASS_REQUIRE", "GIT_ALLOW_PROTOCOL", "GIT_PROTOCOL_FROM_USER", "GIT_OPTIONAL_LOCKS",
    "GIT_NO_REPLACE_OBJECTS", "GIT_NO_LAZY_FETCH", "GIT_LFS_SKIP_SMUDGE", "GIT_LITERAL_PATHSPECS", "GIT_DIR",
}  # fmt: skip


def shell(script: str, tmp_path: Path, **more: object) -> Command:
    """A git command that runs a script as its child."""
    options = {"what": "try", "where": "here", "directory": tmp_path, **more}
    return Command(arguments=("-c", f"alias.x=!{script}", "x"), **options)  # type: ignore[arg-type]


def gone(pid: int) -> bool:
    """Whether the process ends (a kill takes a moment). Nobody's life here is shorter than ten minutes by itself."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] == b"Z":
                return True
        except OSError:
            return True
        time.sleep(0.01)
    return False


def test_git_inherits_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(f"[core]\n\tpager = touch {tmp_path}/ran\n[alias]\n\tversion2 = version\n")
    hostile = {
        "HOME": str(home), "XDG_CONFIG_HOME": str(home), "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.pager",
        "GIT_CONFIG_VALUE_0": "false", "GIT_DIR": "/elsewhere", "GIT_WORK_TREE": "/", "GIT_EXEC_PATH": "/elsewhere",
        "GIT_TEMPLATE_DIR": str(home), "GIT_SSH_COMMAND": "false", "GIT_TRACE": "1", "GIT_OBJECT_DIRECTORY": "/x",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": "/x", "GITHUB_TOKEN": "secret", "SSH_AUTH_SOCK": "/x", "https_proxy": "x",
        "GIT_CONFIG_PARAMETERS": "'core.pager=false'", "GIT_EXTERNAL_DIFF": "false", "GIT_INDEX_FILE": "/x",
    }  # fmt: skip
    for name, value in hostile.items():
        monkeypatch.setenv(name, value)
    output = run(shell("cat /proc/$PPID/environ", tmp_path, git_dir=tmp_path)).decode()
    environment = dict(line.split("=", 1) for line in output.split("\0") if line)
    assert environment.keys() == EXPECTED
    assert environment["HOME"] == environment["XDG_CONFIG_HOME"] == "/nonexistent"
    assert environment["GIT_DIR"] == str(tmp_path)
    assert environment["GIT_ALLOW_PROTOCOL"] == ""
    assert "secret" not in output


def test_no_configuration_of_the_user_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".gitconfig").write_text("[user]\n\tname = Mallory\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    listed = run(shell("git config --list --show-scope", tmp_path)).decode()
    assert "Mallory" not in listed
    assert {line.split("\t")[0] for line in listed.splitlines()} == {"command"}


def test_a_timeout_kills_the_whole_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = tmp_path / "pid"

    class Later(threading.Timer):
        """Goes off when its time is over and the whole group has started."""

        def run(self) -> None:
            while not told.exists() and not self.finished.wait(0.01):
                pass
            super().run()

    monkeypatch.setattr("debtd.adapters.git.process.threading.Timer", Later)
    script = f"sh -c 'sleep 600 & echo $! > {told}.part; mv {told}.part {told}; sleep 600'"
    with pytest.raises(Retryable, match=r"more than 0\.4 seconds to try here"):
        run(shell(script, tmp_path, timeout_seconds=0.4))
    assert gone(int(told.read_text()))


def test_what_git_leaves_behind_is_killed(tmp_path: Path) -> None:
    run(shell(f"sh -c 'sleep 600 >/dev/null 2>&1 & echo $! > {tmp_path}/pid'", tmp_path))
    pid = int((tmp_path / "pid").read_text())
    assert gone(pid)


def test_an_error_of_the_reader_kills_git(tmp_path: Path) -> None:
    script = f"sh -c 'echo $$ > {tmp_path}/pid; echo x; sleep 600'"

    def read() -> None:
        with streaming(shell(script, tmp_path)) as output:
            output.read(1)
            raise KeyError("reader")

    with pytest.raises(KeyError):
        read()
    assert gone(int((tmp_path / "pid").read_text()))


def test_too_much_output_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RepoUnusable, match="says more than 1000 bytes about here"):
        run(shell("yes", tmp_path), max_output_bytes=1000)


def test_much_stderr_does_not_block(tmp_path: Path) -> None:
    with pytest.raises(RepoUnusable, match="git could not try here"):
        run(shell("sh -c 'yes x | head -c 300000 >&2; exit 3'", tmp_path))


def test_a_cut_answer_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(RepoUnusable, match="cut answer"), streaming(shell("echo x", tmp_path)) as output:
        exactly(output, 100)
    with pytest.raises(RepoUnusable, match="exit code 3"), streaming(shell("exit 3", tmp_path)) as output:
        raise EndOfOutput


def test_a_missing_folder_never_means_the_current_one(tmp_path: Path) -> None:
    with pytest.raises(RepoUnusable):
        run(Command(arguments=("version",), what="try", where="here", directory=tmp_path / "gone"))


def test_stdin_reaches_git(tmp_path: Path) -> None:
    big = b"x" * 1_000_000
    assert run(shell("cat", tmp_path), (big, big)) == big + big


def test_a_huge_file_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_FILE_BYTES", 4096)
    limited = "until test $(ulimit -f) != unlimited; do sleep 0.01; done"  # debtd limits what has started already
    with pytest.raises(RepoUnusable, match="larger than debtd fetches"):
        run(shell(f"{limited}; exec head -c 100000 /dev/zero > {tmp_path}/big", tmp_path))
    assert (tmp_path / "big").stat().st_size <= 4096


def test_git_version() -> None:
    assert git_version() >= MINIMUM_GIT
    check_git_version()


def test_an_old_git_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "git_version", lambda: (2, 34, 1))
    with pytest.raises(ConfigError, match=r"git 2\.34\.1 is too old; debtd needs git 2\.39\.4 or newer"):
        check_git_version()


def test_no_git_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    process._git.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))
    try:
        with pytest.raises(ConfigError, match="git is not installed"):
            git_version()
    finally:
        process._git.cache_clear()


def test_argv_of_a_running_git_holds_no_environment(tmp_path: Path) -> None:
    output = run(shell("cat /proc/$PPID/cmdline", tmp_path))
    assert b"HOME=" not in output
    assert os.fsencode(str(tmp_path)) in output

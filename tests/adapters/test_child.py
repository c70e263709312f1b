"""Children: exact environment, caps, limits, and nothing left behind."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from debtd.adapters.child import ChildResult, _Stream, run_child
from debtd.model.errors import ConfigError

ENV = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


def python(code: str, tmp_path: Path, timeout_seconds: float = 120.0, **options) -> ChildResult:
    argv = [sys.executable, "-I", "-S", "-c", code, *options.pop("arguments", ())]
    return run_child(argv, **{"cwd": tmp_path, "env": ENV, "timeout_seconds": timeout_seconds, **options})


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] != b"Z"
    except OSError:  # it ended, perhaps while it was looked at
        return False


def assert_gone(pids: list[int]) -> None:
    """They would live for ten minutes if nobody killed them."""
    deadline = time.monotonic() + 60
    while any(is_alive(pid) for pid in pids):
        assert time.monotonic() < deadline, f"still alive: {[pid for pid in pids if is_alive(pid)]}"
        time.sleep(0.02)


FAMILY = """
import os, subprocess, sys, time
code = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
plain = subprocess.Popen([sys.executable, "-I", "-S", "-c", code], stdout=subprocess.PIPE)
away = subprocess.Popen([sys.executable, "-I", "-S", "-c", code], stdout=subprocess.PIPE, start_new_session=True)
pids = [str(os.getpid()), plain.stdout.readline().decode().strip(), away.stdout.readline().decode().strip()]
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        pids.append(str(os.getpid()))
        open("pids.part", "w").write(" ".join(pids))
        os.rename("pids.part", "pids")
        time.sleep(600)
    os._exit(0)
time.sleep(600 if sys.argv[1:] != ["brief"] else 0)
while not os.path.exists("pids"):
    time.sleep(0.01)
"""


def family_in(tmp_path: Path) -> list[int]:
    deadline = time.monotonic() + 60
    while not (tmp_path / "pids").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    assert len(pids) == 4
    return pids


def test_environment_is_exact_and_nothing_else_is_inherited(tmp_path, monkeypatch):
    monkeypatch.setenv("FORGE_TOKEN", "secret")
    secret_fd = os.open("/dev/null", os.O_RDONLY)
    os.set_inheritable(secret_fd, True)
    result = run_child(["/usr/bin/env", "-0"], cwd=tmp_path, env={**ENV, "ODD": "a\nb\udcff"}, timeout_seconds=120)
    assert sorted(result.stdout.split(b"\0")[:-1]) == [b"LANG=C.UTF-8", b"ODD=a\nb\xff", b"PATH=/usr/bin:/bin"]
    code = """
import os, signal
print(sorted(int(fd) for fd in os.listdir("/proc/self/fd"))[:-1], os.getcwd(), os.getsid(0) == os.getpid())
print(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL, signal.pthread_sigmask(signal.SIG_BLOCK, ()))
ignored = int(open("/proc/self/status").read().split("SigIgn:")[1].split()[0], 16)
print(os.read(0, 1), hex(ignored & 0x7FFFFFFF))  # above 31 stand the C library's own
"""
    result = python(code, tmp_path)
    os.close(secret_fd)
    lines = result.stdout.decode().splitlines()
    assert lines == [f"[0, 1, 2] {tmp_path} False", "True set()", "b'' 0x1001000"]  # Python's own two
    assert result.returncode == 0


@pytest.mark.parametrize("code", [0, 1, 7, 255])
def test_exit_code_is_passed_on(tmp_path, code):
    assert python(f"raise SystemExit({code})", tmp_path).returncode == code


def test_death_by_a_signal_is_a_negative_code(tmp_path):
    result = python("import os; os.kill(os.getpid(), 11)", tmp_path)
    assert (result.returncode, result.timed_out) == (-signal.SIGSEGV, False)
    assert not list(tmp_path.iterdir())  # no core file


@pytest.mark.parametrize("argv", [["no-such-program-here"], ["/etc/hostname"], ["/"], ["bad\0name"]])
def test_what_cannot_be_started_is_one_sentence(tmp_path, argv):
    with pytest.raises(ConfigError, match=r"^.* cannot be started: .+; install it or correct its path\.$"):
        run_child(argv, cwd=tmp_path, env=ENV, timeout_seconds=120)


def test_both_streams_are_read_to_the_cap_without_a_deadlock(tmp_path):
    code = "import os\nfor _ in range(3000):\n    os.write(1, b'o' * 1000)\n    os.write(2, b'e' * 1000)\n"
    result = python(code, tmp_path, max_output_bytes=12_345)
    assert (result.stdout, result.stderr) == (b"o" * 12_345, b"e" * 12_345)
    assert result.truncated
    assert result.returncode == 0


def test_output_just_at_the_cap_is_whole(tmp_path):
    result = python("print('x' * 99)", tmp_path, max_output_bytes=100)
    assert (len(result.stdout), result.truncated) == (100, False)


def test_a_file_larger_than_the_limit_is_not_written(tmp_path):
    result = python("open('big', 'wb').write(b'x' * 2_000_000)", tmp_path, max_file_bytes=100_000)
    assert result.returncode == 1
    assert (tmp_path / "big").stat().st_size <= 100_000


def test_timeout_ends_the_whole_family(tmp_path, monkeypatch):
    time_is_up_when(monkeypatch, (tmp_path / "pids").exists)
    code = f"import os, sys, time\nif os.fork() == 0: exec({FAMILY!r})\n{CHATTER}"
    result = python(code, tmp_path, timeout_seconds=600)
    assert result.timed_out
    assert result.returncode == -signal.SIGKILL
    assert_gone(family_in(tmp_path))


def test_a_program_that_says_nothing_is_ended_too(tmp_path):
    result = python("import time; time.sleep(600)", tmp_path, timeout_seconds=0.2)
    assert (result.returncode, result.timed_out) == (-signal.SIGKILL, True)


CHATTER = "while True: print(1, flush=True); time.sleep(0.05)"  # each line wakes run_child


def time_is_up_when(monkeypatch, happened: Callable[[], bool]) -> None:
    """Put the clock of run_child forward by an hour once it has happened. It looks at the clock when it wakes."""
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + (3600 if happened() else 0))
    monkeypatch.setattr("debtd.adapters.child.time", clock)


@pytest.mark.parametrize("end", ["a byte", "closed"])
def test_a_readable_descriptor_ends_the_whole_family(tmp_path, end):
    reader, writer = os.pipe()

    def stop() -> None:
        family_in(tmp_path)
        os.write(writer, b"x") if end == "a byte" else os.close(writer)

    thread = threading.Thread(target=stop)
    thread.start()
    result = python(FAMILY, tmp_path, timeout_seconds=240, stop_fd=reader)
    thread.join()
    assert (result.returncode, result.timed_out) == (-signal.SIGKILL, False)
    assert_gone(family_in(tmp_path))
    for descriptor in {reader, writer} if end == "a byte" else {reader}:
        os.close(descriptor)


def test_a_descriptor_that_stays_silent_ends_nothing(tmp_path):
    reader, writer = os.pipe()
    result = python("print('done')", tmp_path, stop_fd=reader)
    assert (result.returncode, result.stdout) == (0, b"done\n")
    os.close(reader)
    os.close(writer)


def test_the_stack_may_be_made_larger(tmp_path):
    code = "import resource; print(resource.getrlimit(resource.RLIMIT_STACK)[0])"
    assert int(python(code, tmp_path, stack_bytes=77 << 20).stdout) == 77 << 20


def test_output_before_a_timeout_is_kept_and_sigterm_cannot_be_used_to_stay(tmp_path, monkeypatch):
    heard: list[bytes] = []
    take = _Stream.take

    def hear(stream: _Stream, chunk: bytes) -> None:
        take(stream, chunk)
        heard.append(chunk)

    monkeypatch.setattr(_Stream, "take", hear)
    time_is_up_when(monkeypatch, lambda: bool(heard))
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('early', flush=True); time.sleep(600)"
    result = python(code, tmp_path, timeout_seconds=600)
    assert (result.stdout, result.timed_out) == (b"early\n", True)


def test_what_the_child_leaves_behind_ends_with_it(tmp_path):
    result = python(FAMILY, tmp_path, arguments=["brief"])
    assert (result.returncode, result.timed_out) == (0, False)
    assert_gone(family_in(tmp_path))


def test_memory_of_the_family_is_bounded(tmp_path):
    code = """
import subprocess, sys, time
eat = "x = bytearray(80_000_000); x[::4096] = b'1' * len(x[::4096]); import time; time.sleep(600)"
for _ in range(4): subprocess.Popen([sys.executable, "-I", "-S", "-c", eat])
time.sleep(600)
"""
    result = python(code, tmp_path, memory_bytes=200_000_000)
    assert (result.over_memory, result.returncode, result.timed_out) == (True, -signal.SIGKILL, False)


def test_processor_time_is_bounded(tmp_path):
    result = python("while True: pass", tmp_path, cpu_seconds=1)
    assert result.returncode in {-signal.SIGKILL, -signal.SIGXCPU}


def test_kill_minus_nine_of_the_parent_leaves_no_process_behind(tmp_path):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, json.dumps([sys.executable, "-I", "-S", "-c", FAMILY]), str(tmp_path)],
    )
    try:
        pids = family_in(tmp_path)
        everyone = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal())
        supervisors = [pid for pid in everyone if is_child(pid, parent.pid)]
        assert supervisors
        assert all(is_alive(pid) for pid in [*pids, *supervisors])
    finally:
        parent.kill()
        parent.wait()
    assert_gone([*pids, *supervisors])


PARENT = """
import json, sys, threading
from pathlib import Path
from debtd.adapters.child import run_child
options = dict(cwd=Path(sys.argv[2]), env={"PATH": "/usr/bin:/bin"}, timeout_seconds=600)
threading.Thread(target=run_child, args=(json.loads(sys.argv[1]),), kwargs=options).start()
"""


def is_child(pid: int, parent: int) -> bool:
    try:
        return int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[1]) == parent
    except OSError:  # it ended, perhaps while it was looked at
        return False


def test_an_exception_in_the_caller_ends_the_family(tmp_path, monkeypatch):
    def interrupt(*_: object) -> None:
        if (tmp_path / "pids").exists():
            raise KeyboardInterrupt

    code = f"import os, sys, time\nif os.fork() == 0: exec({FAMILY!r})\n{CHATTER}"
    monkeypatch.setattr("debtd.adapters.child._Stream.take", interrupt)
    with pytest.raises(KeyboardInterrupt):
        python(code, tmp_path)
    assert_gone(family_in(tmp_path))

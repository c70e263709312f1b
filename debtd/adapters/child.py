"""The one place that runs other programs (git and the LibCST pool have their own): argv lists, exact
environments, limits, and nothing left behind.

The program runs below a small supervisor (child_supervisor.py). Whatever happens to it, to a process that it
started, or to debtd itself (kill -9 included), the whole family is gone a moment later.
"""

import contextlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from debtd.model.errors import ConfigError

_SUPERVISOR = Path(__file__).with_name("child_supervisor.py")
_FAREWELL_SECONDS = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildResult:
    """How a program ended. `returncode` is negative for a signal; a program that was killed by a limit has -9.

    `truncated`: more was written to stdout or stderr than was kept; the rest was read and thrown away.
    """

    returncode: int
    stdout: bytes
    stderr: bytes
    timed_out: bool = False
    over_memory: bool = False
    truncated: bool = False


@dataclass(slots=True)
class _Stream:
    limit: int
    kept: bytearray
    truncated: bool = False

    def take(self, chunk: bytes) -> None:
        room = self.limit - len(self.kept)
        self.kept += chunk[:room]
        self.truncated = self.truncated or len(chunk) > room


def run_child(  # noqa: PLR0913  (each limit by its name)
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    timeout_seconds: float,
    memory_bytes: int | None = None,
    max_output_bytes: int = 1_000_000,
    max_file_bytes: int = 1 << 30,
    cpu_seconds: int | None = None,
    stack_bytes: int | None = None,
    stop_fd: int | None = None,
) -> ChildResult:
    """Run a program to its end, or to the end of its limits.

    `env` is the whole environment; the program is looked up in its PATH. `memory_bytes` bounds the resident
    memory of the program and all its descendants together, watched five times a second. `max_output_bytes`
    bounds each of stdout and stderr, `max_file_bytes` each file that it writes, `cpu_seconds` each process.
    `stack_bytes` is the stack that it may use (None: as much as debtd itself). Once the descriptor `stop_fd` is
    readable, or at its end, the program is killed. stdin is empty. Safe to call from threads. Raises ConfigError
    when the program cannot be started.
    """
    limits = {"RLIMIT_CORE": 0, "RLIMIT_NOFILE": 4096, "RLIMIT_FSIZE": max_file_bytes}
    if cpu_seconds is not None:
        limits["RLIMIT_CPU"] = cpu_seconds
    if stack_bytes is not None:
        limits["RLIMIT_STACK"] = stack_bytes
    request = {
        "argv": list(argv),
        "env": dict(env),
        "cwd": str(cwd),
        "limits": limits,
        "memory_bytes": memory_bytes,
    }
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            supervisor = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_SUPERVISOR), str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd="/",
                env={},
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        try:
            return _converse(supervisor, ours, request, timeout_seconds, max_output_bytes, stop_fd)
        finally:
            ours.close()
            _bury(supervisor)


def _converse(
    supervisor: subprocess.Popen[bytes],
    control: socket.socket,
    request: Mapping[str, object],
    timeout_seconds: float,
    max_output_bytes: int,
    stop_fd: int | None,
) -> ChildResult:
    assert supervisor.stdout is not None  # noqa: S101  (pipes were asked for)
    assert supervisor.stderr is not None  # noqa: S101  (pipes were asked for)
    stdout, stderr = _Stream(max_output_bytes, bytearray()), _Stream(max_output_bytes, bytearray())
    answer = _Stream(65536, bytearray())
    deadline = time.monotonic() + timeout_seconds
    timed_out = ended = False
    with selectors.DefaultSelector() as selector:
        selector.register(supervisor.stdout, selectors.EVENT_READ, stdout)
        selector.register(supervisor.stderr, selectors.EVENT_READ, stderr)
        selector.register(control, selectors.EVENT_READ, answer)
        if stop_fd is not None:
            selector.register(stop_fd, selectors.EVENT_READ, None)
        with contextlib.suppress(BrokenPipeError):  # no supervisor: its stderr says why
            control.sendall(json.dumps(request).encode() + b"\n")
        while any(key.data is not None for key in selector.get_map().values()):
            left = deadline - time.monotonic()
            if left <= 0 and ended:
                break  # even the supervisor is stuck: `_bury` ends it
            ready = [key for key, _ in selector.select(max(left, 0.0))]
            if not ended and (left <= 0 or any(key.data is None for key in ready)):
                timed_out, ended = left <= 0, True
                deadline = time.monotonic() + _FAREWELL_SECONDS
                control.shutdown(socket.SHUT_WR)
            for key in ready:
                _pump(selector, key)
    outcome = json.loads(answer.kept) if answer.kept.endswith(b"\n") else {}
    if outcome.get("failure"):
        program = request["argv"][0] if isinstance(request["argv"], list) else ""
        raise ConfigError(f"{program} cannot be started: {outcome['failure']}; install it or correct its path.")
    return ChildResult(
        returncode=outcome.get("status", -signal.SIGKILL),
        stdout=bytes(stdout.kept),
        stderr=bytes(stderr.kept),
        timed_out=timed_out,
        over_memory=bool(outcome.get("over_memory")),
        truncated=stdout.truncated or stderr.truncated,
    )


def _pump(selector: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
    if key.data is None:  # the request to stop, heard once
        selector.unregister(key.fileobj)
        return
    try:
        chunk = os.read(key.fd, 65536)
    except ConnectionResetError:  # the supervisor was killed with the request unread
        chunk = b""
    if chunk:
        key.data.take(chunk)
    else:
        selector.unregister(key.fileobj)


def _bury(supervisor: subprocess.Popen[bytes]) -> None:
    """Wait for the supervisor, which sees its socket closed; kill it if it does not end.

    Its child then dies with it by the parent-death signal.
    """
    try:
        supervisor.wait(_FAREWELL_SECONDS)
    except subprocess.TimeoutExpired:
        supervisor.kill()
        supervisor.wait()
    finally:
        for stream in (supervisor.stdout, supervisor.stderr):
            if stream is not None:
                stream.close()

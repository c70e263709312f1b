"""Stands over one command and all that it starts, and says what they used. Standard library only.

Started as `python -I -S witness.py`, with one JSON request on stdin and one JSON answer on stdout. As the "child
subreaper" it inherits every process below it whose parent ends, in whatever session it is, and waits for it: so the
kernel's RUSAGE_CHILDREN holds the processor time of the whole family, killed ones included. (Not counted is a child
whose parent ignores SIGCHLD, for which the kernel keeps no account; no measured program does that.)

The memory is the sum of PSS (proportional set size: a page that n processes share counts 1/n for each) over all living
descendants, sampled from /proc/PID/smaps_rollup. A peak between two samples is missed; sampling takes at most 5 % of
the time, and the witness's own time and memory are never part of the answer.
"""

import contextlib
import ctypes
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_SHARE_OF_SAMPLING = 20


def main() -> None:
    request = json.load(sys.stdin)
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    if request["cpus"] is not None:
        os.sched_setaffinity(0, request["cpus"])
    os.chdir(request["cwd"])
    started = time.monotonic()
    pid = _start(request)
    status, timed_out, peak_bytes = _wait(pid, started + request["timeout_seconds"], request["sample_seconds"])
    wall_seconds = time.monotonic() - started
    left_behind = _bury(request["farewell_seconds"])
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    answer = {
        "returncode": status,
        "timed_out": timed_out,
        "wall_seconds": wall_seconds,
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "peak_bytes": peak_bytes,
        "left_behind": left_behind,
    }
    json.dump(answer, sys.stdout)


def _start(request: dict[str, list[str] | dict[str, str] | str]) -> int:
    argv, env = request["argv"], request["env"]
    assert isinstance(argv, list)  # noqa: S101  (measure.py wrote it)
    assert isinstance(env, dict)  # noqa: S101  (measure.py wrote it)
    write = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    return os.posix_spawn(
        argv[0],
        argv,
        env,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(request["stdout"]), write, 0o600),
            (os.POSIX_SPAWN_OPEN, 2, str(request["stderr"]), write, 0o600),
        ],
        setsigmask=[],
    )


def _wait(wanted: int, deadline: float, sample_seconds: float) -> tuple[int, bool, int]:
    """Exit code (negative for a signal), whether the time ran out, and the highest memory seen."""
    peak_bytes, timed_out = 0, False
    next_sample = time.monotonic()
    while True:
        signal.sigtimedwait({signal.SIGCHLD}, max(0.0, min(next_sample, deadline) - time.monotonic()))
        code = _reap(wanted)
        if code is not None:
            return code, timed_out, peak_bytes
        now = time.monotonic()
        if now >= deadline:
            timed_out, deadline = True, now + 1.0
            _kill_all()
        if now >= next_sample:
            peak_bytes = max(peak_bytes, _family_bytes())
            cost = time.monotonic() - now
            next_sample = now + max(sample_seconds, _SHARE_OF_SAMPLING * cost)


def _reap(wanted: int) -> int | None:
    """Collect every child that has ended; the wanted one's exit code."""
    code = None
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            if pid == wanted:
                code = os.waitstatus_to_exitcode(status)
    return code


def _bury(farewell_seconds: float) -> int:
    """Wait a moment for those that outlive the command, then kill and collect them; how many had to be killed."""
    deadline = time.monotonic() + farewell_seconds
    killed = 0
    while True:
        _reap(0)
        if not any(_descendants()):
            return killed
        if time.monotonic() > deadline:
            killed += _kill_all()
        signal.sigtimedwait({signal.SIGCHLD}, 0.02)


def _kill_all() -> int:
    family = list(_descendants())
    for pid in family:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return len(family)


def _descendants() -> Iterator[int]:
    unseen = _children(os.getpid())
    while unseen:
        pid = unseen.pop()
        yield pid
        unseen += _children(pid)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208  (quicker, and this runs while others are timed)
            with contextlib.suppress(OSError):
                found += map(int, Path(f"/proc/{pid}/task/{thread}/children").read_bytes().split())
    return found


def _family_bytes() -> int:
    total = 0
    for pid in _descendants():
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_bytes().splitlines():
                if line.startswith(b"Pss:"):
                    total += 1024 * int(line.split()[1])
    return total


if __name__ == "__main__":
    main()

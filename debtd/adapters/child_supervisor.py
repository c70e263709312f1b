"""Stands between debtd and one child, so that nothing outlives either of them. Standard library only.

Started as `python -I -S child_supervisor.py FD` by child.py; FD is a socket to debtd. It reads one JSON request,
starts the program in a process group of its own, and waits for the first of three things: the program ends,
debtd closes the socket (which the kernel does for it when debtd is killed), or the memory limit is passed.
Then it kills every descendant, those in other sessions included, and writes one JSON line with the outcome.

It imports as little as it can: every scan waits for it to start, and `pathlib` alone would be a fifth of that.

A parent-death signal alone would not do: it is tied to one thread of the parent and is not inherited by
grandchildren. As the "child subreaper" this process adopts every orphan below it.
"""

import contextlib
import ctypes
import json
import os
import resource
import select
import signal
import socket
import sys
import time
from collections.abc import Iterator

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_MEMORY_POLL_SECONDS = 0.2
_KILL_SECONDS = 5.0


def main(descriptor: int) -> None:
    control = socket.socket(fileno=descriptor)
    control.set_inheritable(False)
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    # Should a forked sibling of debtd hold a copy of the socket, this signal still tells of debtd's death.
    wakeups = _wakeups(signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    request = _read_request(control)
    if request is None:
        return
    pid, failure = _start(request)
    outcome: dict[str, object] = {"failure": failure}
    if not failure:
        outcome = _wait(pid, control, wakeups, request["memory_bytes"])
    _kill_descendants(pid)
    with contextlib.suppress(OSError):
        control.sendall(json.dumps(outcome).encode() + b"\n")


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def _wakeups(*signals: signal.Signals) -> socket.socket:
    """A socket that receives the number of each signal as a byte."""
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    reader.setblocking(False)
    signal.set_wakeup_fd(writer.detach())
    for number in signals:
        signal.signal(number, lambda *_: None)
    return reader


def _read_request(control: socket.socket) -> dict[str, object] | None:
    received = bytearray()
    while not received.endswith(b"\n"):
        chunk = control.recv(65536)
        if not chunk:
            return None
        received += chunk
    request: dict[str, object] = json.loads(received)
    return request


def _start(request: dict[str, object]) -> tuple[int, str]:
    """The program's process id, or why it could not be started."""
    reader, writer = os.pipe()  # closed by a successful exec, written to by a failed one
    supervisor = os.getpid()
    pid = os.fork()
    if pid == 0:
        try:
            _become(request, supervisor)
        except BaseException as error:  # noqa: BLE001  (a forked copy must never run on, whatever happened)
            os.write(writer, _reason(error).encode("utf-8", "replace"))
        finally:
            os._exit(127)
    os.close(writer)
    with open(reader, "rb") as pipe:  # noqa: PTH123  (a descriptor)
        failure = pipe.read().decode("utf-8", "replace")
    return pid, failure


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _become(request: dict[str, object], supervisor: int) -> None:
    os.setpgid(0, 0)
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != supervisor:
        os._exit(127)
    limits = request["limits"]
    assert isinstance(limits, dict)  # noqa: S101  (child.py wrote it)
    for name, value in limits.items():
        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (allowed, allowed))
    signal.set_wakeup_fd(-1)
    wakened = (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    for number in (*wakened, signal.SIGPIPE, signal.SIGXFSZ, signal.SIGQUIT):  # a shell's `&` has the last one ignored
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    os.chdir(str(request["cwd"]))
    argv, env = request["argv"], request["env"]
    assert isinstance(argv, list)  # noqa: S101  (child.py wrote it)
    assert isinstance(env, dict)  # noqa: S101  (child.py wrote it)
    os.execvpe(argv[0], argv, env)  # noqa: S606  (an argv list, no shell)


def _wait(pid: int, control: socket.socket, wakeups: socket.socket, memory_bytes: object) -> dict[str, object]:
    poll_seconds = _MEMORY_POLL_SECONDS if isinstance(memory_bytes, int) else None
    while True:
        ready, _, _ = select.select([control, wakeups], [], [], poll_seconds)
        status = _reap(pid)
        if status is not None:
            return {"status": status}
        if control in ready or (wakeups in ready and set(wakeups.recv(64)) - {signal.SIGCHLD}):
            return {"abandoned": True}
        if isinstance(memory_bytes, int) and _resident_bytes() > memory_bytes:
            return {"over_memory": True}


def _reap(wanted: int) -> int | None:
    """Collect every child that has ended; the wanted one's exit code, negative for a signal."""
    code = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return code
        if pid == 0:
            return code
        if pid == wanted:
            code = os.waitstatus_to_exitcode(status)


def _kill_descendants(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
    deadline = time.monotonic() + _KILL_SECONDS
    while time.monotonic() < deadline:
        for pid in _descendants():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        _reap(-1)
        try:
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        time.sleep(0.005)


def _descendants() -> Iterator[int]:
    parents = {}
    for name in os.listdir("/proc"):  # noqa: PTH208  (no pathlib here, see above)
        if name.isdecimal():
            with contextlib.suppress(OSError):
                # "pid (name) state ppid ...": the name may hold spaces and brackets
                stat = _read(f"/proc/{name}/stat").rpartition(b")")[2].split()
                parents[int(name)] = int(stat[1])
    family = {os.getpid()}
    grown = True
    while grown:
        new = {pid for pid, parent in parents.items() if parent in family} - family
        family |= new
        grown = bool(new)
    yield from family - {os.getpid()}


def _read(name: str) -> bytes:
    with open(name, "rb", buffering=0) as file:  # noqa: PTH123  (no pathlib here, see above)
        return file.read()


def _resident_bytes() -> int:
    total = 0
    for pid in _descendants():
        with contextlib.suppress(OSError, IndexError):
            total += int(_read(f"/proc/{pid}/statm").split()[1])
    return total * resource.getpagesize()


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""The parent's end of one child: spawn, send and receive without blocking, kill as a group.

The kernel ties a child's life to the thread that spawned it, so the thread that spawns a child must also outlive it.
"""

import contextlib
import importlib.util
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from debtd.adapters.cst_pool.wire import MAX_REPLY_BYTES, Garbage
from debtd.model.errors import ConfigError

_BOOT = "import sys; sys.path += sys.argv[2:]; from debtd.adapters.cst_pool.{module} import main; main()"
_CHUNK = 1 << 16


class ChildGone(Exception):
    """The child has ended, or closed its end."""


def _import_paths() -> list[str]:
    """The folders that hold debtd and what its children import; never the working folder by itself."""
    folders: dict[str, None] = {}
    for name in ("debtd", "libcst", "yaml"):
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin:
            folders[str(Path(spec.origin).resolve().parent.parent)] = None
    return list(folders)


def _environment() -> dict[str, str]:
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
    }


class Child:
    """One worker process in its own session, running `main` of the named module of this room. Leaving the context
    kills and reaps it. Raises ConfigError."""

    def __init__(self, module: str) -> None:
        argv = [sys.executable, "-P", "-c", _BOOT.format(module=module), str(os.getpid()), *_import_paths()]
        try:
            self._process = subprocess.Popen(
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=_environment(),
                start_new_session=True,
                bufsize=0,
            )
        except OSError as error:
            raise ConfigError(f"the LibCST worker process cannot be started: {error.strerror}.") from None
        assert self._process.stdin is not None  # noqa: S101  (a pipe, as asked)
        assert self._process.stdout is not None  # noqa: S101
        self._input, self._output = self._process.stdin, self._process.stdout
        os.set_blocking(self._input.fileno(), False)
        os.set_blocking(self._output.fileno(), False)
        self._unsent = b""
        self._received = bytearray()
        self._searched = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """End the whole session and reap. Safe to repeat."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)  # not reaped yet, so the id is still ours
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=5)
        self._input.close()
        self._output.close()

    def send(self, line: bytes) -> None:
        """Queue the line; `receive` keeps writing what the pipe does not take at once."""
        self._unsent += line
        self._write()

    def receive(self, seconds: float) -> bytes | None:
        """The next line without its end, or None when none came in time. Raises `ChildGone` and `Garbage`."""
        deadline = time.monotonic() + seconds
        late = False  # even then the pipe is looked at once: we may have slept longer than the child
        while True:
            line = self._next_line()
            if line is not None or late:
                return line
            left = max(0.0, deadline - time.monotonic())
            late = left == 0
            self._exchange(left)

    def _exchange(self, seconds: float) -> None:
        poll = select.poll()
        poll.register(self._output, select.POLLIN)
        if self._unsent:
            poll.register(self._input, select.POLLOUT)
        for descriptor, _ in poll.poll(max(1, int(seconds * 1_000))):
            if descriptor == self._output.fileno():
                self._read()
            else:
                self._write()

    def _read(self) -> None:
        try:
            chunk = os.read(self._output.fileno(), _CHUNK)
        except BlockingIOError:
            return
        if not chunk:
            raise ChildGone
        self._received += chunk
        if len(self._received) > 2 * MAX_REPLY_BYTES:
            raise Garbage("a line without an end")

    def _write(self) -> None:
        try:
            sent = os.write(self._input.fileno(), self._unsent)
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._unsent = b""  # its end shows on the other pipe, behind the answers that it still gave
            return
        self._unsent = self._unsent[sent:]

    def _next_line(self) -> bytes | None:
        end = self._received.find(b"\n", self._searched)
        if end < 0:
            self._searched = len(self._received)
            return None
        line = bytes(self._received[:end])
        del self._received[: end + 1]
        self._searched = 0
        if len(line) > MAX_REPLY_BYTES:
            raise Garbage("a line that is too long")
        return line

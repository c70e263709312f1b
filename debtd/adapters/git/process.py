"""The one place that runs git: an exact environment, fixed settings, limits, and faults as sentences.

Nothing of the parent's environment reaches git. Nothing here is secret: argv can be read by anyone.
"""

import contextlib
import functools
import os
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from debtd.adapters.display import shown
from debtd.adapters.git.environment import argv, environment
from debtd.adapters.git.failure import Failure, explain
from debtd.adapters.git.limits import limit_tree
from debtd.model.errors import ConfigError, RepoUnusable

# safe.bareRepository, transfer.credentialsInUrl and GIT_NO_LAZY_FETCH. Distributions backport security fixes without
# a new number, so later release lines are not checked to their patch level.
MINIMUM_GIT = (2, 39, 4)

_MAX_STDERR_BYTES = 64 * 1024
_CHUNK_BYTES = 64 * 1024


class EndOfOutput(Exception):
    """A reader needs more bytes than git wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One git command. `what` and `where` fill the sentence "git could not {what} {where}".

    `protocols` is the list of transports that it may use ("file", "https:ssh"; none by default). `git_dir` None lets
    git look for a repository from `directory` upwards. `inherit` are descriptors kept open in git and all its
    children: a lock stays held until the last of them has ended.
    """

    arguments: tuple[str, ...]
    what: str
    where: str
    directory: Path
    git_dir: Path | None = None
    protocols: str = ""
    settings: tuple[str, ...] = ()
    timeout_seconds: float = 300.0
    inherit: tuple[int, ...] = ()


def git_version() -> tuple[int, ...]:
    """The version of the git in use. Raises ConfigError when there is none."""
    words = run(Command(arguments=("version",), what="start", where="git", directory=Path("/"))).decode()
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", words)
    if found is None:
        raise ConfigError(f"git does not tell its version ({shown(words.strip())}); install git from git-scm.com")
    return tuple(int(number or 0) for number in found.groups())


def check_git_version() -> None:
    """Raises ConfigError when the git in use is too old to read hostile repositories."""
    version = git_version()
    if version < MINIMUM_GIT:
        have, need = (".".join(map(str, numbers)) for numbers in (version, MINIMUM_GIT))
        raise ConfigError(f"git {have} is too old; debtd needs git {need} or newer")


def run(command: Command, feed: Iterable[bytes] | None = None, max_output_bytes: int = 16 * 1024**2) -> bytes:
    """All that git writes to stdout. Raises RepoUnusable or Retryable when it fails or says too much."""
    with streaming(command, feed) as output:
        data = output.read(max_output_bytes + 1)
        if len(data) > max_output_bytes:
            raise RepoUnusable(f"git says more than {max_output_bytes} bytes about {shown(command.where)}")
    return data


@contextlib.contextmanager
def streaming(command: Command, feed: Iterable[bytes] | None = None) -> Iterator[IO[bytes]]:
    """Git's stdout while it runs; `feed` goes to its stdin from a thread, and without it stdin is empty.

    The context ends when git has ended: read to the end, or leave by an exception, which kills it with all its
    children. `EndOfOutput` from the reader becomes git's own failure.
    """
    running = _Running(command, feed)
    short = False
    try:
        yield running.stdout
    except EndOfOutput:
        short = True
    except BaseException:
        running.kill()
        raise
    finally:
        failure = running.finish()
    if failure is not None:
        raise explain(failure)
    if short:
        raise RepoUnusable(f"git gave a cut answer when asked to {command.what} {shown(command.where)}; run it again")


def exactly(stream: IO[bytes], size: int) -> bytes:
    """`size` bytes of the stream. Raises EndOfOutput when there are fewer."""
    data = stream.read(size)
    if len(data) < size:
        raise EndOfOutput
    return data


class _Running:
    """A started git with its helpers: a timer that kills the group, a thread for stdin, a thread for stderr."""

    def __init__(self, command: Command, feed: Iterable[bytes] | None) -> None:
        self.command = command
        self._lock = threading.Lock()
        self._ended = False
        self._timed_out = False
        self._stderr = b""
        git = _git()
        # Not in the command's folder: `-C` fails there with git's own words when it is missing.
        popen = subprocess.Popen(
            argv(git, ("-C", str(command.directory), *command.arguments), settings=command.settings),
            stdin=subprocess.DEVNULL if feed is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd="/",
            env=environment(git, command.protocols, command.git_dir),
            start_new_session=True,
            umask=0o077,
            pass_fds=command.inherit,
        )
        self._popen = popen
        self.stdout = cast("IO[bytes]", popen.stdout)
        limit_tree(popen.pid)
        self._timer = threading.Timer(command.timeout_seconds, self._time_out)
        self._timer.daemon = True
        self._helpers = [threading.Thread(target=self._drain, args=(popen.stderr,), daemon=True)]
        if feed is not None:
            self._helpers.append(threading.Thread(target=_feed, args=(popen.stdin, feed), daemon=True))
        for thread in (self._timer, *self._helpers):
            thread.start()

    def kill(self) -> None:
        with self._lock:
            if not self._ended:
                _kill_group(self._popen.pid)

    def finish(self) -> Failure | None:
        """Wait for the end, reap, and kill what git left behind; the failure when there is one."""
        try:
            os.waitid(os.P_PID, self._popen.pid, os.WEXITED | os.WNOWAIT)  # not reaped: its group id stays taken
        except BaseException:  # Ctrl-C while waiting: nothing may go on behind the user's back
            self.kill()
            raise
        with self._lock:
            self._ended = True
            _kill_group(self._popen.pid)
            status = self._popen.wait()
        self._timer.cancel()
        for thread in (self._timer, *self._helpers):
            thread.join(timeout=10)
        for stream in (self.stdout, self._popen.stderr):
            if stream is not None:
                stream.close()
        if status == 0 and not self._timed_out:
            return None
        return Failure(
            what=self.command.what,
            where=self.command.where,
            status=status,
            stderr=self._stderr.decode("utf-8", "replace"),
            timeout_seconds=self.command.timeout_seconds if self._timed_out else None,
        )

    def _time_out(self) -> None:
        with self._lock:
            if not self._ended:
                self._timed_out = True
                _kill_group(self._popen.pid)

    def _drain(self, stderr: IO[bytes]) -> None:
        with contextlib.suppress(ValueError, OSError):  # closed under us after git has ended
            while data := stderr.read1(_CHUNK_BYTES):  # type: ignore[attr-defined]  # a BufferedReader
                self._stderr = (self._stderr + data)[-_MAX_STDERR_BYTES:]


def _feed(stdin: IO[bytes], feed: Iterable[bytes]) -> None:
    try:
        with contextlib.suppress(BrokenPipeError):  # git ended early; its exit code and stderr say why
            for data in feed:
                stdin.write(data)
    finally:
        with contextlib.suppress(BrokenPipeError):
            stdin.close()


def _kill_group(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


@functools.cache
def _git() -> str:
    path = shutil.which("git")
    if path is None:
        raise ConfigError("git is not installed (no `git` on PATH); install git and start debtd again")
    return str(Path(path).absolute())

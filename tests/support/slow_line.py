"""The remote side of git behind a line that stops in the middle.

After so many bytes, sent by `upload-pack` or on their way to `receive-pack`, the process that is the line rings (see
doorbell.py) and waits: for SIGUSR1 to go on, or to be killed.
"""

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from debtd.adapters.git.mirror import Mirror
from debtd.adapters.git.process import Command
from tests.support.doorbell import Doorbell


def slow_line(service: str, after_bytes: int, bell: Doorbell) -> str:
    """What to give to `--upload-pack` or `--receive-pack`."""
    root = Path(__file__).parents[2]
    code = f"import sys; sys.path.insert(0, {str(root)!r}); from tests.support.slow_line import main; main()"
    return shlex.join([sys.executable, "-I", "-c", code, service, str(after_bytes), str(bell.path)])


def main() -> None:
    service, after_bytes, bell, repository = sys.argv[1:]
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    ours, theirs = os.pipe()
    # Whatever is inherited is passed on: it may be a lock, held until the last process of git has ended.
    if service == "upload-pack":
        git = subprocess.Popen(["git", service, repository], stdout=theirs, close_fds=False)
        source, target, given = ours, 1, theirs
    else:
        git = subprocess.Popen(["git", service, repository], stdin=ours, close_fds=False)
        source, target, given = 0, theirs, ours
    os.close(given)
    if _pass_on(source, target, int(after_bytes)):
        Path(bell).write_text(f"{os.getpid():20}")
        signal.sigwait({signal.SIGUSR1})
        _pass_on(source, target, sys.maxsize)
    os.close(target)
    sys.exit(git.wait())


def _pass_on(source: int, target: int, size: int) -> bool:
    """Whether so many bytes came before the end."""
    while size:
        data = os.read(source, min(size, 1 << 16))
        if not data:
            return False
        os.write(target, data)
        size -= len(data)
    return True


def slow_down(line: str) -> None:
    """From now on this process fetches and pushes over the line."""
    command = Mirror.command
    options = {"fetch": "--upload-pack", "push": "--receive-pack"}

    def slowly(mirror: Mirror, name: str, *arguments: str, **others: Any) -> Command:
        if name in options:
            kept = [argument for argument in arguments if not argument.startswith(options[name])]
            arguments = (f"{options[name]}={line}", *kept)
        return command(mirror, name, *arguments, **others)

    Mirror.command = slowly  # type: ignore[assignment,method-assign]

"""Limits on what a git command may take of the machine. Linux only, like the daemon."""

import contextlib
import resource
from pathlib import Path

MAX_FILE_BYTES = 8 * 1024**3
MAX_MEMORY_BYTES = 4 * 1024**3


def limit_tree(pid: int) -> None:
    """Limit a process just started, and the children that it has already.

    The limits are set from outside: doing it between fork and exec is not safe in a program with threads. A child
    forked after its parent's turn inherits them; one forked before is found here.
    """
    with contextlib.suppress(OSError):  # it has ended
        for kind, value in (
            (resource.RLIMIT_FSIZE, MAX_FILE_BYTES),
            (resource.RLIMIT_DATA, MAX_MEMORY_BYTES),
            (resource.RLIMIT_CORE, 0),
        ):
            _, hard = resource.prlimit(pid, kind)
            capped = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.prlimit(pid, kind, (capped, capped))
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in children.read_text().split():
                limit_tree(int(child))

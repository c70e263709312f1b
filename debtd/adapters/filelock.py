"""A lock between processes that a dead one cannot keep."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from debtd.model.errors import Retryable, StateUnusable

_POLL_SECONDS = 0.02


@contextlib.contextmanager
def locked(path: Path, what: str, wait_seconds: float = 120.0) -> Iterator[int]:
    """Hold the lock file `path` (created with its folder); yields its descriptor.

    The kernel frees it when the last descriptor is closed, so a killed process leaves nothing behind. A child that
    inherits the descriptor keeps the lock until it has ended too. Raises Retryable when another process holds it for
    `wait_seconds`; `what` names the thing that is in use.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise StateUnusable(f"{path} cannot be opened ({error.strerror}); check the state directory") from error
    try:
        _acquire(descriptor, what, wait_seconds)
        yield descriptor
    finally:
        os.close(descriptor)


def try_lock(descriptor: int) -> bool:
    """Whether the lock was free; it is held by `descriptor` then."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _acquire(descriptor: int, what: str, wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    while not try_lock(descriptor):
        if time.monotonic() > deadline:
            raise Retryable(f"{what} is in use by another debtd process; try again when it has ended")
        time.sleep(_POLL_SECONDS)

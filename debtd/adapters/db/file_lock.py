"""A lock between processes, freed by the system when its holder dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from debtd.model.errors import Retryable, StateUnusable

_POLL_SECONDS = 0.02


@contextmanager
def locked(path: Path, timeout_seconds: float) -> Iterator[None]:
    """Hold the lock file at `path` (made on demand, never removed). Raises StateUnusable and, late, Retryable."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise unusable_folder(path.parent, error) from error
    try:
        _acquire(handle, path, timeout_seconds)
        yield
    finally:
        os.close(handle)


def unusable_folder(folder: Path, error: OSError) -> StateUnusable:
    return StateUnusable(
        f"The state folder {folder} cannot be used ({error.strerror}); make it writable for this user, or choose"
        " another one."
    )


def _acquire(handle: int, path: Path, timeout_seconds: float) -> None:
    deadline = time.monotonic() + timeout_seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise Retryable(
                    f"Another process has been preparing the database for {timeout_seconds:.0f} seconds (it holds"
                    f" {path}); try again when it is done."
                ) from None
            time.sleep(_POLL_SECONDS)
        else:
            return

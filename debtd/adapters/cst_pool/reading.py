"""Reading one file of a repository in a child: a regular one, of bounded size, through no link."""

import os
import stat
from pathlib import Path

from debtd.model.coverage import SkipReason
from debtd.rulekit.text import Refused

MAX_BYTES = 1_000_000


def read_bytes(location: str) -> bytes:
    """The bytes of a regular file, no link followed, nothing waited for. Raises `Refused`."""
    try:
        descriptor = os.open(location, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if Path(location).is_symlink():
            raise Refused(SkipReason.SYMLINK, "a symbolic link is not followed") from None
        raise Refused(SkipReason.UNREADABLE, error.strerror or type(error).__name__) from None
    try:
        return _read(descriptor)
    except OSError as error:
        raise Refused(SkipReason.UNREADABLE, error.strerror or type(error).__name__) from None
    finally:
        os.close(descriptor)


def _read(descriptor: int) -> bytes:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise Refused(SkipReason.NOT_A_REGULAR_FILE, "this is not a regular file")
    if status.st_size > MAX_BYTES:
        raise Refused(SkipReason.TOO_LARGE, f"{status.st_size} bytes, more than {MAX_BYTES}")
    with os.fdopen(descriptor, "rb", closefd=False) as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Refused(SkipReason.TOO_LARGE, f"more than {MAX_BYTES} bytes")
    return data

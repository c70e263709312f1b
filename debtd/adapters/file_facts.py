"""Telling from a file's facts, without reading it, that its bytes are still those that were read.

As git does for its index: inode, size and both times must be equal, and the file must not have been written so shortly
before it was read that one more write would leave the same times.
"""

import os
import time
from typing import NamedTuple

_SECOND_NS = 1_000_000_000
_TICK_NS = 20_000_000  # file times move in ticks of at most 10 ms
_COARSE_NS = 2 * _SECOND_NS  # ... and in whole seconds, or pairs of them, on some file systems


class Facts(NamedTuple):
    """What changes whenever the file's bytes do, ticks aside."""

    device: int
    inode: int
    size: int
    modified_ns: int
    changed_ns: int


def facts_of(status: os.stat_result) -> Facts:
    return Facts(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def now_ns() -> int:
    """The time by the clock that stamps files."""
    return time.clock_gettime_ns(time.CLOCK_REALTIME)


def is_settled(facts: Facts, read_at_ns: int) -> bool:
    """Whether a write after `read_at_ns` would show in the facts."""
    margin = _TICK_NS if facts.changed_ns % _SECOND_NS else _COARSE_NS
    return facts.changed_ns + margin < read_at_ns

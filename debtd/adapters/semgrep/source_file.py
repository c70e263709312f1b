"""A source, read with suspicion: what stands at its location must be the file that was listed."""

import hashlib
import os
import stat
from dataclasses import dataclass

from debtd.adapters.semgrep.limits import MAX_FILE_BYTES
from debtd.model.coverage import SkipReason
from debtd.model.language import Language
from debtd.model.repo import Source
from debtd.rulekit.text import Refused, SourceText, decode_python, decode_utf8

_TICK_NS = 20_000_000  # twice the coarsest clock that Linux takes a file's times from
_OBJECT_HASHES = {40: "sha1", 64: "sha256"}


@dataclass(frozen=True, slots=True)
class FileState:
    """Which file it is and when it was last touched: the same before and after means not written to in between."""

    device: int
    inode: int
    size: int
    modified_ns: int
    changed_ns: int

    def is_settled(self, now_ns: int) -> bool:
        """Whether a write after `now_ns`, a time from the same clock, is certain to show."""
        return self.changed_ns < now_ns - _TICK_NS


def read_source(source: Source) -> tuple[SourceText, FileState]:
    """The text and the state in which it was read. Raises Refused."""
    if source.path.startswith("/") or ".." in source.path.split("/"):
        raise Refused(SkipReason.PATH_REFUSED, "the path leaves the repository")
    data, state = read_listed(source)
    text = decode_python(data) if source.language is Language.PYTHON else decode_utf8(data)
    return text, state


def read_listed(source: Source) -> tuple[bytes, FileState]:
    """The bytes that the source's blob id stands for. Never follows a link, never waits for a pipe. Raises Refused."""
    try:
        descriptor = os.open(source.location, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:  # noqa: PTH123  (a descriptor)
            facts = os.fstat(descriptor)
            if not stat.S_ISREG(facts.st_mode):
                raise Refused(SkipReason.NOT_A_REGULAR_FILE)
            data = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        raise Refused(SkipReason.UNREADABLE, getattr(error, "strerror", None) or str(error)) from None
    if len(data) > MAX_FILE_BYTES:
        raise Refused(SkipReason.TOO_LARGE, f"more than {MAX_FILE_BYTES} bytes")
    if not _is_blob(source.blob, data):
        raise Refused(SkipReason.UNREADABLE, "the file has changed since it was listed")
    return data, _state(facts)


def state_at(location: str) -> FileState | None:
    """What stands at the location now; None for nothing."""
    try:
        return _state(os.lstat(location))
    except OSError:
        return None


def _state(facts: os.stat_result) -> FileState:
    return FileState(facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns)


def _is_blob(blob: str, data: bytes) -> bool:
    name = _OBJECT_HASHES.get(len(blob), "sha1")
    return hashlib.new(name, b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest() == blob

"""A source, read with suspicion: what stands at its location must be the file that was listed."""

import hashlib
import os
import stat

from debtd.adapters.file_facts import Facts, facts_of
from debtd.adapters.semgrep.limits import MAX_FILE_BYTES
from debtd.model.coverage import SkipReason
from debtd.model.language import Language
from debtd.model.repo import Source
from debtd.rulekit.text import Refused, SourceText, decode_python, decode_utf8

_OBJECT_HASHES = {40: "sha1", 64: "sha256"}


def read_source(source: Source) -> tuple[SourceText, Facts]:
    """The text, and the file's facts before it was read. Raises Refused."""
    if source.path.startswith("/") or ".." in source.path.split("/"):
        raise Refused(SkipReason.PATH_REFUSED, "the path leaves the repository")
    data, facts = read_listed(source)
    text = decode_python(data) if source.language is Language.PYTHON else decode_utf8(data)
    return text, facts


def read_listed(source: Source) -> tuple[bytes, Facts]:
    """The bytes that the source's blob id stands for. Never follows a link, never waits for a pipe. Raises Refused."""
    try:
        descriptor = os.open(source.location, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:  # noqa: PTH123  (a descriptor)
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise Refused(SkipReason.NOT_A_REGULAR_FILE)
            data = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        raise Refused(SkipReason.UNREADABLE, getattr(error, "strerror", None) or str(error)) from None
    if len(data) > MAX_FILE_BYTES:
        raise Refused(SkipReason.TOO_LARGE, f"more than {MAX_FILE_BYTES} bytes")
    if not _is_blob(source.blob, data):
        raise Refused(SkipReason.UNREADABLE, "the file has changed since it was listed")
    return data, facts_of(status)


def facts_at(location: str) -> Facts | None:
    """Of what stands at the location now; None for nothing."""
    try:
        return facts_of(os.lstat(location))
    except OSError:
        return None


def _is_blob(blob: str, data: bytes) -> bool:
    name = _OBJECT_HASHES.get(len(blob), "sha1")
    return hashlib.new(name, b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest() == blob

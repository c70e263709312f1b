"""From a file's bytes to the text that an engine reads, and back to byte offsets of the file.

Engines work on UTF-8 without a byte order mark. Only encodings in which that is a plain, reversible mapping are
accepted; a codec that can make code out of comments (utf-7, unicode_escape, rot13 ...) is refused.
"""

import codecs
import re
from dataclasses import dataclass

from debtd.model.coverage import Skipped, SkipReason

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.ASCII)
_BLANK = re.compile(rb"^[ \t\f]*(?:[#\r\n]|$)", re.ASCII)
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"
_UTF8 = frozenset({"utf-8", "ascii"})
_SINGLE_BYTE = frozenset({"iso8859-1", "iso8859-15", "cp1252"})


class Refused(Exception):
    """The file is not read; `skipped` says why."""

    def __init__(self, reason: SkipReason, detail: str = "") -> None:
        super().__init__(detail or reason.value)
        self.skipped = Skipped(reason, detail)


@dataclass(frozen=True, slots=True)
class SourceText:
    """`utf8` is what engines read; `to_original` maps its byte offsets to offsets in `data`."""

    data: bytes
    utf8: bytes
    encoding: str
    bom_bytes: int

    def to_original(self, offset: int) -> int:
        if self.encoding in _UTF8:
            return offset + self.bom_bytes
        return len(self.utf8[:offset].decode("utf-8"))

    def encode(self, text: str) -> bytes:
        """Text in the file's own encoding; raises UnicodeEncodeError where it has no such character."""
        return text.encode(self.encoding)

    @property
    def text(self) -> str:
        return self.utf8.decode("utf-8")


def decode_python(data: bytes) -> SourceText:
    """Decode Python source by PEP 263, strictly. Raises `Refused`."""
    _refuse_what_is_no_source(data)
    bom_bytes = 3 if data.startswith(codecs.BOM_UTF8) else 0
    body = data[bom_bytes:]
    encoding = _declared_encoding(body)
    if bom_bytes and encoding != "utf-8":
        raise Refused(SkipReason.ENCODING, f"a UTF-8 byte order mark and the encoding {encoding!r}")
    try:
        utf8 = body if encoding in _UTF8 else body.decode(encoding).encode("utf-8")
        utf8.decode("ascii" if encoding == "ascii" else "utf-8")
    except UnicodeDecodeError as error:
        raise Refused(SkipReason.ENCODING, f"byte {error.start + bom_bytes} is not {encoding}") from None
    return SourceText(data, utf8, encoding, bom_bytes)


def decode_utf8(data: bytes) -> SourceText:
    """Source in a language without encoding declarations: UTF-8, with or without a byte order mark."""
    _refuse_what_is_no_source(data)
    bom_bytes = 3 if data.startswith(codecs.BOM_UTF8) else 0
    try:
        data[bom_bytes:].decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(SkipReason.ENCODING, f"byte {error.start + bom_bytes} is not utf-8") from None
    return SourceText(data, data[bom_bytes:], "utf-8", bom_bytes)


def _refuse_what_is_no_source(data: bytes) -> None:
    if b"\0" in data:
        raise Refused(SkipReason.NUL_BYTE, "the file contains a NUL byte")
    if data.startswith(_LFS_POINTER):
        raise Refused(SkipReason.SYNTAX, "a pointer of Git LFS stands here, not the file itself")


def _declared_encoding(body: bytes) -> str:
    for line in body[:4096].splitlines()[:2]:
        cookie = _COOKIE.match(line)
        if cookie:
            return _accepted_encoding(cookie.group(1).decode("ascii"))
        if not _BLANK.match(line):
            break
    return "utf-8"


def _accepted_encoding(name: str) -> str:
    try:
        canonical = codecs.lookup(name).name if len(name) <= 40 else ""
    except LookupError:
        canonical = ""
    if canonical == "utf-8-sig":
        canonical = "utf-8"
    if canonical not in _UTF8 | _SINGLE_BYTE:
        raise Refused(SkipReason.ENCODING, f"the encoding {name[:40]!r} is not read")
    return canonical

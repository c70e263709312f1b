"""Text that the databases would refuse, written reversibly."""

import re

# SQLite refuses surrogates (os.fsdecode makes them of bytes that are not UTF-8), PostgreSQL also refuses NUL. Each
# is written as SUBSTITUTE and four hexadecimal digits, and so is SUBSTITUTE itself: reversible, and rare enough
# that everything else stays readable in the database.
_UNSAFE = re.compile(r"[\x00\x1a\ud800-\udfff]")
_ESCAPED = re.compile(r"\x1a([0-9a-f]{4})")


def escape(text: str) -> str:
    """Any Python string as text that every database stores."""
    return _UNSAFE.sub(lambda found: f"\x1a{ord(found[0]):04x}", text)


def unescape(text: str) -> str:
    """What `escape` was given."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "\x1a" in text else text

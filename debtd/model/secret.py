"""Secrets: values without a repr, and the one redactor that knows them all."""

import base64
import re
import string

_PATTERNS = re.compile(
    r"(?P<userinfo>(?<=://)[^/\s:@]+:[^/\s@]+(?=@))"
    r"|\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,}"
    r"|sk-[\w-]{20,}|AKIA[0-9A-Z]{16})\b"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)
_SHORTEST = 6
_KNOWN: set[str] = set()  # every spelling of every secret that this process has held; they are few


class Secret:
    """A credential. Only `reveal` gives the text; repr, str and pickling do not. `redact` knows it from now on."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text
        if len(text) >= _SHORTEST:  # shorter ones would star out ordinary words
            _KNOWN.update({text, _in_url(text), *_in_base64(text)})

    def reveal(self) -> str:
        """The text, for the one place that sends it."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    def __reduce__(self) -> str:
        raise TypeError("a secret is not pickled")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


def redact(text: str) -> str:
    """The text with every known secret, and everything that looks like a credential, starred out."""
    for known in sorted(_KNOWN, key=len, reverse=True):
        text = text.replace(known, "***")
    return _PATTERNS.sub("***", text)


def _in_url(text: str) -> str:
    """The secret as it stands in a URL."""
    unreserved = string.ascii_letters + string.digits + "-._~"
    data = text.encode("utf-8", "surrogateescape")
    return "".join(chr(byte) if chr(byte) in unreserved else f"%{byte:02X}" for byte in data)


def _in_base64(text: str) -> set[str]:
    """What every base64 text that holds the secret contains, at each of the three possible offsets."""
    found = set()
    for offset in range(3):
        data = b"\0" * offset + text.encode("utf-8", "surrogateescape")
        whole = len(data) // 3 * 3
        inner = base64.b64encode(data[:whole]).decode()[4 if offset else 0 :]
        if len(inner) >= 8:
            found.add(inner)
    return found

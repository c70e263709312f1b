"""The identifiers of a Python file: which of a rule's words can stand in it. Linear, and most of it runs in C."""

import re

BACKSLASH = "\\"
"""Stands among the words of a file for a backslash that may begin no escape sequence, and among those of a rule that
looks for one."""

_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_ODD_BACKSLASH = re.compile(r"""\\[^\\\r\n'"abfnrtv0-7x]""")
_ASCII = "".join(chr(code) if chr(code).isalnum() or code == ord("_") else " " for code in range(128))


def identifiers(text: str) -> frozenset[str]:
    """Every identifier of the text, those in strings and comments included, and perhaps `BACKSLASH`."""
    if text.isascii():
        found = set(text.translate(_ASCII).split())
        numbers = [token for token in found if token[0] <= "9"]
        found.difference_update(numbers)
        found.update(name for token in numbers for name in _IDENTIFIER.findall(token))  # `5is x` is Python
    else:
        found = set(_IDENTIFIER.findall(text))
    if _ODD_BACKSLASH.search(text):
        found.add(BACKSLASH)
    return frozenset(found)

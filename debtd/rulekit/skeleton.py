r"""The code of a Python file without comments and without what stands in strings: where a rule's signs are looked for.

Every character keeps its place. Comments become blank; of a plain string its prefix and a quote at either end stay, and
a backslash behind the first one where it is not raw and has a backslash that may begin no escape sequence. A formatted
string may hold code, so it stays as it is. Linear, and most of it runs in C.
"""

import re

_TOKEN = re.compile(
    r"""(\#[^\r\n]*+
      | \"{3}(?:[^"\\]++|\\.|"(?!""))*+\"{3}
      | '{3}(?:[^'\\]++|\\.|'(?!''))*+'{3}
      | "(?:[^"\\\r\n]++|\\(?:\r\n|.))*+"
      | '(?:[^'\\\r\n]++|\\(?:\r\n|.))*+')""",
    re.VERBOSE | re.DOTALL,
)
_QUOTE = re.compile("[\"']")
_FORMATTED = re.compile(r"(?<!\w)(?:[fFtT][rR]?|[rR][fFtT])\Z")
_PREFIX = re.compile(r"(?<!\w)[bBrRuU]{1,2}\Z")
_ODD_IN_STRING = re.compile(r"""(?:[^\\]++|\\[\\\r\n'"abfnrtv0-7xNuU])*+\\.""", re.DOTALL)
_ODD_IN_BYTES = re.compile(r"""(?:[^\\]++|\\[\\\r\n'"abfnrtv0-7x])*+\\.""", re.DOTALL)


def skeleton(text: str) -> str | None:
    """The code alone; None where strings cannot be told from code for certain (errors, nested formatted strings)."""
    parts = _TOKEN.split(text)
    code, tokens = parts[::2], parts[1::2]
    for position, token in enumerate(tokens):
        if token[0] == "#":
            tokens[position] = " " * len(token)
            continue
        before = code[position][-3:]
        if before[-1:] in "fFtTrR" and _FORMATTED.search(before):
            # Behind a brace that stays open, a quote of the same kind may begin a string of its own.
            if "{{" in token or "}}" in token or token.count("{") != token.count("}"):
                return None
            continue
        mark = "\\" if "\\" in token and _has_odd_escape(before, token) else " "
        tokens[position] = f"'{mark}{' ' * (len(token) - 3)}'" if len(token) > 2 else "''"
    if any(map(_QUOTE.search, code)):
        return None
    parts[1::2] = tokens
    return "".join(parts)


def _has_odd_escape(before: str, token: str) -> bool:
    found = _PREFIX.search(before)
    prefix = found.group().lower() if found else ""
    odd = _ODD_IN_BYTES if "b" in prefix else _ODD_IN_STRING
    return "r" not in prefix and odd.match(token) is not None

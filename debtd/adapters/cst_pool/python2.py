"""Telling Python 2 from broken text: a name for what LibCST has refused already, never a refusal of its own."""

import re

# A closing quote may be missing: else each quote of an unclosed string would be tried anew.
_STRING_OR_COMMENT = re.compile(
    r"""(?P<comment>\#[^\r\n]*+)
    | \"{3}(?:[^"\\]++|\\.|"(?!""))*+(?:\"{3})?
    | '{3}(?:[^'\\]++|\\.|'(?!''))*+(?:'{3})?
    | "(?:[^"\\\r\n]++|\\.)*+"?
    | '(?:[^'\\\r\n]++|\\.)*+'?
    """,
    re.VERBOSE | re.DOTALL,
)
_START = r"(?:^[ \t]*+|[;:][ \t]*+)"
_OPERAND = r"(?!(?:and|or|not|if|else|in|is|for)\b)[\w\"]"
_SIGNS = {
    "a `print` statement": re.compile(_START + r"print[ \t]*+(?:\"|(?<=[ \t])" + _OPERAND + ")", re.MULTILINE),
    "an `exec` statement": re.compile(_START + r"exec[ \t]*+(?:\"|(?<=[ \t])" + _OPERAND + ")", re.MULTILINE),
    "`raise E, value`": re.compile(_START + r"raise[ \t]++[\w.]++(?:\([^()\n]*+\))?[ \t]*+,", re.MULTILINE),
    "`except E, e`": re.compile(r"^[ \t]*+except\b[^:,\n]*+,[ \t]*+\w++[ \t]*+:", re.MULTILINE),
    "backticks": re.compile(r"`[^`\n]++`"),
    "`<>`": re.compile(r"[\w)\]][ \t]*+<>[ \t]*+[\w(\[\"]"),
    "an octal number such as 0777": re.compile(r"(?<![\w.])0[0-7]++[lL]?(?![\w.])"),
    "a long number such as 10L": re.compile(r"(?<![\w.])(?:\d++|0[xX][\da-fA-F]++)[lL]\b"),
    'a ur"" string': re.compile(r"(?<!\w)[uU][rR]\""),
    "a parameter in parentheses": re.compile(r"^[ \t]*+def[ \t]++\w++\([^()=:\n]*+\(", re.MULTILINE),
}


def python2_sign(text: str) -> str:
    """What in the text is Python 2 and nothing else; "" when nothing is. Strings and comments do not count."""
    code = _STRING_OR_COMMENT.sub(lambda found: "" if found["comment"] else '""', text)
    return next((name for name, pattern in _SIGNS.items() if pattern.search(code)), "")

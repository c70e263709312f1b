"""Signs of Python 2 in a skeleton: such a file must be told, not closed because no rule can match in it."""

import re

_SIGNS = (
    re.compile(r"print(?<![\w.]print)(?:[ \t]++(?!(?:and|or|not|if|else|in|is|for)\b)[\w'\"]|'|[ \t]*+>>)"),
    re.compile(r"exec(?<![\w.]exec)(?:[ \t]++(?!(?:and|or|not|if|else|in|is|for)\b)[\w'\"]|')"),
    re.compile(r"raise(?<![\w.]raise)[ \t]++[\w.]++(?:\([^()\n]*+\))?[ \t]*+,"),
    re.compile(r"except(?<![\w.]except)\b[^:,\n(]*+,[ \t]*+\w++[ \t]*+:"),
    re.compile(r"`"),
    re.compile(r"<>"),
)


def may_be_python_2(code: str) -> bool:
    """Whether the code may be Python 2 and nothing else. Python 3 that looks so is rare, and costs time alone."""
    return any(sign.search(code) for sign in _SIGNS)

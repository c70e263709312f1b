"""What is refused before LibCST sees it, and what its refusals mean. All of it linear, in the child."""

import ast
import re

from debtd.adapters.cst_pool.python2 import python2_sign
from debtd.adapters.cst_pool.scanner import Scanner
from debtd.model.coverage import Skipped, SkipReason
from debtd.model.project import Project
from debtd.rulekit.text import Refused, SourceText

_PYTHON2_SHEBANG = re.compile(r"#![^\r\n]*\bpython2(?:\.\d+)?\b")


def check(source: SourceText, project: Project) -> None:
    """Raise `Refused` for text that is not given to LibCST: too deep, too long a chain, Python 2."""
    text = source.text
    if _PYTHON2_SHEBANG.match(text):
        raise Refused(SkipReason.PYTHON2, "the first line asks for Python 2")
    scanner = Scanner(text)
    scanner.run()
    if scanner.two_types_line and (project.min_python or (0, 0)) < (3, 14):
        raise Refused(
            SkipReason.PYTHON2,
            f"line {scanner.two_types_line}: `except A, B:` binds B in Python 2 and catches it in Python 3.14;"
            " declare `requires-python` or write parentheses",
        )


def explain(source: SourceText, skipped: Skipped) -> Skipped:
    """A better reason for LibCST's refusal: Python 2, or valid Python that it cannot read."""
    if skipped.reason is not SkipReason.SYNTAX:
        return skipped
    if _is_valid(source.text):
        return Skipped(SkipReason.PARSER_REFUSED, f"valid Python that LibCST does not read; {skipped.detail}")
    sign = python2_sign(source.text)
    return Skipped(SkipReason.PYTHON2, f"{sign} is Python 2") if sign else skipped


def _is_valid(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def unfixable(source: SourceText) -> Skipped | None:
    """Line ends whose positions engines and editors see differently: reported, never edited."""
    if b"\r" in source.data and b"\n" not in source.data:
        return Skipped(SkipReason.ROUND_TRIP, "lines end in a carriage return alone")
    if b"\r\r\n" in source.data:
        return Skipped(SkipReason.ROUND_TRIP, "lines end in two carriage returns and a newline")
    return None

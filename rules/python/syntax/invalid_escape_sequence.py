r"""A string literal has a backslash that begins no escape sequence, such as `"\d"`.

Python keeps such a backslash, but warns since 3.6, visibly so since 3.12, and will refuse it one day. A later edit that
puts an `n` or a `b` behind the backslash changes the string in silence.

Fix safety: safe. The value stays the same: the literal becomes a raw one where each of its backslashes is of this kind,
else these backslashes are doubled. A literal inside an f-string, and an f-string with backslashes in or just before
its braces, is reported without a fix.
"""

import re
from collections.abc import Sequence

import libcst as cst

from debtd.rulekit import BACKSLASH, INVALID_ESCAPE, Bad, Change, Node, Rule, RuleVisitor, Severity

_ESCAPE = re.compile(r"\\(.|\Z)", re.DOTALL)
_BYTES_ESCAPES = frozenset("\r\n\\'\"abfnrtv01234567x")
_STRING_ESCAPES = _BYTES_ESCAPES | frozenset("NuU")


class Visitor(RuleVisitor):
    def visit_SimpleString(self, node: cst.SimpleString) -> None:
        if "\\" not in node.value or "r" in node.prefix:
            return
        valid = _BYTES_ESCAPES if "b" in node.prefix else _STRING_ESCAPES
        start = self.span(node)[0]
        escapes = _escapes(node.value, start)
        if not any(_is_odd(character, valid) for _, character in escapes):
            return
        is_nested = any(isinstance(a, cst.FormattedString | cst.TemplatedString) for a in self.ancestors(node))
        self.report(node, *(() if is_nested else self._changes(start, node.prefix, escapes, valid)))

    def visit_FormattedString(self, node: cst.FormattedString) -> None:
        if "r" in node.prefix:
            return
        escapes: list[tuple[int, str]] = []
        for part in node.parts:
            if isinstance(part, cst.FormattedStringText):
                escapes += _escapes(part.value, self.span(part)[0])
        if not any(_is_odd(character, _STRING_ESCAPES) for _, character in escapes):
            return
        self.report(node, *self._formatted_changes(node, escapes))

    def _formatted_changes(self, node: cst.FormattedString, escapes: Sequence[tuple[int, str]]) -> tuple[Change, ...]:
        expressions = [self.text(part) for part in node.parts if not isinstance(part, cst.FormattedStringText)]
        is_nested = any(isinstance(a, cst.FormattedString | cst.TemplatedString) for a in self.ancestors(node))
        if is_nested or any("\\" in text for text in expressions):
            return ()
        if any(character in "N{}" for _, character in escapes):
            return ()
        return self._changes(self.span(node)[0], node.prefix, escapes, _STRING_ESCAPES)

    def _changes(
        self, start: int, prefix: str, escapes: Sequence[tuple[int, str]], valid: frozenset[str]
    ) -> tuple[Change, ...]:
        if "u" in prefix or any(character in valid for _, character in escapes):
            return tuple(Change(at, at, "\\") for at, character in escapes if _is_odd(character, valid))
        at = start + 1 if prefix == "b" else start
        touches_word = not prefix and self._ends_word(start)
        return (Change(at, at, " r" if touches_word else "r"),)

    def _ends_word(self, start: int) -> bool:
        before = self.view.utf8[max(start - 1, 0) : start]
        return before.isalnum() or before == b"_" or before > b"\x7f"


def _is_odd(character: str, valid: frozenset[str]) -> bool:
    """Whether Python warns of a backslash before the character; it takes one before a non-ASCII character as it is."""
    return character not in valid and character.isascii()


def _escapes(text: str, start: int) -> list[tuple[int, str]]:
    """Byte offset of each backslash that stands for itself or begins an escape, and the character behind it.

    The text of an f-string may end in a backslash: then a brace follows.
    """
    return [(start + len(text[: found.start()].encode()), found[1] or "{") for found in _ESCAPE.finditer(text)]


RULE = Rule(
    message="A backslash begins no escape sequence; make the literal raw or double the backslash.",
    detect=Visitor,
    words=((BACKSLASH,),),
    signs=(r"""\\[^\\\r\n"abfnrtv0-7x]""",),
    nodes=(Node(INVALID_ESCAPE),),
    severity=Severity.MEDIUM,
    effort_minutes=2,
    tags=("correctness", "strings", "syntax"),
    references=(
        "https://docs.python.org/3/reference/lexical_analysis.html#escape-sequences",
        "https://docs.python.org/3/whatsnew/3.12.html#other-language-changes",
    ),
    bad=(
        Bad('x = "\\d"  #: finding\n', 'x = r"\\d"\n'),
        Bad("x = '\\.\\w+'  #: finding\n", "x = r'\\.\\w+'\n"),
        Bad('x = "\\d\\n"  #: finding\n', 'x = "\\\\d\\n"\n'),
        Bad('x = "\\d\\\\"  #: finding\n', 'x = "\\\\d\\\\"\n'),
        Bad('x = "\\d\\""  #: finding\n', 'x = "\\\\d\\""\n'),
        Bad('x = u"\\d"  #: finding\n', 'x = u"\\\\d"\n'),
        Bad('x = U"\\d"  #: finding\n', 'x = U"\\\\d"\n'),
        Bad('x = b"\\d"  #: finding\n', 'x = br"\\d"\n'),
        Bad("x = B'\\N{a}\\u0041'  #: finding\n", "x = Br'\\N{a}\\u0041'\n"),
        Bad('x = b"\\u\\n"  #: finding\n', 'x = b"\\\\u\\n"\n'),
        Bad('x = "\\u00e9\\d"  #: finding\n', 'x = "\\u00e9\\\\d"\n'),
        Bad('x = "é\\é\\d\\t"  #: finding\n', 'x = "é\\é\\\\d\\t"\n'),
        Bad('x = "\\é\\d"  #: finding\n', 'x = r"\\é\\d"\n'),
        Bad('x = "\\8\\9"  #: finding\n', 'x = r"\\8\\9"\n'),
        Bad('x = "\\ "  #: finding\n', 'x = r"\\ "\n'),
        Bad(
            'def f():\n    """Match \\d.  #: finding\n\n    And \\w.\n    """\n',
            'def f():\n    r"""Match \\d.\n\n    And \\w.\n    """\n',
        ),
        Bad('x = """a\\d  #: finding\n\\\n"""\n', 'x = """a\\\\d\n\\\n"""\n'),
        Bad(
            'x = ("\\d"  #: finding\n     "a\\n"\n     "\\w")  #: finding\n', 'x = (r"\\d"\n     "a\\n"\n     r"\\w")\n'
        ),
        Bad('x = "a""\\d"  #: finding\n', 'x = "a"r"\\d"\n'),
        Bad('def f():\n    return"\\d"  #: finding\n', 'def f():\n    return r"\\d"\n'),
        Bad('x = y in"\\d"  # why  #: finding\n', 'x = y in r"\\d"  # why\n'),
        Bad('x = f"\\d{y}"  #: finding\n', 'x = rf"\\d{y}"\n'),
        Bad('x = f"{y}\\d{{3}}\\n"  #: finding\n', 'x = f"{y}\\\\d{{3}}\\n"\n'),
        Bad('x = F"{y:>{z}}\\d"  #: finding\n', 'x = rF"{y:>{z}}\\d"\n'),
        Bad('x = f"\\{y}"  #: finding\n', None),
        Bad('x = f"\\d\\N{DASH}"  #: finding\n', None),
    ),
    good=(
        'x = "\\\\d"\n',
        'x = r"\\d"\n',
        'x = Rb"\\d"\n',
        'x = rf"\\d{y}"\n',
        'x = "\\\\ \\\' \\" \\a \\b \\f \\n \\r \\t \\v"\n',
        'x = "\\0 \\12 \\377 \\x41 \\u0041 \\U00000041 \\N{SPACE}"\n',
        'x = b"\\0 \\x41 \\n"\n',
        'x = "a\\\nb"\n',
        'x = """a\\\nb"""\n',
        'x = f"\\n{y}\\t"\n',
        'x = f"{y:\\n}"\n',
        "x = 1 + \\\n    2\n",
        "# \\d\nx = 1\n",
        'x = "d"\n',
        'x = "\\é"\n',
        'x = "\\\\\\\\d"\n',
    ),
)

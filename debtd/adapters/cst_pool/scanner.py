"""Measure the shape of Python text without parsing it: one pass, linear on hostile input.

LibCST's parser recurses on brackets, chains and `case` patterns, some of them in exponential time, and nothing can
stop it. This scanner knows strings (replacement fields of f-strings and t-strings included), comments, brackets
and line starts, and raises `Refused` at the first place that goes beyond a limit. Text that it cannot follow, such
as an unclosed string, is none of its business: LibCST's tokenizer refuses that before it parses.
"""

import re
from typing import NoReturn

from debtd.model.coverage import SkipReason
from debtd.rulekit.text import Refused

MAX_BRACKETS = 64
MAX_PATTERN_BRACKETS = 6
MAX_CHAIN = 2_000
MAX_STRINGS = 10_000  # "a" "b" ...: cheap to parse, and real tables of text have thousands
MAX_INDENTS = 100

# Names, numbers and blanks are passed over in C. All repeats are possessive: there is nothing to backtrack into.
_TOKEN = re.compile(
    r"""(?:[ \t\f]++|\\(?:\r\n?|\n)|(?!(?:and|or|not|if|lambda|for|in|is|await)\b)[^\W\d]\w*+
      |0[xX][\da-fA-F_]++|0[bBoO][\d_]++|\.?\d[\d_.]*+(?:[eE][-+]?\d[\d_]*+)?[jJ]?)*+
    (?:
      (?P<newline>(?:(?:\#[^\r\n]*+)?(?:\r\n?|\n)[ \t\f]*+)++)
    | (?:\#[^\r\n]*+)
    | (?P<quote>\"{3}|'{3}|["'])
    | (?P<open>[(\[{])
    | (?P<close>[)\]}])
    | (?P<comma>,)
    | (?P<colon>:(?!=))
    | (?P<reset>[;=](?!=))
    | (?P<nest>lambda|for)
    | (?P<operator>\*\*|//|<<|>>|[<>=!:]=|[-+*/%@&|^~<>.]|[a-z]++)
    | (?:.)
    )""",
    re.VERBOSE | re.DOTALL,
)
_PLAIN = {
    "'": re.compile(r"(?:[^'\\\r\n]++|\\(?:\r\n|.))*+'", re.DOTALL),
    '"': re.compile(r'(?:[^"\\\r\n]++|\\(?:\r\n|.))*+"', re.DOTALL),
    "'''": re.compile(r"(?:[^'\\]++|\\.|'(?!''))*+'''", re.DOTALL),
    '"""': re.compile(r'(?:[^"\\]++|\\.|"(?!""))*+"""', re.DOTALL),
}
# The text of an f-string up to a brace or its closing quote; `\N{name}` is text.
_PIECE = re.compile(r"(?:[^{}'\"\\\r\n]++|\\N\{[\w -]*+\}|\\(?:\r\n|[^{}])|\\)*+", re.DOTALL)
_FORMATTED = re.compile(r"(?<!\w)(?:[fFtT][rR]?|[rR][fFtT])\Z")
_WORD = re.compile(r"[^\W\d]\w*+")
_HAS_MATCH = re.compile(r"^[ \t\f]*+match\b(?![ \t]*=)", re.MULTILINE)
_EXCEPT_STAR = re.compile(r"except[ \t]*+\*")
_LINE_END = re.compile(r"\r\n?|\n")
_PRINT = re.compile(r"(?<![\w.])print[ \t]*\Z")


class _Level:
    """One open bracket. `chain` counts operators since the last separator, `nests` those that commas do not end,
    `strings` literals in a row.

    `field` is set for a replacement field: the quote of its string, and whether it stands in a format spec.
    """

    __slots__ = ("chain", "field", "nests", "strings")

    def __init__(self, field: tuple[str, bool] | None = None) -> None:
        self.chain = 0
        self.nests = 0
        self.strings = 0
        self.field = field


class Scanner:
    """`Scanner(text).run()` raises `Refused`, or says by `two_types_line` where `except A, B:` stands (0: nowhere).

    Two types without parentheses are Python 3.14, and were something else in Python 2.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self._levels = [_Level()]
        self._indents: list[list[int]] = []  # [width, elifs in a row]
        self._word = ""
        self._commas = 0
        self._has_match = _HAS_MATCH.search(text) is not None
        self.two_types_line = 0

    def run(self) -> None:
        self._start_line(0)
        handlers = (  # in the order of the groups of _TOKEN
            self._newline,
            self._quote,
            self._open,
            self._close,
            self._comma,
            self._colon,
            self._reset,
            self._nest,
            self._operator,
        )
        text, match_token = self._text, _TOKEN.match
        match = match_token(text)
        while match is not None:
            self._position = match.end()
            group = match.lastindex
            if group is not None:
                handlers[group - 1](match[group])
            match = match_token(text, self._position)

    # -- lines -----------------------------------------------------------------------------------------------

    def _newline(self, sign: str) -> None:
        if len(self._levels) == 1:
            self._levels[0] = _Level()
            self._start_line(max(sign.rfind("\n"), sign.rfind("\r")) + 1 - len(sign))

    def _start_line(self, back: int) -> None:
        """A logical line begins at the position; its indentation is the `-back` characters before."""
        indent = self._text[self._position + back : self._position]
        found = _WORD.match(self._text, self._position)
        self._word = found.group() if found else ""
        self._commas = 0
        if _EXCEPT_STAR.match(self._text, self._position):
            self._word = ""  # has been Python 3 from its first day
        self._indent(len(indent.rpartition("\f")[2].expandtabs(8)))

    def _indent(self, width: int) -> None:
        indents = self._indents
        while indents and indents[-1][0] > width:
            indents.pop()
        if not indents or indents[-1][0] < width:
            indents.append([width, 0])
            if len(indents) > MAX_INDENTS:
                self._refuse(SkipReason.SYNTAX, f"more than {MAX_INDENTS - 1} levels of indentation")
        elif self._word == "elif":
            indents[-1][1] += 1
            if indents[-1][1] > MAX_CHAIN:
                self._refuse(SkipReason.CHAIN, f"more than {MAX_CHAIN} `elif` in a row")
        else:
            indents[-1][1] = 0

    # -- brackets and strings --------------------------------------------------------------------------------

    def _open(self, _sign: str) -> None:
        self._count(self._levels[-1])
        self._push(_Level())

    def _push(self, level: _Level) -> None:
        self._levels.append(level)
        depth = len(self._levels) - 1
        if depth > MAX_BRACKETS:
            self._refuse(SkipReason.DEPTH, f"more than {MAX_BRACKETS} brackets inside one another")
        if depth > MAX_PATTERN_BRACKETS and self._word == "case" and self._has_match:
            self._refuse(SkipReason.PATTERN_DEPTH, f"a pattern with more than {MAX_PATTERN_BRACKETS} brackets deep")

    def _close(self, sign: str) -> None:
        if len(self._levels) == 1:
            return
        field = self._levels[-1].field
        if field is None:
            self._levels.pop()
        elif sign == "}":
            self._levels.pop()
            self._formatted(field[0], in_spec=field[1])

    def _quote(self, quote: str) -> None:
        level = self._levels[-1]
        level.strings += 1
        if level.strings > MAX_STRINGS:
            self._refuse(SkipReason.CHAIN, f"more than {MAX_STRINGS} strings in a row")
        start = self._position - len(quote)
        if self._text[start : start + 2] == quote * 2:
            self._position += 1
        elif _FORMATTED.search(self._text, max(0, start - 3), start):
            self._formatted(quote, in_spec=False)
        else:
            closed = _PLAIN[quote].match(self._text, self._position)
            self._position = closed.end() if closed else len(self._text)

    def _formatted(self, quote: str, *, in_spec: bool) -> None:
        """Pass over text of an f-string to its end, or to a replacement field, whose level is opened.

        With `in_spec` the text is the format spec of the innermost field.
        """
        text = self._text
        while True:
            found = _PIECE.match(text, self._position)
            start = self._position = found.end() if found else self._position
            here = text[start : start + 1]
            if text.startswith(quote, start):
                self._position += len(quote)
                if in_spec:
                    self._levels.pop()
                return
            if not here or (here in "\r\n" and len(quote) == 1):
                self._position = len(text)
                return
            self._position += 1
            if not in_spec and here in "{}" and text.startswith(here * 2, start):
                self._position += 1
            elif here == "{":
                self._push(_Level(field=(quote, in_spec)))
                return
            elif here == "}" and in_spec:
                _, in_spec = self._levels.pop().field or (quote, False)

    # -- chains ----------------------------------------------------------------------------------------------

    def _count(self, level: _Level) -> None:
        level.strings = 0
        level.chain += 1
        if level.chain > MAX_CHAIN:
            self._refuse_chain()

    def _operator(self, sign: str) -> None:
        level = self._levels[-1]
        if sign == ":=" and level.field:
            self._position -= 1
            self._formatted(level.field[0], in_spec=True)
            return
        if len(self._levels) == 1:
            if sign == "if" and self._word == "case":
                self._word = ""
            if sign == ">>" and _PRINT.search(self._text, max(0, self._position - 20), self._position - 2):
                self._refuse(SkipReason.PYTHON2, "`print >>` is a statement of Python 2")
        level.strings = 0
        level.chain += 1
        if level.chain > MAX_CHAIN:
            self._refuse_chain()

    def _nest(self, sign: str) -> None:
        level = self._levels[-1]
        level.strings = 0
        level.nests += 1
        if level.nests > MAX_CHAIN:
            self._refuse(SkipReason.CHAIN, f"an expression with more than {MAX_CHAIN} `{sign}`")

    def _comma(self, _sign: str) -> None:
        level = self._levels[-1]
        level.chain = 0
        level.strings = 0
        if len(self._levels) == 1:
            self._commas += 1

    def _reset(self, sign: str) -> None:
        self._separate()
        if sign == ";":
            self._levels[-1].nests = 0

    def _colon(self, _sign: str) -> None:
        level = self._levels[-1]
        if level.field:
            self._formatted(level.field[0], in_spec=True)
            return
        self._separate()
        if len(self._levels) == 1:
            if self._word == "except" and self._commas == 1:
                self.two_types_line = self.two_types_line or self._line()
            self._word = ""

    def _separate(self) -> None:
        level = self._levels[-1]
        level.chain = 0
        level.strings = 0

    def _line(self) -> int:
        return len(_LINE_END.findall(self._text, 0, self._position)) + 1

    def _refuse_chain(self) -> NoReturn:
        self._refuse(SkipReason.CHAIN, f"an expression with more than {MAX_CHAIN} operators in a row")

    def _refuse(self, reason: SkipReason, why: str) -> NoReturn:
        raise Refused(reason, f"line {self._line()}: {why}")

"""A file is opened with a mode that says no more than a shorter one, or by the old name `io.open`.

Text and reading are the defaults of `open`, `t` adds nothing, and `io.open` is the builtin itself. The flag `U` has
had no effect since Python 3.0 and is an error since 3.11.

Fix safety: safe. Only a literal mode of the builtin is shortened, or dropped where no positional argument follows it;
modes that Python refuses are left alone. An `import io` stays.
"""

from collections.abc import Sequence
from itertools import permutations

import libcst as cst

from debtd.rulekit import Bad, Change, Node, Rule, RuleVisitor, Severity

_FLAGS = frozenset("rwaxbtU+")


class Visitor(RuleVisitor):
    def visit_Call(self, node: cst.Call) -> None:
        if not self.is_builtin(node.func, "open"):
            if self.imported_name(node.func) != "io.open":
                return
            self._report_name(node.func)
        position = _mode_position(node.args)
        if position is None:
            return
        literal = node.args[position].value
        if isinstance(literal, cst.SimpleString) and literal.prefix in {"", "u", "r"}:
            self._report_mode(node.args, position, literal)

    def _report_name(self, name: cst.BaseExpression) -> None:
        if isinstance(name, cst.Attribute) and self.has_builtin(name, "open") and not self.is_version_branch(name):
            changes = () if self.has_comment(*self.span(name)) else (self.replace(name, "open"),)
            self.report(name, *changes, message="`io.open` is the builtin `open`.")

    def _report_mode(self, arguments: Sequence[cst.Arg], position: int, literal: cst.SimpleString) -> None:
        mode = literal.raw_value
        shorter = _shorter_mode(mode)
        if shorter == "r" and _can_drop(arguments, position):
            self.report(literal, *self._drop(arguments, position))
        elif shorter not in {mode, None}:
            start = self.span(literal)[0] + len(literal.prefix) + len(literal.quote)
            self.report(literal, Change(start, start + len(mode), str(shorter)))

    def _drop(self, arguments: Sequence[cst.Arg], position: int) -> tuple[Change, ...]:
        start, end = self.span(arguments[position])
        if position > 0:
            start = self.span(arguments[position - 1])[1]
        else:
            end = self.span(arguments[position + 1])[0]
        return () if self.has_comment(start, end) else (Change(start, end, ""),)


def _mode_position(arguments: Sequence[cst.Arg]) -> int | None:
    """Where the mode stands: the second positional argument, or the keyword `mode`."""
    for position, argument in enumerate(arguments):
        if argument.keyword is not None:
            if argument.keyword.value == "mode":
                return position
        elif argument.star == "*":
            continue
        elif position == 1 and not arguments[0].star and not argument.star:
            return position
    return None


def _shorter_mode(mode: str) -> str | None:
    """The shortest equal mode; None for one that Python refuses."""
    flags = set(mode)
    if flags - _FLAGS or len(flags) < len(mode) or {"t", "b"} <= flags:
        return None
    if "U" in flags:
        if flags & set("wax+"):
            return None
        flags.add("r")
    if len(flags & set("rwax")) != 1:
        return None
    rest = mode.replace("t", "").replace("U", "")
    return rest if flags & set("rwax") <= set(rest) else "r" + rest


def _can_drop(arguments: Sequence[cst.Arg], position: int) -> bool:
    if len(arguments) == 1:
        return False
    if arguments[position].keyword is not None:
        return True
    return all(argument.keyword is not None or argument.star == "**" for argument in arguments[position + 1 :])


_WORDY = tuple(
    mode
    for length in range(1, 5)
    for mode in map("".join, permutations(sorted(_FLAGS), length))
    if _shorter_mode(mode) == "r" or _shorter_mode(mode) not in {mode, None}
)
_OPEN = Node("Name", id="open")
_MODE = Node("Constant", value=_WORDY)

RULE = Rule(
    message="A shorter mode, or none, opens the file in the same way.",
    detect=Visitor,
    words=(("open",),),
    names=("io.open",),
    signs=(
        r"\bopen[\s\\)]*+\(...[,(\s][\s\\(]*+[rRuU]?'",
        r"\bopen[\s\\)]*+\(...\bmode =",
        r"\. open\b",
        r"\bio import\b",
    ),
    nodes=(
        Node("Call", func=_OPEN, args=_MODE),
        Node("Call", func=_OPEN, keywords=Node("keyword", arg="mode", value=_MODE)),
    ),
    severity=Severity.LOW,
    effort_minutes=1,
    tags=("python3", "syntax"),
    references=(
        "https://docs.python.org/3/library/functions.html#open",
        "https://docs.python.org/3/library/io.html#io.open",
    ),
    fix_from=(3, 0),
    bad=(
        Bad("import io as i\ni.open(f)  #: finding\n", "import io as i\nopen(f)\n"),
        Bad(
            "from io import open as o\no(f, 'rb')\no(f, 'r')  #: finding\n",
            "from io import open as o\no(f, 'rb')\no(f)\n",
        ),
        Bad('open(f, "r")  #: finding\n', "open(f)\n"),
        Bad('with open("a", "rt") as f:  #: finding\n    pass\n', 'with open("a") as f:\n    pass\n'),
        Bad("open(f, 'U')  #: finding\n", "open(f)\n"),
        Bad('open(f, "rU", encoding="utf-8")  #: finding\n', 'open(f, encoding="utf-8")\n'),
        Bad('open(f, mode="r", encoding="utf-8")  #: finding\n', 'open(f, encoding="utf-8")\n'),
        Bad('open(mode="rt", file=f)  #: finding\n', "open(file=f)\n"),
        Bad('open(f, "wt")  #: finding\n', 'open(f, "w")\n'),
        Bad('open(f, mode="at")  #: finding\n', 'open(f, mode="a")\n'),
        Bad('open(f, "xt+")  #: finding\n', 'open(f, "x+")\n'),
        Bad('open(f, "r+t")  #: finding\n', 'open(f, "r+")\n'),
        Bad('open(f, "Ub")  #: finding\n', 'open(f, "rb")\n'),
        Bad('open(f, "rbU")  #: finding\n', 'open(f, "rb")\n'),
        Bad('open(f, "rU", 1)  #: finding\n', 'open(f, "r", 1)\n'),
        Bad('open(f, "rt", *more)  #: finding\n', 'open(f, "r", *more)\n'),
        Bad('open(f, "r", **more)  #: finding\n', "open(f, **more)\n"),
        Bad('open(f, u"wt")  #: finding\n', 'open(f, u"w")\n'),
        Bad('open(f, ("r"),)  #: finding\n', "open(f,)\n"),
        Bad(
            'open(\n    f,  # the name\n    "w"\n    "t",\n    encoding="utf-8",\n)\nopen(g, "r")  #: finding\n',
            'open(\n    f,  # the name\n    "w"\n    "t",\n    encoding="utf-8",\n)\nopen(g)\n',
        ),
        Bad('open(\n    f,\n    "r",  #: finding\n)  # why\n', "open(\n    f,\n)  # why\n"),
        Bad('open(\n    f,  # the name\n    "r",  #: finding\n)\n', None),
        Bad("import io\nio.open(f)  #: finding\n", "import io\nopen(f)\n"),
        Bad('import io\nio.open(f, "r", encoding="utf-8")  #: finding\n', 'import io\nopen(f, encoding="utf-8")\n'),
        Bad('from io import open\nopen(f, "r")  #: finding\n', "from io import open\nopen(f)\n"),
        Bad('open(open("a", "r").read(), "rt")  #: finding\n', 'open(open("a").read())\n'),
        Bad(
            'class C:\n    def open(self):\n        return open(self.name, "r")  #: finding\n',
            "class C:\n    def open(self):\n        return open(self.name)\n",
        ),
        Bad("print(f\"{open(f, 'r')}\")  #: finding\n", 'print(f"{open(f)}")\n'),
    ),
    good=(
        "open(f)\n",
        'open(f, "rb")\n',
        'open(f, "w")\n',
        'open(f, "r", 1)\n',
        'open(f, "r+")\n',
        'open(f, "br")\n',
        "open(f, mode)\n",
        'open(f, "r" if text else "rb")\n',
        'open(f, "r" "t")\n',
        'open(f, f"r")\n',
        'open(f, b"r")\n',
        'open(f, "wU")\n',
        'open(f, "rU+")\n',
        'open(f, "Ux")\n',
        'open(f, "rw")\n',
        'open(f, "rtb")\n',
        'open(f, "t")\n',
        'open(f, "rr")\n',
        'open(f, "")\n',
        'open(*names, "r")\n',
        'open(mode="r")\n',
        'open("r")\n',
        'open(f, encoding="r")\n',
        'path.open("r")\n',
        'import os\nos.open(f, "r")\n',
        'import codecs\ncodecs.open(f, "r")\n',
        'from codecs import open\nopen(f, "r")\n',
        'import gzip\ngzip.open(f, "rt")\n',
        'def open(*a):\n    pass\nopen(f, "r")\n',
        'def g(open):\n    open(f, "r")\n',
        'from os import *\nopen(f, "r")\n',
        "import io\nopen = None\nio.open(f)\n",
        "import io\nopener = io.open\n",
        "from .io import open\nopen(f, 'r')\n",
        "import io\nimport sys\nif sys.version_info < (3,):\n    x = io.open(f)\n",
        'match x:\n    case open:\n        open(f, "r")\n',
    ),
)

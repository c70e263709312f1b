"""The syntax rules against oracles: the interpreter itself says whether a fix kept the meaning."""

import __future__

import ast
import asyncio
import concurrent.futures
import io
import itertools
import mmap
import os
import random
import select
import socket
import warnings
from pathlib import Path

import pytest

from debtd.model.project import Project
from debtd.rulekit.engine import run_rules
from debtd.rulekit.examples import fix_text
from debtd.rulekit.loader import load_rules
from debtd.rulekit.text import decode_python

FAMILY = Path(__file__).parents[2] / "rules" / "python" / "syntax"
RULES = {rule.id: rule for rule in load_rules([FAMILY])}
PROJECT = Project(min_python=(3, 14), declared_in="the test")


def fixed(text: str, *rule_ids: str, project: Project = PROJECT) -> str:
    rules = [RULES[rule_id] for rule_id in rule_ids or RULES]
    return fix_text(text, run_rules(decode_python(text.encode()), "a.py", rules, project))


def reported_lines(text: str, rule_id: str) -> set[int]:
    return {match.span.line for match in run_rules(decode_python(text.encode()), "a.py", [RULES[rule_id]], PROJECT)}


def warns_of(line: str, words: str) -> bool:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        compile(line, "line", "exec")
    return any(words in str(warning.message) for warning in caught)


def is_code(line: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(line, "line", "exec")
        except (SyntaxError, ValueError):
            return False
    return True


def value_of(line: str) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return eval(line, {"y": 7, "w": 3})  # noqa: S307


# -- literals --------------------------------------------------------------------------------------------------

PIECES = (
    *("\\" + character for character in "abdfnrtuvwxNU08 .({}\"'\\é_-"),
    *(
        "\\x41",
        "\\u0041",
        "\\N{EM DASH}",
        "\\U00000041",
        "\\12",
        "a",
        "é",
        " ",
        "'",
        '"',
        "{{",
        "}}",
        "{y}",
        "{y!r:>{w}}",
    ),
)


def literals(prefixes: tuple[str, ...], count: int) -> list[str]:
    chooser = random.Random(1)  # noqa: S311
    found: list[str] = []
    while len(found) < count:
        quote = chooser.choice(("'", '"', "'''", '"""'))
        body = "".join(chooser.choices(PIECES, k=chooser.randint(0, 5)))
        line = f"{chooser.choice(prefixes)}{quote}{body}{quote}"
        if is_code(line):
            found.append(line)
    return found


@pytest.mark.parametrize("prefixes", [("",), ("b", "B"), ("u", "U"), ("r", "Rb", "bR"), ("f", "F")], ids="-".join)
def test_escapes_keep_the_value_and_silence_the_interpreter(prefixes: tuple[str, ...]) -> None:
    before = literals(prefixes, 1500)
    text = "\n".join(before) + "\n"
    after = fixed(text, "invalid-escape-sequence").splitlines()
    warned = {number for number, line in enumerate(before, 1) if warns_of(line, "invalid escape")}
    assert [value_of(line) for line in after] == [value_of(line) for line in before]
    assert reported_lines(text, "invalid-escape-sequence") == warned
    assert {n for n, line in enumerate(after, 1) if after[n - 1] != before[n - 1] and warns_of(line, "escape")} == set()
    if "f" not in prefixes:
        assert {n for n in warned if after[n - 1] == before[n - 1]} == set()


def test_escapes_and_prefixes_compose() -> None:
    before = literals(("u", "U", "", "b"), 800)
    after = fixed("\n".join(before) + "\n").splitlines()
    assert [value_of(line) for line in after] == [value_of(line) for line in before]
    assert not any(line.startswith(("u", "U")) for line in after)


def test_adjacent_literals_keep_their_value() -> None:
    chooser = random.Random(2)  # noqa: S311
    atoms = ('""', "''", 'u""', "U''", 'u"a"', "'b'", 'u"""c"""', '"""d"""', "r'e'", '"\\d"', "'\\w\\n'", "u'\\d'")
    before = [line for _ in range(600) if is_code(line := "".join(chooser.choices(atoms, k=chooser.randint(2, 4))))]
    after = fixed("\n".join(before) + "\n").splitlines()
    assert [ast.literal_eval(line) for line in after] == [value_of(line) for line in before]


# -- comparisons -----------------------------------------------------------------------------------------------

OPERANDS = (
    *("5", "-1", "+1", "~1", "1.5", "2j", '"a"', 'b"a"', '"a" "b"', "()", "(1,)", "(1, None)", "(-1, ())", "(...,)"),
    *("None", "True", "False", "...", "Ellipsis", "x", "(1, x)", "[]", "{}", "{1}", "[1]", "x[0]", "not_1", "(5)"),
    *("x + 1", "- x", "x.y", "int", "NotImplemented"),
)


def test_identity_is_changed_exactly_where_the_interpreter_warns() -> None:
    lines = [f"q {operator} {operand}" for operator in ("is", "is not") for operand in OPERANDS]
    lines += [f"{operand} is q" for operand in OPERANDS]
    lines += [f"q < {operand} is not q == 1" for operand in OPERANDS]
    for line in lines:
        after = fixed(line + "\n", "identity-comparison-with-literal")[:-1]
        assert (after != line) == warns_of(line, "with a literal"), line
        assert not warns_of(after, "with a literal")


# -- open ------------------------------------------------------------------------------------------------------


def test_every_shortened_mode_opens_alike(tmp_path: Path) -> None:
    def opened(mode: str) -> object:
        path = tmp_path / "file"
        path.unlink(missing_ok=True)
        if "x" not in mode:
            path.write_bytes(b"a\r\nb")
        try:
            with io.open(path, mode) as file:  # noqa: UP020
                return type(file), file.readable(), file.writable(), file.tell(), path.stat().st_size
        except ValueError:
            return None

    modes = {"".join(p) for length in (1, 2, 3, 4) for p in itertools.product("rwaxtb+", repeat=length)}
    text = "".join(f"open(f, {mode!r})\n" for mode in sorted(modes))
    for mode, line in zip(sorted(modes), fixed(text, "redundant-open-mode").splitlines(), strict=True):
        call = ast.parse(line, mode="eval").body
        assert isinstance(call, ast.Call)
        shorter = "r" if len(call.args) == 1 else ast.literal_eval(call.args[1])
        if shorter != mode:
            assert opened(mode) == opened(shorter) is not None, mode
        elif mode != "r":
            assert "t" not in mode or opened(mode) is None, mode


# -- names -----------------------------------------------------------------------------------------------------


def test_the_aliases_are_the_objects_they_are_replaced_by() -> None:
    same = (IOError, EnvironmentError, socket.error, select.error, os.error)
    assert all(alias is OSError for alias in (*same, vars(mmap)["error"]))
    assert socket.timeout is asyncio.TimeoutError is concurrent.futures.TimeoutError is TimeoutError


def test_only_mandatory_features_are_unneeded() -> None:
    for name in __future__.all_feature_names:
        lines = reported_lines(f"from __future__ import {name}\n", "unneeded-future-import")
        mandatory = getattr(__future__, name).getMandatoryRelease()
        assert bool(lines) == (mandatory is not None and mandatory[:2] <= (3, 7)), name


# -- programs --------------------------------------------------------------------------------------------------

EXPRESSIONS = (
    "set([t(1), t(2), t(1)])",
    "set((t(1),))",
    "set([])",
    "set(())",
    "set([*t([1, 2]), t(3)])",
    "set([t(x) for x in t([1, 2]) if t(x)])",
    "set(t(x) for x in t([1, 2]))",
    "dict([(t(1), t(2)), (t(3), t(4)), (t(1), t(5))])",
    "dict(((t(1), t(2)),))",
    "dict([(t(1), dict([(t(2), set([t(3)])), ]))])",
    "dict((t(x), t(x + 1)) for x in t([1, 2]))",
    "dict([(t(x), t(x + 1)) for x in t([1, 2])])",
    "dict((lambda: 1, 2)for x in [])",
    "dict([(1 if t(0) else 2, t(3)), ])",
    "list([t(1), t(2)])",
    "list((t(1),))",
    "list(t(x) for x in t([1, 2]))",
    "list((t(x) for x in t([1, 2])),)",
    "list([t(x) for x in t([1, 2])])",
    "tuple([t(1)])",
    "tuple([t(1), ])",
    "tuple([t(1), t(2)])[1:]",
    "tuple([])",
    "tuple([*t([1, 2])])",
    "'%s %s' % tuple([t(1), t(2)])",
    "[tuple([x]) for x in tuple([1, 2])]",
    "list(tuple([x, set([x])]) for x in t([1, 2]))",
    "set([(1, 2), tuple([1, 2])]) == set(((1, 2),))",
    "f'{set([t(1)])} {dict([(t(1), t(2))])}'",
    "[(z := 1), set([z])]",
    "dict([]) or dict(()) or list([]) or list(()) or tuple(())",
)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_collections_are_equal_and_built_in_the_same_order(expression: str) -> None:
    def run(code: str) -> tuple[object, object, list[object]]:
        trace: list[object] = []

        def t(value: object) -> object:
            trace.append(value)
            return value

        value = eval(code, {"t": t})  # noqa: S307
        return type(value), value if "lambda" not in code else len(value), trace

    after = fixed(expression + "\n", "collection-call-on-literal")[:-1]
    assert run(after) == run(expression)
    assert ("(t(" in after) or after != expression


SUPER_PROGRAM = """
class A:
    def __new__(cls, *a):
        log.append(("new", cls.__name__))
        return super(A, cls).__new__(cls)
    def __init__(self, *a):
        log.append("A.init")
    @classmethod
    def make(cls):
        return cls.__name__
    @property
    def size(self):
        return 1
    def f(self):
        yield "A.f"
    @staticmethod
    def s(x):
        return "A.s"

class B(A):
    def __init__(self, *a):
        super(B, self).__init__(*a)
        log.append("B.init")
    @classmethod
    def make(cls):
        return super(B, cls).make() + "!"
    @property
    def size(this):
        return super(B, this).size + 1
    def f(self):
        yield from super(B, self).f()
        yield [super(B, self).size for _ in range(2)]
        yield (lambda: super(B, self).size)()
    def g(self):
        self = B()
        return super(B, self).size
    class B(A):
        def size2(self):
            return super(B, self)

class C(B):
    if True:
        def f(self):
            def inner(self):
                return super(C, self).size
            yield from super(C, self).f()
            yield inner(self)

def outer():
    class C(A):
        def f(self):
            return list(super(C, self).f())
    return C

log.append((B().make(), B().size, list(B().f()), B().g(), list(C().f()), outer()().f()))
try:
    B.B().size2()
except TypeError as error:
    log.append("TypeError")
"""


def test_super_without_arguments_runs_alike() -> None:
    def run(code: str) -> list[object]:
        names: dict[str, object] = {"log": []}
        exec(code, names)  # noqa: S102
        log = names["log"]
        assert isinstance(log, list)
        return log

    after = fixed(SUPER_PROGRAM, "super-with-arguments")
    assert run(after) == run(SUPER_PROGRAM)
    assert (after.count("super()"), after.count("super(B, self)"), after.count("super(C, self)")) == (7, 4, 1)


def test_all_rules_at_once_make_no_conflict_and_reach_an_end() -> None:
    text = (
        '"""Doc."""\nfrom __future__ import division, print_function\nimport io, socket\n'
        "class C(object):\n    def f(self):\n"
        '        with io.open(u"\\d", "rt") as f:\n'
        '            super(C, self).f(dict([(u"\\w\\n", tuple([u"a"]))]), f is 5, set([b"\\d", u"\\d"]))\n'
        '        raise socket.error(u"%s" % list(x for x in (u"a"u"b",)))\n'
    )
    after = fixed(text)
    assert after == (
        '"""Doc."""\nimport io, socket\n'
        "class C:\n    def f(self):\n"
        '        with open("\\\\d") as f:\n'
        '            super().f({"\\\\w\\n": ("a",)}, f == 5, {br"\\d", "\\\\d"})\n'
        '        raise OSError("%s" % [x for x in ("a" "b",)])\n'
    )
    assert fixed(after) == after


@pytest.mark.parametrize("rule_id", sorted(RULES))
def test_a_rule_leaves_the_other_bytes_of_odd_files_alone(rule_id: str) -> None:
    rule = RULES[rule_id]
    before = rule.bad[0].before.replace("  #: finding", "")
    text = "# é\n" + before.rstrip("\n")
    after = rule.bad[0].after
    assert after is not None
    assert fixed(text, rule_id).rstrip("\n") == ("# é\n" + after).rstrip("\n")
    crlf = text.replace("\n", "\r\n")
    assert fixed(crlf, rule_id).rstrip("\r\n") == ("# é\n" + after).rstrip("\n").replace("\n", "\r\n")

"""What the guards refuse, and above all what they let through."""

import sysconfig
from pathlib import Path

import pytest

from debtd.adapters.cst_pool.guards import check, explain, unfixable
from debtd.model.coverage import Skipped, SkipReason
from debtd.model.project import Project
from debtd.rulekit.text import Refused, decode_python


def refusal(text: str, project: Project | None = None) -> str:
    """The reason of the refusal, or "" for text that is let through."""
    try:
        check(decode_python(text.encode()), project or Project())
    except Refused as refused:
        return refused.skipped.reason
    return ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x = '" + "(" * 200 + "'\n",
        'x = """' + "(" * 200 + '"""\n',
        "x = r'\\'  # " + "(" * 200 + "\n",
        "x = '\\\\'  # " + "(" * 200 + "\n",
        "# " + "(" * 200 + "\n",
        'x = f"' + "(" * 200 + '"\n',
        'x = f"' + "{{" * 200 + '"\n',
        'x = f"{a}' + "[" * 200 + '{b}"\n',
        "x = f'{a:{'>'}{10}}' + f\"{d['k']!r:>10}\"\n" + "y = '" + "(" * 200 + "'\n",
        'x = rf"\\{a}\\N{b}"; y = f"\\N{BULLET}"\n# ' + "(" * 200,
        'x = 1 if"' + "{" * 200 + '"else"' + "{" * 200 + '"\n',
        "x = (1)\n" * 500,
        "f(a.b, c + d)\n" * 3_000,
        "x = [" + "a + b, " * 3_000 + "]\n",
        "x = {" + "a: b.c, " * 3_000 + "}\n",
        "x = [" + "1.5e-3, " * 3_000 + "]\n",
        "x = (" + '"a"\n' * 3_000 + ")\n",
        "if a:\n    pass\nelif b:\n    pass\n" * 1_500,
        "for x in y: pass\n" * 3_000,
        "case(((((((((1)))))))))\n",
        "match x:\n    case [a]: f(((((((((1)))))))))\n",
        "match x:\n    case [a] if f(((((((((1))))))))): pass\n",
        "match x:\n    case [[[[[[a]]]]]]: pass\n",
        "match = case = 1\ncase[f(((((((((1)))))))))] = 1\n",
        "except_ = a, b\n",
        "try: pass\nexcept (A, B): pass\n",
        "try: pass\nexcept (A, B) as e: x = 1, 2\n",
        "try: pass\nexcept A: x = 1, 2\n",
        "try: pass\nexcept* A, B: pass\n",
        "try: pass\nexcept A, B, C: pass\n",
        "try: pass\nexcept f(a, b): pass\n",
        "x.print >> y\nprint(a) >> b\nf(print >> a)\n",
        "#!/usr/bin/env python3\n",
        "# python2\n",
    ],
)
def test_ordinary_text_is_let_through(text: str) -> None:
    assert refusal(text) == ""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x = " + "(" * 65 + ")" * 65, SkipReason.DEPTH),
        ("x = '''\n''' " + "[(" * 33, SkipReason.DEPTH),
        ("x = f'{" + "(" * 65 + "}'", SkipReason.DEPTH),
        ("x = f'{a:{" + "(" * 65 + "}}'", SkipReason.DEPTH),
        ("x = f'{{{" + "(" * 65 + "}}}'", SkipReason.DEPTH),
        ("x = rb'\\' + '" + "(" * 65, SkipReason.DEPTH),
        ('x = f"""{f\'{f\'{1}\'}\'}""" + ' + "(" * 65, SkipReason.DEPTH),
        ("x = t'{" + "f(" * 65 + "}'", SkipReason.DEPTH),
        ("match x:\n  case [[[[[[[a]]]]]]]: pass", SkipReason.PATTERN_DEPTH),
        ("match x:\n\n  # why\n\n  case A(\n   k=A(k=A(k=A(k=A(k=A(k=A(1))))))): pass", SkipReason.PATTERN_DEPTH),
        ("match x:\n  case 1: pass\n  case[[[[[[[a]]]]]]]: pass", SkipReason.PATTERN_DEPTH),
        ("x = " + "a.b + " * 1_001 + "c", SkipReason.CHAIN),
        ("x = " + "1if 1else " * 2_001 + "c", SkipReason.CHAIN),
        ("x = " + "0xfor " * 2_001 + "c", SkipReason.CHAIN),
        ("x = " + "0o7or " * 2_001 + "c", SkipReason.CHAIN),
        ("x = " + "lambda a, b=(1, 2): " * 2_001 + "c", SkipReason.CHAIN),
        ("x = (" + "'a' " * 10_001 + ")", SkipReason.CHAIN),
        ("if a: pass\n" + "elif a:\n  x = 1\n" * 2_001, SkipReason.CHAIN),
        ("a = b" + "\\\n.c" * 2_001, SkipReason.CHAIN),
        ("".join(" " * n + "if 1:\n" for n in range(101)) + " " * 101 + "pass", SkipReason.SYNTAX),
        ("try: pass\nexcept A, e: pass", SkipReason.PYTHON2),
        ("try: pass\nexcept (A, B), e: pass", SkipReason.PYTHON2),
        ("try: pass\nexcept A, \\\n e: pass", SkipReason.PYTHON2),
        ("if x:\n    print >>f, 'a'", SkipReason.PYTHON2),
        ("if x: print>>f", SkipReason.PYTHON2),
        ("#!/usr/bin/python2\n", SkipReason.PYTHON2),
        ("#! /usr/bin/env python2.7\n", SkipReason.PYTHON2),
    ],
)
def test_what_would_hurt_is_refused(text: str, reason: SkipReason) -> None:
    assert refusal(text) == reason


def test_the_reason_says_the_line() -> None:
    with pytest.raises(Refused, match=r"line 3: more than 64 brackets inside one another"):
        check(decode_python(b"x = 1\r\ny = 2\r\nz = " + b"(" * 65), Project())


def test_the_standard_library_is_let_through() -> None:
    folder = Path(sysconfig.get_path("stdlib"))
    files = [path for path in sorted(folder.glob("*.py")) if path.stat().st_size <= 1_000_000]
    assert len(files) > 150

    refused = {path.name: refusal(path.read_text("utf-8")) for path in files}

    assert {name: reason for name, reason in refused.items() if reason} == {}


SYNTAX = Skipped(SkipReason.SYNTAX, "line 1: expected something")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x = = 1", SkipReason.SYNTAX),
        ("'print x'; = 1  # print x", SkipReason.SYNTAX),
        ("print(x) y", SkipReason.SYNTAX),
        ("x = print in y z", SkipReason.SYNTAX),
        ("<<<<<<< HEAD", SkipReason.SYNTAX),
        ("(x): int = 1", SkipReason.PARSER_REFUSED),
        ("print x", SkipReason.PYTHON2),
        ("if a: print 'x' % y", SkipReason.PYTHON2),
        ("exec code in scope", SkipReason.PYTHON2),
        ("raise ValueError, 'x'", SkipReason.PYTHON2),
        ("def f(a, (b, c)): pass", SkipReason.PYTHON2),
        ("mode = 0644", SkipReason.PYTHON2),
    ],
)
def test_a_refusal_by_the_parser_is_explained(text: str, reason: SkipReason) -> None:
    assert explain(decode_python(text.encode()), SYNTAX).reason is reason


def test_other_refusals_are_left_as_they_are() -> None:
    other = Skipped(SkipReason.PARSER_REFUSED, "TypeError")
    assert explain(decode_python(b"print x"), other) is other


@pytest.mark.parametrize(
    ("data", "is_unfixable"),
    [(b"a\n", False), (b"a\r\nb\r\n", False), (b"a\rb\nc", False), (b"", False), (b"a\rb\r", True), (b"a\r\r\n", True)],
)
def test_line_ends_that_are_never_edited(data: bytes, is_unfixable: bool) -> None:
    assert (unfixable(decode_python(data)) is not None) is is_unfixable

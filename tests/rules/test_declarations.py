"""A declaration may only rule out what LibCST would not report: on every example, however it is written."""

import io
import textwrap
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from debtd.adapters.cst_pool.pool import CstDetector
from debtd.model.project import Project
from debtd.rulekit.engine import run_rules
from debtd.rulekit.identifiers import identifiers
from debtd.rulekit.loader import load_rules
from debtd.rulekit.rule import Rule, SemgrepPattern, strip_marks
from debtd.rulekit.sieve import Sieve
from debtd.rulekit.text import Refused, decode_python
from tests.support.cst import CountingProgress, source_at

RULE_FOLDER = Path(__file__).parents[2] / "rules"
RULES = [rule for rule in load_rules([RULE_FOLDER]) if not isinstance(rule.detect, SemgrepPattern)]
MODERN = Project(min_python=(3, 14), declared_in="the test")
STDLIB = Path(io.__file__).parent


def examples() -> Iterator[tuple[Rule, str]]:
    for rule in RULES:
        for example in rule.bad:
            yield rule, strip_marks(example.before)


def rewritten(text: str, inside: str, outside: str) -> str:
    """The same tokens with other gaps: `inside` brackets and `outside` of them."""
    depth, previous, parts = 0, None, []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in {tokenize.NL, tokenize.COMMENT} and depth:
            continue
        if previous is not None and previous.end[0] == token.start[0] and token.string:
            glued = previous.type == tokenize.NAME and previous.string in "rRbBuU"
            keeps = token.type in {tokenize.NEWLINE, tokenize.COMMENT, tokenize.NL} or glued
            between = inside if depth else outside
            gap = text.splitlines()[token.start[0] - 1][previous.end[1] : token.start[1]]
            parts.append(gap if keeps or previous.type in {tokenize.INDENT, tokenize.DEDENT} else between)
        elif depth:
            parts.append(inside)
        elif previous is None or previous.end[0] != token.start[0]:
            parts.append(" " * token.start[1] if token.type not in {tokenize.INDENT, tokenize.ENDMARKER} else "")
        depth += token.string in {"(", "[", "{"} and token.type == tokenize.OP
        depth -= token.string in {")", "]", "}"} and token.type == tokenize.OP
        parts.append(token.string)
        previous = token
    return "".join(parts)


def variants(text: str) -> Iterator[str]:
    yield text
    yield text.replace("\n", "\r\n")
    yield "if a:\n    pass\nelse:\n" + textwrap.indent(text, "    ")
    yield "match a:\n  case 1:\n" + textwrap.indent(text, "     ")
    yield "def f():\n\t" + text.replace("\n", "\n\t").rstrip("\t")
    yield "x = '''\nis \"\n''' ; y = f'{x!r:>{1}}'  # it's\n" + text
    yield "class A:\n  b = [(((({()}))))]\n" + textwrap.indent(text, "  ")
    for inside, outside in (("\n  # it's (\n", " \\\n "), ("  ", "\t"), ("\n", "  ")):
        try:
            yield rewritten(text, inside, outside)
        except (tokenize.TokenError, IndentationError):
            continue


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_what_libcst_reports_passes_the_sieve(rule: Rule) -> None:
    sieve = Sieve([r.declaration for r in RULES])
    reported = 0
    for _, example in filter(lambda pair: pair[0] is rule, examples()):
        for text in variants(example):
            try:
                found = run_rules(decode_python(text.encode()), "a.py", [rule], MODERN)
            except Refused:
                continue
            if found:
                reported += 1
                wanted = sieve.wanted(identifiers(text))
                assert rule.id in wanted, text
                assert rule.id in sieve.candidates(text, wanted), text
    assert reported > len(rule.bad)


def test_the_fast_way_reports_what_the_slow_way_reports() -> None:
    """On code that nobody wrote for this: a part of the standard library."""
    sources = [source_at(path) for path in sorted(STDLIB.glob("*.py"))[::5]]
    fast, slow = (
        CstDetector([RULE_FOLDER], 2, sieve=sieve).detect(sources, RULES, MODERN, CountingProgress())
        for sieve in (True, False)
    )
    assert fast.matches == slow.matches
    assert len(fast.matches) > 20
    assert fast.fired == slow.fired == {rule.id for rule in RULES}
    assert set(fast.skipped) <= set(slow.skipped)
    assert fast.broken == slow.broken == {}

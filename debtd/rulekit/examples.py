"""Check a LibCST rule against its own examples. Used by the tests, by `debtd rules check`, and by nobody else."""

import traceback
from collections.abc import Iterator
from textwrap import indent

from debtd.model.edit import EditConflict, apply_edits, merge_edits
from debtd.model.finding import Match
from debtd.model.project import Project
from debtd.rulekit.engine import run_rules
from debtd.rulekit.identifiers import identifiers
from debtd.rulekit.rule import Bad, Rule, SemgrepPattern, marked_lines, strip_marks
from debtd.rulekit.sieve import Sieve
from debtd.rulekit.text import Refused, decode_python

_PROJECT = Project(min_python=(3, 14), declared_in="the example")


def example_problems(rule: Rule) -> tuple[str, ...]:
    """One sentence for every broken promise; empty when the rule keeps all of them."""
    try:
        return tuple(_problems(rule))
    except (Refused, EditConflict) as error:
        return (f"an example cannot be processed: {error}",)
    except Exception as error:  # noqa: BLE001  (a rule may fail in any way; its author is told how and where)
        return (f"the rule fails on an example: {type(error).__name__}: {error}{_line_in(rule, error)}",)


def _line_in(rule: Rule, error: Exception) -> str:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == rule.path]
    return f" (line {lines[-1]})" if lines else ""


def _problems(rule: Rule) -> Iterator[str]:
    for number, good in enumerate(rule.good, 1):
        found = _run(rule, good, _PROJECT)
        if found:
            yield f"good example {number} is reported on line {found[0].span.line}: {found[0].line_text}"
    for number, bad in enumerate(rule.bad, 1):
        for problem in _bad_problems(rule, bad):
            yield f"bad example {number}: {problem}"


def _bad_problems(rule: Rule, bad: Bad) -> Iterator[str]:
    project = Project(min_python=bad.min_python, declared_in="the example")
    before = strip_marks(bad.before)
    found = _run(rule, before, project)
    lines = tuple(sorted({match.span.line for match in found}))
    sieve = Sieve([rule.declaration])
    if not sieve.candidates(before, sieve.wanted(identifiers(before))):
        yield "`words`, `signs`, `names` and `nodes` do not let it through"
    if lines != marked_lines(bad.before):
        yield f"reported on lines {lines}, marked are {marked_lines(bad.before)}"
    fixed = fix_text(before, found)
    if fixed != (before if bad.after is None else bad.after):
        yield f"the fix gives {fixed!r}"
        return
    if bad.after is None:
        return
    left = [match for match in _run(rule, fixed, project) if match.edits]
    if left:
        yield f"the fixed text still has a fix on line {left[0].span.line}"
    unknown = fix_text(before, _run(rule, before, Project()))
    if rule.fix_from is not None and unknown != before:
        yield "the fix is applied although the project declares no Python version"
    if rule.fix_from is not None and _run(rule, before, Project(min_python=(2, 7), declared_in="x")):
        yield "reported although the project supports Python 2.7"


def fix_text(text: str, matches: tuple[Match, ...]) -> str:
    """The text with all edits of the matches applied."""
    edits = merge_edits(edit for match in matches for edit in match.edits)
    return apply_edits(text.encode("utf-8"), edits).decode("utf-8")


def _run(rule: Rule, text: str, project: Project) -> tuple[Match, ...]:
    return run_rules(decode_python(text.encode("utf-8")), "example.py", (rule,), project)


def shown_examples(rule: Rule) -> tuple[str, ...]:
    """The examples as text for a person: before and after, then what stays."""
    if isinstance(rule.detect, SemgrepPattern):
        return (indent(rule.detect.example.rstrip(), "    "),)
    shown = [_shown(bad) for bad in rule.bad]
    good = "\n\n".join(indent(text.rstrip(), "    ") for text in rule.good)
    return (*shown, f"Left alone:\n\n{good}")


def _shown(bad: Bad) -> str:
    before = indent(strip_marks(bad.before).rstrip(), "    ")
    if bad.after is None:
        return f"Reported, without a fix:\n\n{before}"
    return f"Before:\n\n{before}\n\nAfter:\n\n{indent(bad.after.rstrip(), '    ')}"

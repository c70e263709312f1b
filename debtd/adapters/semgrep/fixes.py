"""From a rule's filled-in fix to the smallest edit that makes it."""

from debtd.adapters.semgrep.dialect import metavariables
from debtd.model.coverage import Skipped, SkipReason
from debtd.model.edit import Edit
from debtd.rulekit.rule import Rule, SemgrepPattern
from debtd.rulekit.text import SourceText

_COMMENT_MARKS = ("//", "/*", "#")

RenderedFix = str | None
"""The text that replaces the match; None when there is no fix, or none that is whole."""


def rendered_fix(rule: Rule, message: str, separator: str) -> RenderedFix:
    """Take the fix out of a match's message (see dialect.py)."""
    fix = rule.detect.body.get("fix") if isinstance(rule.detect, SemgrepPattern) else None
    if not isinstance(fix, str):
        return None
    names = metavariables(fix)
    parts = message.split(separator)
    if len(parts) != len(names) + 3 or any(name == value for name, value in zip(names, parts[2:], strict=False)):
        return None
    return parts[1].rstrip()  # as `semgrep --autofix` does


def edit_of(
    source: SourceText, start: int, end: int, fixes: set[RenderedFix]
) -> tuple[tuple[Edit, ...], Skipped | None]:
    """The edit, or why there is none. The span is in `source.utf8`, the edit in the file's own bytes."""
    if len(fixes) > 1:
        return (), Skipped(SkipReason.NO_FIX, "the rule matches this place in more than one way")
    (fix,) = fixes
    if fix is None:
        return (), Skipped(SkipReason.NO_FIX, "the rule has no certain fix for this place")
    if b"\r\n" in source.utf8:
        fix = fix.replace("\r\n", "\n").replace("\n", "\r\n")
    before = source.utf8[start:end].decode("utf-8")
    if _balance(before) != _balance(fix):
        # seen: the text of a template literal comes without its closing quote
        return (), Skipped(SkipReason.NO_FIX, "the fix would leave a quote or a bracket open")
    head = _common(before, fix)
    tail = _common(before[head:][::-1], fix[head:][::-1])
    old, new = before[head : len(before) - tail], fix[head : len(fix) - tail]
    if old == new:
        return (), Skipped(SkipReason.NO_FIX, "the fix changes nothing here")
    if any(old.count(mark) > new.count(mark) for mark in _COMMENT_MARKS):
        return (), Skipped(SkipReason.NO_FIX, "the fix would drop a comment")
    first = start + len(before[:head].encode("utf-8"))
    file_start, file_end = source.to_original(first), source.to_original(first + len(old.encode("utf-8")))
    try:
        replacement = source.encode(new)
    except UnicodeEncodeError:
        return (), Skipped(SkipReason.ENCODING, f"the fix cannot be written in {source.encoding}")
    return (Edit(file_start, file_end, replacement, source.data[file_start:file_end]),), None


def _common(first: str, second: str) -> int:
    """How many characters both begin with."""
    shorter = min(len(first), len(second))
    return next((i for i in range(shorter) if first[i] != second[i]), shorter)


def _balance(text: str) -> tuple[int, ...]:
    """How many more brackets open than close, of each kind; and whether each quote comes in pairs."""
    brackets = (text.count(pair[0]) - text.count(pair[1]) for pair in ("()", "[]", "{}"))
    return (*brackets, *(text.count(quote) % 2 for quote in "\"'`"))

"""Check semgrep rules against their own examples: two runs of the engine, however many rules."""

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from debtd.adapters.scratch import TemporaryScratch
from debtd.adapters.semgrep.detector import SemgrepDetector
from debtd.model.edit import EditConflict, apply_edits, merge_edits
from debtd.model.finding import Match
from debtd.model.language import language_of
from debtd.model.project import Project
from debtd.model.scan import Detection
from debtd.rulekit.rule import Rule, SemgrepPattern

_MARK = re.compile(r"\bruleid:\s*([\w-]+)")


class _Quiet:
    def start(self, stage: str, total: int) -> None: ...

    def advance(self, stage: str, count: int = 1) -> None: ...


def pattern_problems(rules: Sequence[Rule]) -> dict[str, tuple[str, ...]]:
    """One sentence for every broken promise, by rule id; rules that keep all of theirs have none."""
    patterns = {rule.id: rule.detect for rule in rules if isinstance(rule.detect, SemgrepPattern)}
    seen = _detect(rules, {_path(rule_id, p): p.example for rule_id, p in patterns.items()})
    fixed_texts = {_path(rule_id, p): p.fixed for rule_id, p in patterns.items() if p.fixed is not None}
    again = _detect(rules, fixed_texts) if fixed_texts else Detection()
    problems = {rule_id: tuple(_problems(rule_id, p, seen, again)) for rule_id, p in patterns.items()}
    return {rule_id: found for rule_id, found in problems.items() if found}


def _path(rule_id: str, pattern: SemgrepPattern) -> str:
    return f"{rule_id}{PurePosixPath(pattern.example_name).suffix}"


def _detect(rules: Sequence[Rule], texts: Mapping[str, str]) -> Detection:
    files = [(path, text.encode("utf-8"), language) for path, text in texts.items() if (language := language_of(path))]
    with tempfile.TemporaryDirectory(prefix="debtd-") as name, TemporaryScratch(Path(name)).sources(files) as sources:
        return SemgrepDetector(Path(name)).detect(sources, rules, Project(), _Quiet())


def _problems(rule_id: str, pattern: SemgrepPattern, seen: Detection, again: Detection) -> Iterator[str]:
    path = _path(rule_id, pattern)
    if rule_id in seen.broken:
        yield seen.broken[rule_id]
        return
    if path in seen.skipped:
        yield f"the example cannot be read in full: {seen.skipped[path].reason} {seen.skipped[path].detail}"
    found = [m for m in seen.matches if m.path == path and m.rule_id == rule_id]
    lines, marked = sorted({m.span.line for m in found}), sorted(set(_marked(pattern.example, rule_id)))
    if lines != marked:
        yield f"reported on lines {lines}, marked are {marked}"
    if pattern.fixed is None:
        return
    if _fixed(pattern.example, found) != pattern.fixed:
        yield f"the fix does not give {path.replace('.', '.fixed.')}"
    if any(m.path == path and m.rule_id == rule_id and m.edits for m in again.matches):
        yield "the fixed text would be changed again"


def _marked(text: str, rule_id: str) -> Iterator[int]:
    """The 1-based lines behind the marks."""
    for number, line in enumerate(text.split("\n"), 1):
        if any(found.group(1) == rule_id for found in _MARK.finditer(line)):
            yield number + 1


def _fixed(text: str, found: Sequence[Match]) -> str | None:
    try:
        return apply_edits(text.encode("utf-8"), merge_edits(e for m in found for e in m.edits)).decode("utf-8")
    except EditConflict:
        return None

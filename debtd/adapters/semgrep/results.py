"""From semgrep's report to a detection, in the offsets of the repository's own bytes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from debtd.adapters.semgrep.fixes import RenderedFix, edit_of, rendered_fix
from debtd.adapters.semgrep.report import Hit, Report
from debtd.adapters.semgrep.tree import Planted, Tree
from debtd.model.coverage import Skipped, SkipReason
from debtd.model.finding import Match
from debtd.model.inline import silence_request
from debtd.model.scan import Detection
from debtd.rulekit.lines import MAX_TEXT, Lines
from debtd.rulekit.rule import Rule
from debtd.rulekit.text import SourceText

MAX_MATCHES_PER_FILE = 1_000


def detection_of(report: Report, tree: Tree, rules: Sequence[Rule]) -> Detection:
    """All planted sources end as scanned in full, or in `skipped`."""
    skipped = dict(tree.skipped)
    if report.failure is not None:
        skipped |= {planted.source.path: report.failure for planted in tree.planted.values()}
        return Detection(skipped=skipped, broken=report.broken)
    by_id = {rule.id: rule for rule in rules}
    matches: list[Match] = []
    hits = _hits_by_path(report, tree, by_id)
    for name, planted in tree.planted.items():
        found, trouble = _matches_in(planted, hits.get(name, ()), by_id, report.separator)
        matches += found
        reason = report.skipped.get(name) or trouble
        if reason is None and name not in report.scanned:
            reason = Skipped(SkipReason.ENGINE_ERROR, "semgrep did not read the file")
        if reason is not None:
            skipped[planted.source.path] = reason
    fired = {hit.rule_id for hit in report.hits if tree.controls.get(hit.path) == hit.rule_id}
    return Detection(matches=tuple(matches), skipped=skipped, fired=frozenset(fired), broken=report.broken)


def _hits_by_path(report: Report, tree: Tree, rules: Mapping[str, Rule]) -> Mapping[str, Sequence[Hit]]:
    hits: dict[str, list[Hit]] = defaultdict(list)
    for hit in report.hits:
        planted = tree.planted.get(hit.path)
        if planted is not None and planted.source.language in rules[hit.rule_id].languages:
            hits[hit.path].append(hit)
    return hits


def _matches_in(
    planted: Planted, hits: Sequence[Hit], rules: Mapping[str, Rule], separator: str
) -> tuple[list[Match], Skipped | None]:
    """The matches of one file, and what keeps its scan from being whole."""
    if not hits:
        return [], None
    source = planted.read()
    trouble = None
    places: dict[tuple[int, int, str], set[RenderedFix]] = defaultdict(set)
    for hit in hits:
        if _is_sound(hit, source.utf8):
            fix = rendered_fix(rules[hit.rule_id], hit.message, separator)
            places[hit.start, hit.end, hit.rule_id].add(fix)
        else:
            trouble = Skipped(SkipReason.ENGINE_ERROR, "semgrep reports a position that the file does not have")
    if len(places) > MAX_MATCHES_PER_FILE:
        trouble = Skipped(SkipReason.TOO_MANY_MATCHES, f"{len(places)} matches, the first {MAX_MATCHES_PER_FILE} kept")
    builder = _Builder(planted.source.path, source, Lines(source.utf8), {})
    kept = sorted(places)[:MAX_MATCHES_PER_FILE]
    return [builder.match(place[0], place[1], rules[place[2]], places[place]) for place in kept], trouble


def _is_sound(hit: Hit, utf8: bytes) -> bool:
    """Whether offsets and column agree, and the span holds whole characters."""
    if not 0 <= hit.start < hit.end <= len(utf8) or hit.column - 1 != hit.start - (utf8.rfind(b"\n", 0, hit.start) + 1):
        return False
    return all(offset == len(utf8) or utf8[offset] & 0xC0 != 0x80 for offset in (hit.start, hit.end))


@dataclass(frozen=True, slots=True)
class _Builder:
    path: str
    source: SourceText
    lines: Lines
    requests: dict[tuple[int, str], str]  # by line and rule: a long line with many matches is searched once

    def match(self, start: int, end: int, rule: Rule, fixes: set[RenderedFix]) -> Match:
        line = self.lines.number(start)
        edits, no_fix = edit_of(self.source, start, end, fixes)
        return Match(
            rule_id=rule.id,
            path=self.path,
            span=self.lines.span(start, end, self.source),
            text=self.source.utf8[start:end].decode("utf-8")[:MAX_TEXT],
            line_text=self.lines.text(line).strip()[:MAX_TEXT],
            scope="",
            message=rule.message,
            edits=edits,
            no_fix=no_fix,
            suppressed_by=self._suppressed_by(line, rule.id),
        )

    def _suppressed_by(self, line: int, rule_id: str) -> str:
        key = (line, rule_id)
        if key not in self.requests:
            self.requests[key] = silence_request(self.lines.text(line), self.lines.text(line - 1), rule_id)
        return self.requests[key]

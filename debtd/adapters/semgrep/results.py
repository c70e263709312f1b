"""From semgrep's report to a detection, in the offsets of the repository's own bytes."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
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
from debtd.rulekit.text import Refused, SourceText

MAX_MATCHES_PER_FILE = 1_000


def detection_of(report: Report, tree: Tree, rules: Sequence[Rule]) -> Detection:
    """All planted sources end as scanned in full, or in `skipped`."""
    skipped = dict(tree.skipped)
    if report.failure is not None:
        skipped |= {planted.source.path: report.failure for planted in tree.planted.values()}
        return Detection(skipped=skipped, broken=report.broken)
    by_id = {rule.id: rule for rule in rules}
    read = {language for rule in rules if rule.id not in report.broken for language in rule.languages}
    matches: list[Match] = []
    hits = _hits_by_path(report, tree, by_id)
    for name, planted in tree.planted.items():
        found, trouble = _matches_in(planted, hits.get(name, ()), by_id, report.separator)
        matches += found
        reason = report.skipped.get(name) or trouble
        if reason is None and name not in report.scanned:
            reason = Skipped(SkipReason.ENGINE_ERROR, "semgrep did not read the file")
        if planted.source.language not in read:
            reason = Skipped(SkipReason.ENGINE_ERROR, "no rule for its language could be run")
        if reason is not None:
            skipped[planted.source.path] = reason
    return Detection(
        matches=tuple(matches), skipped=skipped, fired=frozenset(_fired(report, tree)), broken=report.broken
    )


def joined(
    shards: Sequence[tuple[Report, Detection]], *, skipped: Mapping[str, Skipped], broken: Mapping[str, str]
) -> Detection:
    """The detection of all shards. A rule has fired if it did in each of them, save those that failed as a whole:
    all their files are skipped, so that nothing is claimed of them."""
    fired = [detection.fired for report, detection in shards if report.failure is None]
    detections = [detection for _, detection in shards]
    return Detection(
        matches=tuple(match for detection in detections for match in detection.matches),
        skipped={**skipped, **{path: why for detection in detections for path, why in detection.skipped.items()}},
        fired=frozenset.intersection(*fired) if fired else frozenset(),
        broken={**broken, **{rule_id: why for detection in detections for rule_id, why in detection.broken.items()}},
    )


def _fired(report: Report, tree: Tree) -> Iterator[str]:
    for hit in report.hits:
        control = tree.controls.get(hit.path)
        if control is not None and control.rule_id == hit.rule_id:
            yield hit.rule_id


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
    try:
        if not hits:
            planted.ensure_unchanged()
            return [], None
        source = planted.read()
    except Refused as refused:
        return [], refused.skipped
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

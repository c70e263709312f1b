"""Checkout -> matches, and the account of every listed file."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

from debtd.model.coverage import Skipped, SkippedFile, SkipReason, coverage_of
from debtd.model.language import Language
from debtd.model.project import Project
from debtd.model.repo import Checkout, Source
from debtd.model.scan import Detection, ScanResult
from debtd.pipeline.ignored import ignored_paths
from debtd.ports import Detector, Progress
from debtd.rulekit.rule import Rule


def languages_of(rules: Iterable[Rule]) -> frozenset[Language]:
    """The languages that the rules read."""
    return frozenset(language for rule in rules for language in rule.languages)


def inputs_digest(rules: Iterable[Rule], detectors: Iterable[Detector], extra: str = "") -> str:
    """A digest over all that decides a scan besides the tree: rules, engines, and `extra`."""
    parts = [f"{rule.id} {rule.digest}" for rule in rules]
    parts += [f"{detector.name} {detector.version}" for detector in detectors]
    return hashlib.sha256("\n".join([*sorted(parts), extra]).encode()).hexdigest()


def scan(
    checkout: Checkout, rules: Sequence[Rule], detectors: Sequence[Detector], project: Project, progress: Progress
) -> ScanResult:
    """Run every rule by the engine that accepts it, over every source in its languages."""
    ignored = ignored_paths((s.path for s in checkout.sources), checkout.texts)
    sources = [s for s in checkout.sources if s.path not in ignored]
    detections = detect_all(sources, rules, detectors, project, progress)
    skipped = {s.path: s.skipped for s in checkout.skipped}
    for path, ignore_file in ignored.items():
        skipped[path] = Skipped(SkipReason.IGNORED_BY_REPOSITORY, f"by {ignore_file}")
    for detection in detections:
        for path, reason in detection.skipped.items():
            skipped.setdefault(path, reason)
    blobs = {s.path: s.blob for s in sources}
    matches = {
        (m.path, m.span.start, m.span.end, m.rule_id): replace(m, blob=blobs[m.path])
        for detection in detections
        for m in detection.matches
    }
    return ScanResult(
        matches=tuple(matches[key] for key in sorted(matches)),
        coverage=coverage_of(
            checkout.listed,
            (s.path for s in sources if s.path not in skipped),
            (SkippedFile(path, reason) for path, reason in skipped.items()),
        ),
        rule_ids=frozenset(rule.id for rule in rules),
        attempted=frozenset(r.id for r in rules if any(s.language in r.languages for s in sources)),
        fired=frozenset[str]().union(*(d.fired for d in detections)),
        broken={rule_id: why for d in detections for rule_id, why in d.broken.items()},
        project=project,
    )


def detect_all(
    sources: Sequence[Source],
    rules: Sequence[Rule],
    detectors: Sequence[Detector],
    project: Project,
    progress: Progress,
) -> tuple[Detection, ...]:
    """One detection per engine that has both rules and sources to run them on."""
    detections: list[Detection] = []
    for detector in detectors:
        accepted = [rule for rule in rules if detector.accepts(rule)]
        wanted = languages_of(accepted)
        concerned = [source for source in sources if source.language in wanted]
        if accepted and concerned:
            progress.start(detector.name, len(concerned))
            detections.append(detector.detect(concerned, accepted, project, progress))
    return tuple(detections)

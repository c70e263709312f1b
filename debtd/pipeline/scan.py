"""A listed tree -> matches, and the account of every listed file."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from debtd.model.coverage import Skipped, SkippedFile, SkipReason, coverage_of
from debtd.model.finding import Match
from debtd.model.language import Language
from debtd.model.project import Project
from debtd.model.repo import ListedFile, ListedTree, Source
from debtd.model.scan import Detection, ScanResult
from debtd.pipeline.ask import Asked, Questions
from debtd.pipeline.ignored import ignored_paths
from debtd.ports import AnswerCache, Detector, Files, Progress
from debtd.rulekit.rule import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """The engines, and what they answered before; `cache` None asks them everything anew."""

    detectors: Sequence[Detector]
    cache: AnswerCache | None = None


def languages_of(rules: Iterable[Rule]) -> frozenset[Language]:
    """The languages that the rules read."""
    return frozenset(language for rule in rules for language in rule.languages)


def inputs_digest(rules: Iterable[Rule], detectors: Iterable[Detector], extra: str = "") -> str:
    """A digest over all that decides a scan besides the tree: rules, engines, and `extra`."""
    parts = [f"{rule.id} {rule.digest}" for rule in rules]
    parts += [f"{detector.name} {detector.version}" for detector in detectors]
    return hashlib.sha256("\n".join([*sorted(parts), extra]).encode()).hexdigest()


def scan(
    tree: ListedTree, files: Files, rules: Sequence[Rule], engines: Engines, project: Project, progress: Progress
) -> ScanResult:
    """Run every rule by the engine that accepts it, over every file in its languages."""
    ignored = ignored_paths((f.path for f in tree.files), tree.texts)
    wanted = [f for f in tree.files if f.path not in ignored]
    detections = _detections(wanted, files, rules, engines, project, progress)
    skipped = {s.path: s.skipped for s in tree.skipped}
    for path, ignore_file in ignored.items():
        skipped[path] = Skipped(SkipReason.IGNORED_BY_REPOSITORY, f"by {ignore_file}")
    for detection in detections:
        for path, reason in detection.skipped.items():
            skipped.setdefault(path, reason)
    blobs = {f.path: f.blob for f in wanted}
    matches = {
        (m.path, m.span.start, m.span.end, m.rule_id): m if m.blob else replace(m, blob=blobs[m.path])
        for detection in detections
        for m in detection.matches
    }
    languages = {f.language for f in wanted}
    return ScanResult(
        matches=tuple(matches[key] for key in sorted(matches)),
        coverage=coverage_of(
            tree.listed,
            (f.path for f in wanted if f.path not in skipped),
            (SkippedFile(path, reason) for path, reason in skipped.items()),
        ),
        rule_ids=frozenset(rule.id for rule in rules),
        attempted=frozenset(rule.id for rule in rules if not languages.isdisjoint(rule.languages)),
        fired=frozenset[str]().union(*(d.fired for d in detections)),
        broken={rule_id: why for d in detections for rule_id, why in d.broken.items()},
        project=project,
        candidates={rule_id: count for d in detections for rule_id, count in d.candidates.items()},
    )


def _detections(
    wanted: Sequence[ListedFile],
    files: Files,
    rules: Sequence[Rule],
    engines: Engines,
    project: Project,
    progress: Progress,
) -> tuple[Detection, ...]:
    if engines.cache is None:
        languages = languages_of(rules)
        with files.materialised([file for file in wanted if file.language in languages]) as sources:
            return detect_all(sources, rules, engines.detectors, project, progress)
    detections: list[Detection] = []
    for detector in engines.detectors:
        accepted = [rule for rule in rules if detector.accepts(rule)]
        if accepted:
            questions = Questions(detector, accepted, project, engines.cache, progress)
            asked = questions.answer(questions.units(wanted, files))
            detections.append(_detection(wanted, questions, asked))
    return tuple(detections)


def _detection(wanted: Sequence[ListedFile], questions: Questions, asked: Asked) -> Detection:
    """The answers, at every place where their blob stands."""
    matches: list[Match] = []
    skipped: dict[str, Skipped] = {}
    for file in wanted:
        answer = asked.answers.get(questions.key(file))
        if answer is None:
            continue
        matches += [replace(match, path=file.path, blob=file.blob) for match in answer.matches]
        if answer.skipped is not None:
            skipped[file.path] = answer.skipped
    return Detection(
        matches=tuple(matches),
        skipped=skipped,
        fired=questions.fired(asked, wanted),
        broken=asked.broken,
        candidates=asked.candidates,
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

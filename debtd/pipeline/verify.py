"""Patch -> evidence. No patch is believed: it is applied, re-read, and scanned again by every rule.

All patches of a round are re-scanned together, each in a folder of its own, so that an engine starts once.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from debtd.model.edit import Edit, EditConflict, apply_edits, shift_offset
from debtd.model.evidence import Check, Evidence, Gate
from debtd.model.finding import Finding, Match
from debtd.model.language import Language, language_of
from debtd.model.project import Project
from debtd.model.repo import git_blob_id
from debtd.model.scan import Detection
from debtd.model.task import FixTask, Patch
from debtd.pipeline.scan import detect_all
from debtd.ports import Detector, Progress, Scratch
from debtd.rulekit.rule import Rule

_Problem = tuple[Gate, str, str]  # gate, path, what was seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One patch to judge: the bytes of its files on the base (by path), and all findings known in those files."""

    task: FixTask
    patch: Patch
    before: Mapping[str, bytes]
    findings: Sequence[Finding]

    @property
    def rule_ids(self) -> frozenset[str]:
        """The rules of the findings that the patch claims to fix."""
        fixed = set(self.task.fingerprints)
        return frozenset(f.match.rule_id for f in self.findings if f.fingerprint in fixed)


@dataclass(slots=True)
class _Trial:
    """A candidate on its way through the gates. `after` holds the new bytes by path."""

    candidate: Candidate
    folder: str
    after: dict[str, bytes] = field(default_factory=dict)
    problems: list[_Problem] = field(default_factory=list)


def verify(
    candidates: Sequence[Candidate],
    rules: Sequence[Rule],
    detectors: Sequence[Detector],
    project: Project,
    scratch: Scratch,
    progress: Progress,
) -> tuple[Evidence, ...]:
    """Evidence for each candidate, in the same order."""
    trials = [_Trial(candidate, f"p{number}") for number, candidate in enumerate(candidates)]
    for trial in trials:
        _apply(trial)
    files = [
        (f"{trial.folder}/{path}", data, _language(path)) for trial in trials for path, data in trial.after.items()
    ]
    with scratch.sources(files) as sources:
        detections = detect_all(sources, rules, detectors, project, progress)
    for trial in trials:
        for path in trial.after:
            _rescan(trial, path, detections)
    digests = {rule.id: rule.digest for rule in rules}
    engines = tuple((detector.name, detector.version) for detector in detectors)
    return tuple(_evidence(trial, digests, engines) for trial in trials)


def _language(path: str) -> Language:
    language = language_of(path)
    if language is None:
        raise AssertionError(f"a patch touches {path}, which no rule reads")
    return language


def _apply(trial: _Trial) -> None:
    for file in trial.candidate.patch.files:
        before = trial.candidate.before[file.path]
        try:
            after = apply_edits(before, file.edits)
        except EditConflict as conflict:
            trial.problems.append((Gate.APPLIES, file.path, str(conflict)))
            continue
        trial.after[file.path] = after
        if not keeps_outside(before, after, file.edits):
            trial.problems.append((Gate.BYTES_KEPT, file.path, "bytes outside the edits changed"))


def keeps_outside(before: bytes, after: bytes, edits: Sequence[Edit]) -> bool:
    """Whether `after` is `before` but for the edits; told from the two texts alone, not by applying again."""
    position_before = position_after = 0
    for edit in edits:
        kept = before[position_before : edit.start]
        if after[position_after : position_after + len(kept)] != kept:
            return False
        position_before = edit.end
        position_after += len(kept) + len(edit.replacement)
    return after[position_after:] == before[position_before:]


def _rescan(trial: _Trial, path: str, detections: Sequence[Detection]) -> None:
    target = f"{trial.folder}/{path}"
    rule_ids = trial.candidate.rule_ids
    for detection in detections:
        if target in detection.skipped:
            skipped = detection.skipped[target]
            trial.problems.append((Gate.PARSES, path, f"{skipped.reason}: {skipped.detail}".rstrip(": ")))
    for rule_id in rule_ids.difference(*(detection.fired for detection in detections)):
        trial.problems.append((Gate.FINDING_GONE, path, f"the planted control of {rule_id} did not fire"))
    matches = [m for detection in detections for m in detection.matches if m.path == target]
    for match in unexpected(trial.candidate, path, matches):
        ours = match.rule_id in rule_ids
        gate = Gate.FINDING_GONE if ours else Gate.NOTHING_NEW
        trial.problems.append((gate, path, f"{match.rule_id} matches on line {match.span.line}"))
        if ours and match.edits:
            trial.problems.append((Gate.IDEMPOTENT, path, f"a second run would edit line {match.span.line}"))


def unexpected(candidate: Candidate, path: str, after: Sequence[Match]) -> list[Match]:
    """The matches in a patched file that are not old ones at the place to which the edits moved them."""
    edits = next(file.edits for file in candidate.patch.files if file.path == path)
    fixed = set(candidate.task.fingerprints)
    expected = Counter(
        (f.match.rule_id, shift_offset(f.match.span.start, edits))
        for f in candidate.findings
        if f.match.path == path and f.fingerprint not in fixed
    )
    surprises: list[Match] = []
    for match in after:
        place = (match.rule_id, _floor_to_edit(match.span.start, edits))
        if expected[place] > 0:
            expected[place] -= 1
        else:
            surprises.append(match)
    return surprises


def _floor_to_edit(offset: int, edits: Sequence[Edit]) -> int:
    """An offset in the new bytes; inside a replacement, the replacement's start (as `shift_offset` counts)."""
    moved = 0
    for edit in edits:
        start = edit.start + moved
        if start < offset < start + len(edit.replacement) and edit.start < edit.end:
            return start
        moved += len(edit.replacement) - (edit.end - edit.start)
    return offset


def _evidence(trial: _Trial, digests: Mapping[str, str], engines: tuple[tuple[str, str], ...]) -> Evidence:
    candidate = trial.candidate
    return Evidence(
        task_key=candidate.task.key,
        patch_digest=candidate.patch.digest,
        base_commit=candidate.patch.base_commit,
        rule_id=candidate.task.rule_id,
        rule_digest=digests.get(candidate.task.rule_id, ""),
        engines=engines,
        files=tuple(
            (file.path, file.base_blob, git_blob_id(trial.after[file.path]) if file.path in trial.after else "")
            for file in candidate.patch.files
        ),
        checks=tuple(_check(trial, gate) for gate in Gate),
    )


def _check(trial: _Trial, gate: Gate) -> Check:
    problem = next((p for p in trial.problems if p[0] is gate), None)
    if problem is not None:
        return Check(gate=gate, passed=False, path=problem[1], detail=problem[2])
    return Check(gate=gate, passed=True, detail=_seen(gate, trial))


def _seen(gate: Gate, trial: _Trial) -> str:
    count = len(trial.candidate.task.fingerprints)
    files = len(trial.after)
    return {
        Gate.APPLIES: f"{sum(len(f.edits) for f in trial.candidate.patch.files)} edits found the bytes they expect",
        Gate.BYTES_KEPT: f"{files} files compared byte by byte",
        Gate.PARSES: f"{files} files read in full by every engine that has rules for them",
        Gate.FINDING_GONE: f"{count} findings gone, while the planted control was still found",
        Gate.NOTHING_NEW: "no rule matches at a place where it did not match before",
        Gate.IDEMPOTENT: "the codemod has nothing left to change at these places",
    }[gate]

"""Fix a folder in memory: the fix and verify stages for `debtd fix`, without store, branch or pull request.

Every pass applies what the scan offers, and believes it only if the gates of `verify` do. Overlapping edits wait
for the next pass. A file whose edits are refused together is tried again rule by rule, so that one bad fix does
not take the good ones with it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from debtd.model.edit import EditSet, FileEdit, apply_edits, merge_edits
from debtd.model.evidence import Check
from debtd.model.finding import Finding
from debtd.model.fingerprint import pair
from debtd.model.project import Project
from debtd.model.repo import ListedFile, git_blob_id
from debtd.model.scan import ScanResult
from debtd.model.task import FixTask, Patch
from debtd.pipeline.scan import detect_all
from debtd.pipeline.verify import Candidate, verify
from debtd.ports import Detector, Progress, Scratch
from debtd.rulekit.rule import Rule

_MAX_PASSES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class MendedFile:
    """One file with proven edits: its bytes before and after, and how many findings of each rule were fixed."""

    source: ListedFile
    before: bytes
    after: bytes
    fixed: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A fix that a gate refused: nothing of it is in the file."""

    path: str
    rule_id: str
    check: Check


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    files: tuple[MendedFile, ...]
    refused: tuple[Refusal, ...]


@dataclass(slots=True)
class _Draft:
    """A file on its way: its present bytes and findings, rules that were refused, and whether rules go one by one."""

    source: ListedFile
    before: bytes
    data: bytes
    findings: tuple[Finding, ...]
    fixed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    refused: dict[str, Check] = field(default_factory=dict)
    one_by_one: bool = False

    def offer(self) -> tuple[Finding, ...]:
        """The findings to fix in the next pass: edits that compose, without refused or silenced ones."""
        edits = EditSet()
        offered: list[Finding] = []
        for finding in self.findings:
            match = finding.match
            if not match.edits or match.suppressed_by or match.rule_id in self.refused:
                continue
            if self.one_by_one and offered and match.rule_id != offered[0].match.rule_id:
                continue
            if edits.add(match.edits):
                offered.append(finding)
        return tuple(offered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """What the passes need."""

    rules: Sequence[Rule]
    detectors: Sequence[Detector]
    project: Project
    scratch: Scratch
    progress: Progress


def mend(result: ScanResult, sources: Sequence[ListedFile], bytes_of: Mapping[str, bytes], bench: Workbench) -> Mended:
    """Fix what the scan offers in the files that it read in full. `bytes_of` maps the paths to mend to their bytes."""
    by_path: dict[str, list[Finding]] = defaultdict(list)
    for finding in pair("", (), result.matches, ()).new:
        by_path[finding.match.path].append(finding)
    drafts = [
        _Draft(source, bytes_of[source.path], bytes_of[source.path], tuple(by_path[source.path]))
        for source in sources
        if source.path in bytes_of and source.path in result.coverage.scanned
    ]
    busy = [draft for draft in drafts if draft.offer()]
    for _ in range(_MAX_PASSES):
        if not busy:
            break
        _one_pass(busy, bench)
        busy = [draft for draft in busy if draft.offer()]
    return Mended(
        files=tuple(
            MendedFile(source=d.source, before=d.before, after=d.data, fixed=dict(d.fixed))
            for d in drafts
            if d.data != d.before
        ),
        refused=tuple(
            Refusal(path=d.source.path, rule_id=rule_id, check=check)
            for d in drafts
            for rule_id, check in d.refused.items()
        ),
    )


def _one_pass(busy: Sequence[_Draft], bench: Workbench) -> None:
    offers = [draft.offer() for draft in busy]
    candidates = [_candidate(draft, offer) for draft, offer in zip(busy, offers, strict=True)]
    verdicts = verify(candidates, bench.rules, bench.detectors, bench.project, bench.scratch, bench.progress)
    changed: list[_Draft] = []
    for draft, offer, evidence in zip(busy, offers, verdicts, strict=True):
        failure = evidence.failure
        if failure is None:
            draft.data = apply_edits(draft.data, [e for f in offer for e in f.match.edits])
            for finding in offer:
                draft.fixed[finding.match.rule_id] += 1
            changed.append(draft)
        elif len({finding.match.rule_id for finding in offer}) == 1:
            draft.refused[offer[0].match.rule_id] = failure
        else:
            draft.one_by_one = True
    _rescan(changed, bench)


def _rescan(drafts: Sequence[_Draft], bench: Workbench) -> None:
    files = [(draft.source.path, draft.data, draft.source.language) for draft in drafts]
    if not files:
        return
    with bench.scratch.sources(files) as sources:
        detections = detect_all(sources, bench.rules, bench.detectors, bench.project, bench.progress)
    matches = [match for detection in detections for match in detection.matches]
    found = pair("", (), matches, ()).new
    for draft in drafts:
        draft.findings = tuple(finding for finding in found if finding.match.path == draft.source.path)


def _candidate(draft: _Draft, offer: Sequence[Finding]) -> Candidate:
    edits = merge_edits(edit for finding in offer for edit in finding.match.edits)
    path = draft.source.path
    task = FixTask(
        key=path,
        repository_id="",
        rule_id=offer[0].match.rule_id,
        fingerprints=tuple(finding.fingerprint for finding in offer),
        base_commit="",
        inputs="",
    )
    patch = Patch(task_key=path, base_commit="", files=(FileEdit(path, git_blob_id(draft.data), edits),))
    return Candidate(task=task, patch=patch, before={path: draft.data}, findings=draft.findings)

"""Findings -> fix tasks: what can be paid, in bounded groups. Everything else is skipped with a reason."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from debtd.model.coverage import Skipped, SkipReason
from debtd.model.edit import EditSet
from debtd.model.finding import Finding, FindingState
from debtd.model.task import FixTask, task_key

MAX_FINDINGS_PER_TASK = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """`tasks` to plan; `skipped` maps fingerprints of findings without a task to the reason."""

    tasks: tuple[FixTask, ...]
    skipped: Mapping[str, Skipped]


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageInput:
    """All that decides.

    `findings` are the repository's, `scanned` the paths that the last scan read in full, `inputs` a digest over
    rules and engines. Fingerprints in `suppressed` or `taken` (by another task) get no task. `spent` are keys of
    earlier tasks whose pull requests are over: the same findings, brought back by a person, get a new key. Rules in
    `reporting` (ids) may only report, and fingerprints in `old` are debt that is to be left. `left_out` says of
    fingerprints why the repository wants no fix for them.
    """

    repository_id: str
    base_commit: str
    findings: Sequence[Finding]
    scanned: Collection[str]
    inputs: str
    suppressed: Collection[str] = ()
    taken: Collection[str] = ()
    spent: Collection[str] = ()
    reporting: Collection[str] = ()
    old: Collection[str] = ()
    left_out: Mapping[str, Skipped] = field(default_factory=dict)


def triage(given: TriageInput) -> Triage:
    """Group what has a fix by rule, in the order of path and position."""
    skipped: dict[str, Skipped] = {}
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in given.findings:
        reason = _reason_to_skip(finding, given)
        if reason is not None:
            skipped[finding.fingerprint] = reason
        elif finding.fingerprint not in given.taken:
            by_rule[finding.match.rule_id].append(finding)
    tasks = (new_task(given, group) for _, rows in sorted(by_rule.items()) for group in _groups(rows))
    return Triage(tasks=tuple(tasks), skipped=skipped)


def new_task(given: TriageInput, group: Sequence[Finding]) -> FixTask:
    """The task for a group of findings of one rule."""
    rule_id = group[0].match.rule_id
    fingerprints = tuple(finding.fingerprint for finding in group)
    key = task_key(given.repository_id, rule_id, fingerprints)
    while key in given.spent:
        key = task_key(given.repository_id, rule_id, (*fingerprints, key))
    parts = [given.inputs, *sorted({f"{f.match.path} {f.match.blob}" for f in group})]
    return FixTask(
        key=key,
        repository_id=given.repository_id,
        rule_id=rule_id,
        fingerprints=fingerprints,
        base_commit=given.base_commit,
        inputs=hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest(),
    )


def split(given: TriageInput, group: Sequence[Finding], culprit: str) -> tuple[FixTask, ...]:
    """Two smaller tasks for a group that a gate rejected because of the file `culprit`; none for a single finding."""
    guilty = [finding for finding in group if finding.match.path == culprit]
    rest = [finding for finding in group if finding.match.path != culprit]
    if not guilty or not rest:
        half = len(group) // 2
        guilty, rest = list(group[:half]), list(group[half:])
    return tuple(new_task(given, part) for part in (guilty, rest)) if guilty and rest else ()


def _reason_to_skip(finding: Finding, given: TriageInput) -> Skipped | None:
    if finding.fingerprint in given.suppressed:
        return Skipped(SkipReason.SUPPRESSED)
    if finding.fingerprint in given.left_out:
        return given.left_out[finding.fingerprint]
    if finding.match.rule_id in given.reporting:
        return Skipped(SkipReason.REPORT_ONLY, "the rule may only report; `debtd rules stats` says why")
    if finding.fingerprint in given.old:
        return Skipped(SkipReason.OLD_DEBT, "it was there at enrolment, and `old_debt` is false")
    if finding.state is not FindingState.OPEN or finding.match.path not in given.scanned:
        return Skipped(SkipReason.FILE_NOT_SCANNED, "the last scan could not read the file in full")
    if not finding.match.edits:
        return finding.match.no_fix or Skipped(SkipReason.NO_FIX)
    return None


def _groups(findings: Sequence[Finding]) -> Iterator[list[Finding]]:
    """Bounded groups whose edits do not overlap; a file is split only when it alone exceeds the bound."""
    rest = sorted(findings, key=lambda f: (f.match.path, f.match.span.start, f.match.span.end))
    while rest:
        fitting, overlapping = _without_overlap(rest)
        yield from _bounded(fitting)
        rest = overlapping


def _without_overlap(findings: Sequence[Finding]) -> tuple[list[Finding], list[Finding]]:
    fitting: list[Finding] = []
    overlapping: list[Finding] = []
    for rows in _by_path(findings):
        edits = EditSet()
        for finding in rows:
            (fitting if edits.add(finding.match.edits) else overlapping).append(finding)
    return fitting, overlapping


def _bounded(findings: Sequence[Finding]) -> Iterator[list[Finding]]:
    group: list[Finding] = []
    for rows in _by_path(findings):
        if group and len(group) + len(rows) > MAX_FINDINGS_PER_TASK:
            yield group
            group = []
        group += rows
        while len(group) > MAX_FINDINGS_PER_TASK:
            yield group[:MAX_FINDINGS_PER_TASK]
            group = group[MAX_FINDINGS_PER_TASK:]
    if group:
        yield group


def _by_path(findings: Sequence[Finding]) -> Iterator[list[Finding]]:
    rows: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        rows[finding.match.path].append(finding)
    yield from rows.values()

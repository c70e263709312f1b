"""The road, top to bottom: scan -> reconcile -> fix -> verify -> publish.

Every stage reads what the store says is still to do and writes what it did, so a run that was killed anywhere is
simply run again. A dry run is the same road, stopped before a stage.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from debtd.model.coverage import Skipped, SkipReason
from debtd.model.errors import DebtdError, StateUnusable
from debtd.model.finding import Finding
from debtd.model.project import Project
from debtd.model.pull_request import PullRequest, PullRequestState
from debtd.model.repo import Repository, Revision
from debtd.model.task import FixTask, Patch, TaskState
from debtd.pipeline.backlog import Backlog, plan, supersede
from debtd.pipeline.burden import owners_of, read_owners
from debtd.pipeline.fix import fix
from debtd.pipeline.identify import identify
from debtd.pipeline.order import Order, Outcome, Rooms, Scanned, Stage
from debtd.pipeline.publish import Accepted, Published, commit_request, new_pull_request, publish
from debtd.pipeline.reconcile import Round, finish_renewals, reconcile
from debtd.pipeline.scan import languages_of, scan
from debtd.pipeline.survey import survey
from debtd.pipeline.verify import Candidate, verify
from debtd.ports import Store

T = TypeVar("T")

_TRANSIENT = frozenset({SkipReason.ENGINE_ERROR, SkipReason.TIMEOUT})  # may go better the next time


def run_road(repository: Repository, order: Order, rooms: Rooms) -> Outcome:
    """The whole road for one repository. Raises DebtdError; whatever was done until then stays done."""
    rooms.store.ensure_repository(repository)
    revision = rooms.workspaces.ensure_mirror(repository)
    scanned = _scan(repository, revision, order, rooms)
    work = Backlog(
        repository=repository,
        revision=revision,
        rules=order.rules,
        scanned=scanned.coverage.scanned,
        inputs=scanned.inputs,
    )
    met = Round()
    if order.stop_after is Stage.PUBLISH:
        met = reconcile(work, order, rooms)
        work = replace(work, resting=met.resting, landing=met.landing)
    faults: tuple[DebtdError, ...] = met.faults
    skipped: Mapping[str, Skipped] = {}
    judged: list[str] = []
    published: tuple[PullRequest, ...] = ()
    if order.stop_after is not Stage.SCAN:
        supersede(work, rooms.store)
        skipped = _fix(work, rooms)
    if order.stop_after in {Stage.VERIFY, Stage.PUBLISH}:
        while keys := _verify(work, scanned.project, rooms):
            judged += keys
            skipped = _fix(work, rooms)
    if order.stop_after is Stage.PUBLISH:
        faults += finish_renewals(work, order, rooms, met.renewals)
        done = _publish(work, order, rooms)
        published, faults = done.opened, faults + done.faults
    return Outcome(
        repository=repository,
        revision=revision,
        scanned=scanned,
        skipped=skipped,
        judged=tuple(judged),
        published=published,
        faults=faults,
    )


def _scan(repository: Repository, revision: Revision, order: Order, rooms: Rooms) -> Scanned:
    """Scan what may differ from the last scan: nothing, when tree, rules, engines and floor are the same."""
    seen = survey(repository, revision, order, rooms)
    project, inputs = seen.project, seen.inputs
    if seen.unchanged is not None:
        return Scanned(project=project, inputs=inputs, coverage=seen.unchanged, record=None)
    tree = rooms.workspaces.list_tree(repository, revision, languages_of(order.rules))
    scan_id = rooms.store.begin_scan(repository.id, revision, inputs)
    files = rooms.workspaces.files(repository)
    result = scan(tree, files, order.rules, rooms.engines, project, rooms.progress)
    if result.broken or not _TRANSIENT.isdisjoint(result.coverage.by_reason()):
        # Recorded under other inputs, so that the next run looks again even if nothing changes until then.
        scan_id = rooms.store.begin_scan(repository.id, revision, f"incomplete {inputs}")
    known = rooms.store.findings(repository.id)
    record = identify(repository.id, result, known, _engines(rooms), rooms.clock.now())
    rooms.store.finish_scan(scan_id, record)
    return Scanned(project=project, inputs=inputs, coverage=record.coverage, record=record, broken=result.broken)


def _engines(rooms: Rooms) -> tuple[tuple[str, str], ...]:
    return tuple((detector.name, detector.version) for detector in rooms.engines.detectors)


def _fix(work: Backlog, rooms: Rooms) -> Mapping[str, Skipped]:
    """Plan what is not planned, and make the patch of every planned task."""
    skipped = plan(work, rooms.store, rooms.clock)
    findings = work.findings(rooms.store)
    planned = work.to_do(rooms.store, TaskState.PLANNED)
    rooms.progress.start("fix", len(planned))
    for task in planned:
        patch = fix(task, [findings[f] for f in task.fingerprints if f in findings])
        if isinstance(patch, Skipped):
            rooms.store.move_task(task.key, TaskState.SKIPPED, patch.detail or patch.reason)
        else:
            rooms.store.save_patch(patch)
        rooms.progress.advance("fix")
    return skipped


def _verify(work: Backlog, project: Project, rooms: Rooms) -> list[str]:
    """Judge every patch that waits for it; the keys of the tasks judged."""
    patched = work.to_do(rooms.store, TaskState.PATCHED)
    if not patched:
        return []
    patches = {task.key: required(rooms.store.patch(task.key), task) for task in patched}
    blobs = rooms.workspaces.read_blobs(work.repository, [f.base_blob for p in patches.values() for f in p.files])
    by_path: dict[str, list[Finding]] = defaultdict(list)
    for finding in work.findings(rooms.store).values():
        by_path[finding.match.path].append(finding)
    candidates = [_candidate(task, patches[task.key], blobs, by_path) for task in patched]
    for evidence in verify(candidates, work.rules, rooms.engines.detectors, project, rooms.scratch, rooms.progress):
        rooms.store.save_evidence(evidence)
    return [task.key for task in patched]


def _candidate(
    task: FixTask, patch: Patch, blobs: Mapping[str, bytes], by_path: Mapping[str, Sequence[Finding]]
) -> Candidate:
    return Candidate(
        task=task,
        patch=patch,
        before={file.path: blobs[file.base_blob] for file in patch.files},
        findings=[finding for file in patch.files for finding in by_path.get(file.path, ())],
    )


def _publish(work: Backlog, order: Order, rooms: Rooms) -> Published:
    """Record every accepted patch as a pull request, then push and open all that are recorded and not open."""
    store, workspaces = rooms.store, rooms.workspaces
    findings = work.findings(store)
    recorded = {pull_request.key for pull_request in store.pull_requests(work.repository.id)}
    accepted = [task for task in work.tasks(store, TaskState.ACCEPTED) if task.key not in recorded]
    waiting = [_accepted(work, task, findings, store) for task in accepted]
    blobs = workspaces.read_blobs(work.repository, [f.base_blob for one in waiting for f in one.patch.files])
    commits = workspaces.ensure_commits(work.repository, [commit_request(one, blobs) for one in waiting])
    owners = read_owners(workspaces, work.repository, work.revision, rooms.forge.name) if waiting else None
    for one in waiting:
        whose = owners_of(one.patch, owners) if owners is not None else ()
        store.save_pull_request(new_pull_request(one, work.revision, commits[one.task.key], whose))
    pending = store.pull_requests(work.repository.id, (PullRequestState.PENDING,))
    return publish(work.repository, pending, order.policy, rooms)


def _accepted(work: Backlog, task: FixTask, findings: Mapping[str, Finding], store: Store) -> Accepted:
    return Accepted(
        task=task,
        patch=required(store.patch(task.key), task),
        evidence=required(store.evidence(task.key), task),
        rule=next(rule for rule in work.rules if rule.id == task.rule_id),
        findings=[findings[f] for f in task.fingerprints],
    )


def required(value: T | None, task: FixTask) -> T:
    """What the store must have for a task in this state."""
    if value is None:
        raise StateUnusable(f"the store has lost what belongs to fix task {task.key}; run `debtd db check`.")
    return value

"""The road, top to bottom: scan -> reconcile -> fix -> verify -> publish.

Every stage reads what the store says is still to do and writes what it did, so a run that was killed anywhere is
simply run again. A dry run is the same road, stopped before a stage. A stage whose window is closed waits, and so does
what only it could go on with.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from debtd.model.coverage import Coverage, Skipped, SkipReason
from debtd.model.errors import DebtdError
from debtd.model.finding import Finding
from debtd.model.project import Project
from debtd.model.repo import Repository, Revision
from debtd.model.task import FixTask, Patch, TaskState
from debtd.model.window import WindowKind
from debtd.pipeline.backlog import Backlog, plan, required, supersede, withdraw
from debtd.pipeline.dashboard import hear
from debtd.pipeline.enrol import enrol
from debtd.pipeline.fix import fix
from debtd.pipeline.identify import identify
from debtd.pipeline.narrow import narrow
from debtd.pipeline.order import Order, Outcome, Rooms, Scanned, Stage
from debtd.pipeline.permit import Permit
from debtd.pipeline.reconcile import Round, finish_renewals, reconcile
from debtd.pipeline.release import Release, release
from debtd.pipeline.scan import languages_of, scan
from debtd.pipeline.survey import survey
from debtd.pipeline.verify import Candidate, verify
from debtd.pipeline.visit import Prepared, Visit

_TRANSIENT = frozenset({SkipReason.ENGINE_ERROR, SkipReason.TIMEOUT})  # may go better the next time
_NOTHING = Coverage(listed=0, scanned=frozenset(), skipped=())


def run_road(repository: Repository, order: Order, rooms: Rooms, permit: Permit | None = None) -> Outcome:
    """The whole road for one repository. Raises DebtdError; whatever was done until then stays done."""
    permit = permit or Permit(clock=rooms.clock, began_at=rooms.clock.now())
    visit = Visit(repository=repository, order=order, rooms=rooms, permit=permit)
    prepared = prepare(visit)
    if order.stop_after is not Stage.PUBLISH:
        return outcome_of(prepared, Release())
    done = release([prepared], rooms.store, rooms.clock)
    complete_publishing(prepared, done)
    return outcome_of(prepared, done)


def prepare(visit: Visit) -> Prepared:
    """Everything before publishing, each stage in its window. Raises DebtdError."""
    repository, rooms = visit.repository, visit.rooms
    rooms.store.ensure_repository(repository)
    revision = rooms.workspaces.ensure_mirror(repository)
    limits = narrow(visit, revision)
    visit = limits.visit
    scanned = _scan(revision, visit)
    refused = enrol(visit, revision, scanned, has_file=limits.has_file)
    wrong = limits.why_left_alone(scanned)
    work = Backlog(
        repository=repository,
        revision=revision,
        rules=visit.order.rules,
        scanned=scanned.coverage.scanned,
        inputs=scanned.inputs,
        old_debt=visit.order.policy.old_debt,
        file=limits.file,
    )
    prepared = Prepared(
        visit=visit,
        work=work,
        scanned=scanned,
        left_alone=refused or wrong,
        file_is_wrong=wrong != "" and not refused and limits.file.enabled,
    )
    if prepared.left_alone:
        if not visit.permit.withheld(WindowKind.GENERATE):
            _complete(visit, WindowKind.GENERATE)
        return prepared
    if visit.order.stop_after is Stage.SCAN:
        return prepared
    heard = hear(work, visit.order, rooms)
    withdraw(work, rooms.store, rooms.clock)
    met = _reconcile(prepared)
    prepared = _generate(replace(prepared, work=replace(work, resting=met.resting)), met)
    return replace(prepared, heard=heard, faults=(*heard.faults, *met.faults, *_renew(prepared, met)))


def outcome_of(prepared: Prepared, done: Release) -> Outcome:
    repository = prepared.work.repository
    return Outcome(
        repository=repository,
        revision=prepared.work.revision,
        scanned=prepared.scanned,
        skipped=prepared.skipped,
        judged=prepared.judged,
        published=tuple(done.published[repository.id]),
        held=done.held(repository.id),
        withheld=prepared.withheld,
        left_alone=prepared.left_alone,
        faults=(*prepared.faults, *done.faults[repository.id]),
    )


def complete_publishing(prepared: Prepared, done: Release) -> None:
    """Note that the publish window had its run, unless something ended it before its time."""
    if not done.faults[prepared.work.repository.id] and not prepared.visit.permit.withheld(WindowKind.PUBLISH):
        _complete(prepared.visit, WindowKind.PUBLISH)


def _complete(visit: Visit, kind: WindowKind) -> None:
    if visit.permit.schedule is not None:
        visit.rooms.store.complete_stage(visit.repository.id, kind, visit.permit.began_at)


def _scan(revision: Revision, visit: Visit) -> Scanned:
    """Scan what may differ from the last scan: nothing, when tree, rules, engines and floor are the same."""
    repository, order, rooms = visit.repository, visit.order, visit.rooms
    seen = survey(repository, revision, order, rooms)
    unscanned = Scanned(project=seen.project, inputs=seen.inputs, coverage=seen.unchanged or _NOTHING, record=None)
    reason = visit.permit.withheld(WindowKind.SCAN)
    if seen.unchanged is None and reason:
        last = rooms.store.last_scan(repository.id)
        return replace(unscanned, coverage=last[2] if last else _NOTHING, is_current=False, waits_for=reason)
    scanned = unscanned if seen.unchanged is not None else _scan_tree(revision, unscanned, visit)
    if scanned.is_whole and not reason:
        _complete(visit, WindowKind.SCAN)
    return scanned


def _scan_tree(revision: Revision, unscanned: Scanned, visit: Visit) -> Scanned:
    repository, order, rooms = visit.repository, visit.order, visit.rooms
    project, inputs = unscanned.project, unscanned.inputs
    scan_id = rooms.store.begin_scan(repository.id, revision, inputs)
    tree = rooms.workspaces.list_tree(repository, revision, languages_of(order.rules))
    files = rooms.workspaces.files(repository)
    result = scan(tree, files, order.rules, rooms.engines, project, rooms.progress)
    is_whole = not result.broken and _TRANSIENT.isdisjoint(result.coverage.by_reason())
    if not is_whole:
        # Recorded under other inputs, so that the next run looks again even if nothing changes until then.
        scan_id = rooms.store.begin_scan(repository.id, revision, f"incomplete {inputs}")
    known = rooms.store.findings(repository.id)
    engines = tuple((detector.name, detector.version) for detector in rooms.engines.detectors)
    record = identify(repository.id, result, known, engines, rooms.clock.now())
    rooms.store.finish_scan(scan_id, record)
    return replace(unscanned, coverage=record.coverage, record=record, broken=result.broken, is_whole=is_whole)


def _reconcile(prepared: Prepared) -> Round:
    """What became of the pull requests, and what follows. Without a scan of the present commit none is made again."""
    visit = prepared.visit
    if visit.order.stop_after is not Stage.PUBLISH:
        return Round()
    order = visit.order_now()
    if not prepared.scanned.is_current:
        order = replace(order, windows=order.windows - {WindowKind.MAINTAIN})
    met = reconcile(prepared.work, order, visit.rooms)
    if WindowKind.MERGE in order.windows:
        _complete(visit, WindowKind.MERGE)
    return met


def _generate(prepared: Prepared, met: Round) -> Prepared:
    """Make and judge patches until a judgement leaves nothing to make again. While the window is closed, only those
    that open pull requests wait for."""
    visit, work, scanned = prepared.visit, prepared.work, prepared.scanned
    rooms, judged = visit.rooms, list[str]()
    reason = visit.permit.withheld(WindowKind.GENERATE) or (not scanned.is_current and scanned.waits_for)
    if reason:
        work = replace(work, only=frozenset(met.renewals))
        prepared = replace(prepared, withheld={WindowKind.GENERATE: reason})
    else:
        supersede(work, rooms.store)
    skipped = _fix(work, rooms)
    if visit.order.stop_after is not Stage.FIX:
        while keys := _verify(work, scanned.project, rooms):
            judged += keys
            skipped = _fix(work, rooms)
    if not reason:
        _complete(visit, WindowKind.GENERATE)
    return replace(prepared, skipped=skipped, judged=tuple(judged))


def _renew(prepared: Prepared, met: Round) -> tuple[DebtdError, ...]:
    """Push what was made again for pull requests that are open already, while that window is open."""
    visit = prepared.visit
    if visit.order.stop_after is not Stage.PUBLISH or visit.permit.withheld(WindowKind.MAINTAIN):
        return ()
    faults = finish_renewals(prepared.work, visit.order_now(), visit.rooms, met.renewals)
    if prepared.scanned.is_current and not faults:
        _complete(visit, WindowKind.MAINTAIN)
    return faults


def _fix(work: Backlog, rooms: Rooms) -> Mapping[str, Skipped]:
    """Plan what is not planned, and make the patch of every planned task."""
    skipped = plan(work, rooms.store, rooms.clock) if work.only is None else {}
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

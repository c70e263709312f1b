"""The road, top to bottom: scan -> reconcile -> fix -> verify -> publish.

Every stage reads what the store says is still to do and writes what it did, so a run that was killed anywhere is
simply run again. A dry run is the same road, stopped before a stage. A stage whose window is closed waits, and so does
what only it could go on with.
"""

from dataclasses import replace

from debtd.model.coverage import Coverage, SkipReason
from debtd.model.errors import DebtdError
from debtd.model.repo import Repository, Revision
from debtd.model.window import WindowKind
from debtd.pipeline.backlog import Backlog, supersede, withdraw
from debtd.pipeline.dashboard import hear
from debtd.pipeline.enrol import enrol
from debtd.pipeline.identify import identify
from debtd.pipeline.narrow import narrow
from debtd.pipeline.order import Order, Outcome, Rooms, Scanned, Stage
from debtd.pipeline.patches import judge_patches, make_patches
from debtd.pipeline.permit import Permit
from debtd.pipeline.reconcile import Round, finish_renewals, reconcile
from debtd.pipeline.release import release
from debtd.pipeline.released import Released
from debtd.pipeline.scan import languages_of, scan
from debtd.pipeline.survey import survey
from debtd.pipeline.visit import Prepared, Visit

_TRANSIENT = frozenset({SkipReason.ENGINE_ERROR, SkipReason.TIMEOUT})  # may go better the next time
_NOTHING = Coverage(listed=0, scanned=frozenset(), skipped=())


def run_road(repository: Repository, order: Order, rooms: Rooms, permit: Permit | None = None) -> Outcome:
    """The whole road for one repository. Raises DebtdError; whatever was done until then stays done."""
    permit = permit or Permit(clock=rooms.clock, began_at=rooms.clock.now(), windows=order.windows)
    visit = Visit(repository=repository, order=order, rooms=rooms, permit=permit)
    prepared = prepare(visit)
    if order.stop_after is not Stage.PUBLISH:
        return outcome_of(prepared, Released())
    done = release([prepared], rooms.store, rooms.clock)
    if repository.id in done.ended:
        raise done.ended[repository.id]
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
        is_current=scanned.is_current,
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
    work = replace(work, resting=met.resting, landing=met.landing)
    prepared = _generate(replace(prepared, work=work), met)
    return replace(prepared, heard=heard, faults=(*heard.faults, *met.faults, *_renew(prepared, met)))


def outcome_of(prepared: Prepared, done: Released) -> Outcome:
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


def complete_publishing(prepared: Prepared, done: Released) -> None:
    """Note that the publish window had its run, unless something ended it before its time."""
    if not done.faults[prepared.work.repository.id] and not prepared.visit.permit.withheld(WindowKind.PUBLISH):
        _complete(prepared.visit, WindowKind.PUBLISH)


def _complete(visit: Visit, kind: WindowKind) -> None:
    if visit.permit.serves:
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
    tree = rooms.workspaces.list_tree(repository, revision, languages_of(order.rules))
    scan_id = rooms.store.begin_scan(repository.id, revision, inputs)
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
    """What became of the pull requests, and what follows."""
    visit = prepared.visit
    if visit.order.stop_after is not Stage.PUBLISH:
        return Round()
    order = visit.order_now()
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
    skipped = make_patches(work, rooms)
    if visit.order.stop_after is not Stage.FIX:
        while keys := judge_patches(work, scanned.project, rooms):
            judged += keys
            skipped = make_patches(work, rooms)
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

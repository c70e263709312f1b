"""Publishing what was proven in one repository or many: the best first, within budgets, each in its own window."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby

from debtd.model.pull_request import PullRequest, PullRequestState
from debtd.model.task import TaskState
from debtd.model.window import WindowKind
from debtd.pipeline.admit import admit_proposals, budget_state, joint_budgets
from debtd.pipeline.bulletin import explain_left_alone, put_up_dashboard
from debtd.pipeline.overlap import Neighbours
from debtd.pipeline.proposals import Proposal, Reputation, proposals, reputation_of
from debtd.pipeline.publish import commit_request, new_pull_request, publish
from debtd.pipeline.released import Released
from debtd.pipeline.visit import Prepared
from debtd.pipeline.waiting import unpublished
from debtd.ports import Clock, Store

_MEASURED_EVERY = 5
"""The load of the checks is measured again after so many pull requests of a repository."""


def release(everything: Sequence[Prepared], store: Store, clock: Clock) -> Released:
    """Finish what was recorded by an earlier run, then record and publish the best of all that is proven.

    Whatever waits is told what for, in the store as well. Faults do not raise: they are in the result.
    """
    done = Released()
    for prepared in (one for one in everything if one.left_alone):
        explain_left_alone(prepared, done, store)
    active = [one for one in everything if not one.left_alone]
    for prepared in active:
        done.attempt(prepared.work.repository.id, partial(_finish_pending, prepared, done))
    proposed = _propose(active, done, store)
    for batch in _batches(_admit(proposed, active, done, store, clock)):
        done.attempt(batch[0].candidate.repository_id, partial(_publish, batch, done))
    for prepared in everything:
        _explain_the_rest(prepared, done, store)
    sentences = {key: f"waits for {words}" for found in done.waiting.values() for key, words in found.items()}
    if sentences:
        store.hold_tasks(sentences)
    for prepared in everything:
        put_up_dashboard(prepared, done)
    return done


def _finish_pending(prepared: Prepared, done: Released) -> None:
    """What was recorded may be pushed already: it goes first, and takes its place in every budget."""
    visit, rooms = prepared.visit, prepared.visit.rooms
    repository = visit.repository
    with visit.lock():
        pending = rooms.store.pull_requests(repository.id, (PullRequestState.PENDING,))
        done.rules |= {one.key: one.rule_id for one in pending}
        if pending and (reason := visit.permit.withheld(WindowKind.PUBLISH)):
            done.waiting[repository.id] |= {one.key: reason for one in pending}
        elif pending:
            _open(prepared, pending, done)


def _propose(everything: Sequence[Prepared], done: Released, store: Store) -> list[Proposal]:
    """What could go now; the rest waits for a window or a scan."""
    found: list[Proposal] = []
    reputation: Reputation | None = None
    for prepared in everything:
        repository_id, visit = prepared.work.repository.id, prepared.visit
        ids = {rule.id for rule in prepared.work.rules}
        accepted = [task for task in unpublished(store, repository_id) if task.rule_id in ids]
        done.rules |= {task.key: task.rule_id for task in accepted}
        if not accepted:
            continue
        if reason := visit.permit.withheld(WindowKind.PUBLISH) or done.stopped(repository_id):
            done.waiting[repository_id] |= {task.key: reason for task in accepted}
            continue
        reputation = reputation or reputation_of(store.pull_requests())
        done.attempt(repository_id, partial(_collect, prepared, reputation, found, done))
    return found


def _collect(prepared: Prepared, reputation: Reputation, found: list[Proposal], done: Released) -> None:
    work = prepared.work
    ready, outdated = proposals(prepared, reputation)
    found += ready
    reason = "a new scan: a file that it changes, a rule or an engine is not what it was"
    done.waiting[work.repository.id] |= {task.key: reason for task in outdated}


def _admit(
    proposed: Sequence[Proposal], everything: Sequence[Prepared], done: Released, store: Store, clock: Clock
) -> tuple[Proposal, ...]:
    if not proposed:
        return ()
    now = clock.now()
    visits = {one.prepared.work.repository.id: one.prepared.visit for one in proposed}
    recorded = store.pull_requests()
    admitted = admit_proposals(
        proposed,
        budget_state(recorded, min(visit.permit.night_began_at() for visit in visits.values()), now),
        joint_budgets([prepared.visit.order.policy for prepared in everything]),
        {
            key: Neighbours(visit.repository, visit.rooms.forge, [one for one in recorded if one.repository_id == key])
            for key, visit in visits.items()
        },
        now,
        frozenset().union(*(prepared.heard.approved for prepared in everything)),
    )
    repository_of = {one.key: one.candidate.repository_id for one in proposed}
    for key, sentence in admitted.waiting.items():
        done.waiting[repository_of[key]][key] = sentence
    return admitted.first


def _batches(admitted: Sequence[Proposal]) -> Iterator[list[Proposal]]:
    """Neighbours in the order of one repository, together where nothing can change between them."""
    for _, group in groupby(admitted, key=lambda one: one.candidate.repository_id):
        batch = list(group)
        yield from [batch] if batch[0].prepared.visit.permit.is_unconditional else [[one] for one in batch]


def _publish(batch: Sequence[Proposal], done: Released) -> None:
    """Record, push and open what still may go at this very moment."""
    prepared = batch[0].prepared
    visit, work, rooms = prepared.visit, prepared.work, prepared.visit.rooms
    so_far = done.published[work.repository.id]
    if so_far and len(so_far) % _MEASURED_EVERY == 0 and visit.permit.load is not None:
        visit.permit.load.measure()
    reason = visit.permit.withheld(WindowKind.PUBLISH) or done.stopped(work.repository.id)
    if reason:
        done.waiting[work.repository.id] |= {one.key: reason for one in batch}
        return
    with visit.lock():
        recorded = {one.key for one in rooms.store.pull_requests(work.repository.id)}
        accepted = {task.key for task in work.tasks(rooms.store, TaskState.ACCEPTED)} - recorded
        current = [one for one in batch if one.key in accepted]
        if current:
            _open(prepared, _recorded(prepared, current), done)


def _explain_the_rest(prepared: Prepared, done: Released, store: Store) -> None:
    """What was not opened because of a fault, or because another process was faster, waits as well."""
    repository_id = prepared.work.repository.id
    failures = done.failures[repository_id]
    reason = f"another try: {failures[-1]}" if failures else "the run of another process, which has it in hand"
    for task in unpublished(store, repository_id):
        if task.key in done.rules:
            done.waiting[repository_id].setdefault(task.key, reason)


def _recorded(prepared: Prepared, current: Sequence[Proposal]) -> list[PullRequest]:
    work, rooms = prepared.work, prepared.visit.rooms
    files = [file for one in current for file in one.accepted.patch.files]
    blobs = rooms.workspaces.read_blobs(work.repository, [file.base_blob for file in files])
    commits = rooms.workspaces.ensure_commits(work.repository, [commit_request(one.accepted, blobs) for one in current])
    made = [new_pull_request(one.accepted, work.revision, commits[one.key], one.candidate.teams) for one in current]
    for pull_request in made:
        rooms.store.save_pull_request(pull_request)
    return made


def _open(prepared: Prepared, pending: Sequence[PullRequest], done: Released) -> None:
    """Push and open. What was opened is read again: one that is open may still have had a fault."""
    rooms, repository = prepared.visit.rooms, prepared.work.repository
    told = publish(repository, pending, prepared.visit.order.policy, rooms)
    keys = {one.key for one in pending}
    found = [one for one in rooms.store.pull_requests(repository.id) if one.key in keys]
    done.published[repository.id] += [one for one in found if one.state is not PullRequestState.PENDING]
    done.faults[repository.id] += told.faults
    if told.faults and any(one.state is PullRequestState.PENDING for one in found):
        done.failures[repository.id].append(told.faults[-1])

"""The round over all pull requests of a repository that are open, before anything new is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from debtd.model.errors import RepoUnusable, Retryable
from debtd.model.pull_request import PullRequest, PullRequestOutcome, PullRequestState
from debtd.pipeline.backlog import Backlog
from debtd.pipeline.order import Order, Rooms
from debtd.pipeline.reconcile.attend import Attended, attend
from debtd.pipeline.reconcile.desk import Desk, told
from debtd.pipeline.reconcile.learning import learn
from debtd.pipeline.reconcile.merging import merge, ready
from debtd.pipeline.reconcile.renewal import Renewal, finish
from debtd.pipeline.reconcile.reverts import landing, record_reverts

Fault = RepoUnusable | Retryable


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """`renewals` are made again in this run, by key; `resting` are the keys of all others that are open, for which
    nothing is made; `landing` of those that were merged after the revision that was scanned. `faults` hindered single
    ones."""

    renewals: Mapping[str, Renewal] = field(default_factory=dict)
    resting: frozenset[str] = frozenset()
    landing: frozenset[str] = frozenset()
    faults: tuple[Fault, ...] = ()


def reconcile(work: Backlog, order: Order, rooms: Rooms) -> Round:
    """See what became of every pull request, and do what follows.

    A fault of one is told at the end and stops no other. Raises what concerns all: a credential that is refused, a
    repository that is not there, and a forge that fails twice in a row.
    """
    store, repository = rooms.store, work.repository
    record_reverts(work, rooms)
    desk = _desk(work, order, rooms)
    open_ones = tuple(desk.rows.values())
    for forge in {id(forge): forge for forge in map(desk.forge, open_ones)}.values():
        forge.open_pull_requests(repository)  # is the repository there for us at all?
    attended, faults = _attend_all(open_ones, desk)
    learn(repository.id, store, rooms.clock.now())
    faults += _merge_all(attended, replace(desk, standings=store.standings()))
    renewals = {one.case.pull_request.key: one.renewal for one in attended if one.renewal is not None}
    still_open = {one.key for one in desk.rows.values() if one.state is PullRequestState.OPEN}
    return Round(
        renewals=renewals,
        resting=frozenset(still_open - set(renewals)),
        landing=landing(work, rooms),
        faults=tuple(faults),
    )


def finish_renewals(work: Backlog, order: Order, rooms: Rooms, renewals: Mapping[str, Renewal]) -> tuple[Fault, ...]:
    """Push what was made and proven again since `reconcile`. The faults that hindered single ones."""
    if not renewals:
        return ()
    desk = _desk(work, order, rooms)
    faults: list[Fault] = []
    for pull_request in tuple(desk.rows.values()):
        if pull_request.key in renewals:
            try:
                finish(pull_request, renewals[pull_request.key], desk)
            except (RepoUnusable, Retryable) as fault:
                faults.append(told(pull_request, fault))
    return tuple(faults)


def _desk(work: Backlog, order: Order, rooms: Rooms) -> Desk:
    store, repository_id = rooms.store, work.repository.id
    merged = store.pull_requests(repository_id, (PullRequestState.MERGED,))
    return Desk(
        work=work,
        order=order,
        rooms=rooms,
        rows={one.key: one for one in store.pull_requests(repository_id, (PullRequestState.OPEN,))},
        tasks={task.key: task for task in store.tasks(repository_id)},
        findings={finding.fingerprint: finding for finding in store.findings(repository_id)},
        suppressions=store.suppressions(rooms.clock.now(), repository_id),
        standings=store.standings(),
        reverted=frozenset(one.rule_id for one in merged if one.outcome is PullRequestOutcome.REVERTED),
    )


def _attend_all(open_ones: Sequence[PullRequest], desk: Desk) -> tuple[list[Attended], list[Fault]]:
    attended: list[Attended] = []
    faults: list[Fault] = []
    failed_before = False
    for pull_request in open_ones:
        try:
            one = attend(pull_request, desk)
        except (RepoUnusable, Retryable) as fault:
            if failed_before and isinstance(fault, Retryable):
                raise
            failed_before = isinstance(fault, Retryable)
            faults.append(told(pull_request, fault))
            continue
        failed_before = False
        if one is not None:
            attended.append(one)
    return attended, faults


def _merge_all(attended: Sequence[Attended], desk: Desk) -> list[Fault]:
    faults: list[Fault] = []
    for one in ready(attended, desk):
        try:
            merge(one, desk)
        except (RepoUnusable, Retryable) as fault:
            faults.append(told(one.case.pull_request, fault))
    return faults

"""What is still to do for one repository, read from the store: the state is the truth, no queue is needed here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from debtd.model.coverage import Skipped
from debtd.model.finding import Finding, FindingState
from debtd.model.pull_request import PullRequest, PullRequestState
from debtd.model.repo import Repository, Revision
from debtd.model.task import FixTask, TaskState
from debtd.pipeline.triage import TriageInput, new_task, split, triage
from debtd.ports import Clock, Store
from debtd.rulekit.rule import Rule

_UNFINISHED = (TaskState.PLANNED, TaskState.PATCHED, TaskState.ACCEPTED)
_OVER = frozenset({PullRequestState.REJECTED, PullRequestState.MERGED, PullRequestState.CLOSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """One repository at one revision, seen through the rules of this run.

    `scanned` are the paths that the last scan read in full; `inputs` digests rules, engines and floor. `resting` are
    the keys of tasks whose pull requests are open and stay as they are in this run; `landing` of those whose pull
    requests were merged after this revision. `is_current`: the last scan read this very revision.
    """

    repository: Repository
    revision: Revision
    rules: Sequence[Rule]
    scanned: Collection[str]
    inputs: str
    resting: Collection[str] = ()
    landing: Collection[str] = ()
    is_current: bool = True

    def tasks(self, store: Store, *states: TaskState) -> tuple[FixTask, ...]:
        """The tasks in these states whose rule takes part in this run."""
        ids = {rule.id for rule in self.rules}
        return tuple(task for task in store.tasks(self.repository.id, states) if task.rule_id in ids)

    def to_do(self, store: Store, state: TaskState) -> tuple[FixTask, ...]:
        """Those of them on which there is work now."""
        return tuple(task for task in self.tasks(store, state) if task.key not in self.resting)

    def findings(self, store: Store) -> dict[str, Finding]:
        """All findings of the repository that are not resolved, by fingerprint, every rule included."""
        states = (FindingState.OPEN, FindingState.UNVERIFIED)
        return {finding.fingerprint: finding for finding in store.findings(self.repository.id, states)}


def plan(work: Backlog, store: Store, clock: Clock) -> dict[str, Skipped]:
    """Plan what no task covers yet; why the other findings get no fix, by fingerprint."""
    findings = work.findings(store)
    known = {task.key: task for task in work.tasks(store)}
    pull_requests = {pr.key: pr for pr in store.pull_requests(work.repository.id)}
    given = TriageInput(
        repository_id=work.repository.id,
        base_commit=work.revision.commit,
        findings=[f for f in findings.values() if f.match.rule_id in {rule.id for rule in work.rules}],
        scanned=work.scanned,
        inputs=work.inputs,
        suppressed={s.fingerprint for s in store.suppressions(clock.now(), work.repository.id)},
        spent={key for key, pr in pull_requests.items() if pr.state in _OVER},
    )
    over = [task for task in known.values() if not _is_waiting(task, pull_requests)]
    rejected = _rejected_now(given, over, findings)
    landing = {f for key in work.landing if key in known for f in known[key].fingerprints}
    taken = landing | _taken(known.values(), pull_requests) | {f for task, _ in rejected for f in task.fingerprints}
    sorted_out = triage(replace(given, taken=taken))
    parts = [part for task, group in rejected for part in _parts(given, task, group, store)]
    fresh = [task for task in (*sorted_out.tasks, *parts) if not _is_current(task, known)]
    store.plan_tasks(fresh)
    return dict(sorted_out.skipped)


def supersede(work: Backlog, store: Store) -> None:
    """Unfinished tasks for another base, or by other rules or engines, make room for new ones; so do those that were
    started again for a pull request that is over by now."""
    findings = work.findings(store)
    recorded = {pull_request.key: pull_request for pull_request in store.pull_requests(work.repository.id)}
    given = TriageInput(
        repository_id=work.repository.id,
        base_commit=work.revision.commit,
        findings=(),
        scanned=work.scanned,
        inputs=work.inputs,
    )
    for task in work.tasks(store, *_UNFINISHED):
        group = [findings[f] for f in task.fingerprints if f in findings]
        current = len(group) == len(task.fingerprints) and new_task(given, group).inputs == task.inputs
        if task.key in recorded:
            if recorded[task.key].state in _OVER:
                store.move_task(task.key, TaskState.SUPERSEDED, "its pull request is over")
        elif not (current and task.base_commit == work.revision.commit):
            store.move_task(task.key, TaskState.SUPERSEDED, "the base, a rule or an engine changed")


def _taken(tasks: Collection[FixTask], pull_requests: Mapping[str, PullRequest]) -> set[str]:
    taken = (task for task in tasks if task.state in _UNFINISHED or _is_waiting(task, pull_requests))
    return {fingerprint for task in taken for fingerprint in task.fingerprints}


def _is_waiting(task: FixTask, pull_requests: Mapping[str, PullRequest]) -> bool:
    """Whether its pull request is pending or open."""
    pull_request = pull_requests.get(task.key)
    return pull_request is not None and pull_request.state not in _OVER


def _rejected_now(
    given: TriageInput, tasks: Collection[FixTask], findings: Mapping[str, Finding]
) -> list[tuple[FixTask, list[Finding]]]:
    """Tasks that a gate rejected (or that were skipped) for inputs that have not changed since."""
    held: list[tuple[FixTask, list[Finding]]] = []
    for task in tasks:
        group = [findings[f] for f in task.fingerprints if f in findings]
        if (
            task.state in {TaskState.REJECTED, TaskState.SKIPPED}
            and len(group) == len(task.fingerprints)
            and new_task(given, group).inputs == task.inputs
        ):
            held.append((task, group))
    return held


def _parts(given: TriageInput, task: FixTask, group: Sequence[Finding], store: Store) -> tuple[FixTask, ...]:
    evidence = store.evidence(task.key)
    failure = evidence.failure if evidence is not None else None
    return split(given, group, failure.path) if failure is not None else ()


def _is_current(task: FixTask, known: Mapping[str, FixTask]) -> bool:
    earlier = known.get(task.key)
    return earlier is not None and earlier.inputs == task.inputs and earlier.state is not TaskState.SUPERSEDED

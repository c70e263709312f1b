"""What is still to do for one repository, read from the store: the state is the truth, no queue is needed here."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from debtd.model.coverage import Skipped
from debtd.model.errors import StateUnusable
from debtd.model.finding import Finding, FindingState
from debtd.model.pull_request import UNDER_WAY, PullRequest
from debtd.model.repo import Repository, Revision
from debtd.model.repository_file import RepositoryFile
from debtd.model.task import FixTask, TaskState
from debtd.pipeline.triage import TriageInput, new_task, split, triage
from debtd.pipeline.unwanted import to_sort_out, why_unwanted
from debtd.ports import Clock, Store
from debtd.rulekit.rule import Rule

T = TypeVar("T")

UNFINISHED = (TaskState.PLANNED, TaskState.PATCHED, TaskState.ACCEPTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """One repository at one revision, seen through the rules of this run.

    `scanned` are the paths that the last scan read in full; `is_current`: it read this very revision. `inputs` digests
    rules, engines and floor. Without `old_debt`, the findings of the baseline are left; so are those that `file` asks
    to leave out. `resting` are the keys of tasks whose pull requests are open and stay as they are in this run;
    `landing` of those whose pull requests were merged after this revision; `only` are the sole tasks to work on, None
    for all.
    """

    repository: Repository
    revision: Revision
    rules: Sequence[Rule]
    scanned: Collection[str]
    inputs: str
    old_debt: bool = True
    file: RepositoryFile = field(default_factory=RepositoryFile)
    resting: Collection[str] = ()
    landing: Collection[str] = ()
    only: Collection[str] | None = None
    is_current: bool = True

    def tasks(self, store: Store, *states: TaskState) -> tuple[FixTask, ...]:
        """The tasks in these states whose rule takes part in this run."""
        ids = {rule.id for rule in self.rules}
        return tuple(task for task in store.tasks(self.repository.id, states) if task.rule_id in ids)

    def to_do(self, store: Store, state: TaskState) -> tuple[FixTask, ...]:
        """Those of them on which there is work now."""
        return tuple(
            task
            for task in self.tasks(store, state)
            if task.key not in self.resting and (self.only is None or task.key in self.only)
        )

    def findings(self, store: Store) -> dict[str, Finding]:
        """All findings of the repository that are not resolved, by fingerprint, every rule included."""
        states = (FindingState.OPEN, FindingState.UNVERIFIED)
        return {finding.fingerprint: finding for finding in store.findings(self.repository.id, states)}


def plan(work: Backlog, store: Store, clock: Clock) -> dict[str, Skipped]:
    """Plan what no task covers yet; why the other findings get no fix, by fingerprint."""
    findings = work.findings(store)
    known = {task.key: task for task in work.tasks(store)}
    pull_requests = {pr.key: pr for pr in store.pull_requests(work.repository.id)}
    spent = {key for key, pr in pull_requests.items() if pr.state not in UNDER_WAY}
    given = replace(to_sort_out(work, findings, store, clock), spent=spent)
    unwanted = why_unwanted(work, store, clock)
    over = [task for task in known.values() if not _is_waiting(task, pull_requests) and not unwanted(task)]
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
    recorded = {pull_request.key: pull_request for pull_request in store.pull_requests(work.repository.id)}
    holds = still_holds(work, work.findings(store))
    for task in work.tasks(store, *UNFINISHED):
        if task.key in recorded:
            if recorded[task.key].state not in UNDER_WAY:
                store.move_task(task.key, TaskState.SUPERSEDED, "its pull request is over")
        elif not (holds(task) and task.base_commit == work.revision.commit):
            store.move_task(task.key, TaskState.SUPERSEDED, "the base, a rule or an engine changed")


def still_holds(work: Backlog, findings: Mapping[str, Finding]) -> Callable[[FixTask], bool]:
    """Whether a task is about the same findings, in files and by rules and engines that are what they were."""
    given = TriageInput(
        repository_id=work.repository.id,
        base_commit=work.revision.commit,
        findings=(),
        scanned=work.scanned,
        inputs=work.inputs,
    )

    def holds(task: FixTask) -> bool:
        group = [findings[f] for f in task.fingerprints if f in findings]
        return len(group) == len(task.fingerprints) and new_task(given, group).inputs == task.inputs

    return holds


def withdraw(work: Backlog, store: Store, clock: Clock) -> None:
    """Unfinished tasks that people do not want any more, or that have nothing left to do, go no further."""
    recorded = {pull_request.key for pull_request in store.pull_requests(work.repository.id)}
    unwanted = why_unwanted(work, store, clock)
    for task in work.tasks(store, *UNFINISHED):
        if task.key not in recorded and (reason := unwanted(task)):
            store.move_task(task.key, TaskState.SUPERSEDED, reason)


def _taken(tasks: Collection[FixTask], pull_requests: Mapping[str, PullRequest]) -> set[str]:
    taken = (task for task in tasks if task.state in UNFINISHED or _is_waiting(task, pull_requests))
    return {fingerprint for task in taken for fingerprint in task.fingerprints}


def _is_waiting(task: FixTask, pull_requests: Mapping[str, PullRequest]) -> bool:
    """Whether its pull request is pending or open."""
    pull_request = pull_requests.get(task.key)
    return pull_request is not None and pull_request.state in UNDER_WAY


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


def required(value: T | None, task: FixTask) -> T:
    """What the store must have for a task in this state."""
    if value is None:
        raise StateUnusable(f"the store has lost what belongs to fix task {task.key}; run `debtd db check`.")
    return value

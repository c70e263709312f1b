"""Accepted patches as budgets, rankings and other people's pull requests see them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from debtd.model.acceptance import Tally, careful_acceptance, outcome_of, tally
from debtd.model.finding import Finding
from debtd.model.overlap import Lines, changed_lines
from debtd.model.pull_request import PullRequest
from debtd.model.ranking import Candidate
from debtd.model.repo import git_blob_id
from debtd.model.task import FixTask, Patch, TaskState
from debtd.pipeline.backlog import Backlog, required, still_holds
from debtd.pipeline.burden import OwnersOf, group_of, lines_of, owners_of, read_owners
from debtd.pipeline.order import Rooms
from debtd.pipeline.publish import Accepted
from debtd.pipeline.visit import Prepared
from debtd.ports import Store

_LATELY = timedelta(days=180)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A proven patch that could become a pull request. `changed` are the lines that it changes, by path."""

    prepared: Prepared
    accepted: Accepted
    candidate: Candidate
    changed: Mapping[str, Lines]

    @property
    def key(self) -> str:
        return self.candidate.key


@dataclass(frozen=True, slots=True)
class Reputation:
    """What people made of the rules' pull requests, by rule and repository."""

    tallies: Mapping[tuple[str, str], Tally]

    def acceptance(self, rule_id: str, repository_id: str) -> float:
        everywhere = sum((one for (rule, _), one in self.tallies.items() if rule == rule_id), Tally())
        return careful_acceptance(self.tallies.get((rule_id, repository_id), Tally()), everywhere)


def reputation_of(pull_requests: Iterable[PullRequest]) -> Reputation:
    decided = ((p.rule_id, p.repository_id, outcome_of(p)) for p in pull_requests)
    return Reputation(tally((rule, where, outcome) for rule, where, outcome in decided if outcome is not None))


def proposals(prepared: Prepared, reputation: Reputation) -> tuple[list[Proposal], list[FixTask]]:
    """All that is accepted and not recorded as a pull request yet; and the tasks that wait for a new scan, because the
    files that they change, a rule or an engine are not what they were."""
    work, rooms = prepared.work, prepared.visit.rooms
    recorded = {pull_request.key for pull_request in rooms.store.pull_requests(work.repository.id)}
    tasks = [task for task in work.tasks(rooms.store, TaskState.ACCEPTED) if task.key not in recorded]
    patches = {task.key: required(rooms.store.patch(task.key), task) for task in tasks}
    findings = work.findings(rooms.store)
    holds = still_holds(work, findings)
    moved_on = _moved_on(prepared, [patches[task.key] for task in tasks if task.base_commit != work.revision.commit])
    current = [task for task in tasks if task.key not in moved_on and holds(task)]
    outdated = [task for task in tasks if task not in current]
    if not current:
        return [], outdated
    owners = read_owners(rooms.workspaces, work.repository, work.revision, rooms.forge.name)
    since = datetime.fromtimestamp(work.revision.committed_at, UTC) - _LATELY
    churn = rooms.workspaces.churn(work.repository, work.revision, since)
    blobs = rooms.workspaces.read_blobs(work.repository, [f.base_blob for t in current for f in patches[t.key].files])
    made = []
    for task in current:
        accepted = _accepted(work, task, patches[task.key], findings, rooms.store)
        made.append(
            Proposal(
                prepared=prepared,
                accepted=accepted,
                candidate=_candidate(accepted, owners, churn, reputation, _proven_at(task, rooms)),
                changed={file.path: changed_lines(blobs[file.base_blob], file.edits) for file in accepted.patch.files},
            )
        )
    return made, outdated


def _moved_on(prepared: Prepared, patches: Iterable[Patch]) -> set[str]:
    """The keys of patches whose files differ in the newest revision from those that they were proven on."""
    by_path: dict[str, set[str]] = defaultdict(set)
    bases = [(patch.task_key, file.path, file.base_blob) for patch in patches for file in patch.files]
    for key, path, _ in bases:
        by_path[path].add(key)
    work = prepared.work
    present = (
        prepared.visit.rooms.workspaces.read_paths(work.repository, work.revision, sorted(by_path)) if bases else {}
    )
    blobs = {path: git_blob_id(data) for path, data in present.items()}
    return {key for key, path, blob in bases if blobs.get(path) != blob}


def _accepted(work: Backlog, task: FixTask, patch: Patch, findings: Mapping[str, Finding], store: Store) -> Accepted:
    return Accepted(
        task=task,
        patch=patch,
        evidence=required(store.evidence(task.key), task),
        rule=next(rule for rule in work.rules if rule.id == task.rule_id),
        findings=[findings[f] for f in task.fingerprints],
    )


def _candidate(
    accepted: Accepted, owners: OwnersOf, churn: Mapping[str, int], reputation: Reputation, since: datetime
) -> Candidate:
    task, rule = accepted.task, accepted.rule
    return Candidate(
        key=task.key,
        repository_id=task.repository_id,
        waiting_since=since,
        severity=rule.severity,
        effort_minutes=rule.effort_minutes * len(task.fingerprints),
        lines=lines_of(accepted.patch),
        churn=sum(churn.get(file.path, 0) for file in accepted.patch.files),
        acceptance=reputation.acceptance(rule.id, task.repository_id),
        deadline=rule.deadline,
        teams=owners_of(accepted.patch, owners),
        group=group_of(rule),
    )


def _proven_at(task: FixTask, rooms: Rooms) -> datetime:
    """When it was proven first: a new base does not send it back to the end of the line."""
    events = rooms.store.events(task.key, limit=1_000)
    return min((event.at for event in events if event.kind == "task.accepted"), default=rooms.clock.now())

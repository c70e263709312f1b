"""Merged, then reverted: what was fixed is found again in a revision that has the merge."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from debtd.model.finding import Finding, FindingState
from debtd.model.pull_request import PullRequest, PullRequestOutcome, PullRequestState
from debtd.model.repo import DETACHED
from debtd.model.task import FixTask
from debtd.pipeline.backlog import Backlog
from debtd.pipeline.order import Rooms


def suspects(
    merged: Iterable[PullRequest], tasks: Mapping[str, FixTask], findings: Mapping[str, Finding], branch: str
) -> tuple[PullRequest, ...]:
    """The merged ones of which a finding is back. Where people edited it before the merge, they may have left some of
    its findings as they were: then all have to be back."""
    return tuple(
        pull_request
        for pull_request in merged
        if pull_request.merge_commit
        and pull_request.base_branch in {branch, DETACHED}
        and pull_request.outcome in {PullRequestOutcome.MERGED, PullRequestOutcome.EDITED}
        and _is_back(pull_request, [findings[f].state for f in tasks[pull_request.key].fingerprints])
    )


def _is_back(pull_request: PullRequest, states: Collection[FindingState]) -> bool:
    back = [state is FindingState.OPEN for state in states]
    return all(back) if pull_request.outcome is PullRequestOutcome.EDITED else any(back)


def record_reverts(work: Backlog, rooms: Rooms) -> None:
    """Once for each. Its findings then get a new fix task by themselves: they are open, and no task has them."""
    merged = rooms.store.pull_requests(work.repository.id, (PullRequestState.MERGED,))
    tasks = {task.key: task for task in rooms.store.tasks(work.repository.id)}
    findings = {finding.fingerprint: finding for finding in rooms.store.findings(work.repository.id)}
    for pull_request in suspects(merged, tasks, findings, work.revision.branch):
        if rooms.workspaces.contains(work.repository, work.revision, pull_request.merge_commit):
            rooms.store.save_pull_request(
                replace(
                    pull_request,
                    outcome=PullRequestOutcome.REVERTED,
                    reason=f"reverted: its findings are found again on {work.revision.branch}",
                    ended_at=rooms.clock.now(),
                )
            )

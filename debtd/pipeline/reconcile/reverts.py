"""Merged, and found again: reverted if the scanned revision has the merge, and otherwise the scan is the older one."""

from dataclasses import replace
from datetime import timedelta

from debtd.model.finding import FindingState
from debtd.model.pull_request import HandsOff, PullRequest, PullRequestOutcome, PullRequestState
from debtd.model.repo import DETACHED
from debtd.pipeline.backlog import Backlog
from debtd.pipeline.order import Rooms

_LANDING = timedelta(days=1)
"""A merge that the mirror does not have after this time was taken away from the branch."""


def record_reverts(work: Backlog, rooms: Rooms) -> None:
    """Once for each. Its findings then get a new fix task by themselves: they are open, and no task has them."""
    for pull_request in _found_again(work, rooms) if work.is_current else ():
        if _may_be_reverted(pull_request) and _has_merge(pull_request, work, rooms):
            rooms.store.save_pull_request(
                replace(
                    pull_request,
                    outcome=PullRequestOutcome.REVERTED,
                    reason=f"reverted: its findings are found again on {work.revision.branch}",
                    ended_at=rooms.clock.now(),
                )
            )


def landing(work: Backlog, rooms: Rooms) -> frozenset[str]:
    """The keys of those that were merged after the revision that was scanned: what they fixed must not be planned
    again, though this scan still found it."""
    youngest = rooms.clock.now() - _LANDING
    return frozenset(
        pull_request.key
        for pull_request in _found_again(work, rooms)
        if not work.is_current
        or (
            pull_request.ended_at is not None
            and pull_request.ended_at > youngest
            and not _has_merge(pull_request, work, rooms)
        )
    )


def _found_again(work: Backlog, rooms: Rooms) -> list[PullRequest]:
    """The merged ones, of which one finding at least is open by the scan of the branch that they were merged into.
    Where people edited one before its merge, they may have left some of its findings: then all have to be open."""
    merged = rooms.store.pull_requests(work.repository.id, (PullRequestState.MERGED,))
    tasks = {task.key: task for task in rooms.store.tasks(work.repository.id)} if merged else {}
    still = {f.fingerprint for f in rooms.store.findings(work.repository.id, (FindingState.OPEN,))} if merged else set()
    found: list[PullRequest] = []
    for pull_request in merged:
        here = pull_request.base_branch in {work.revision.branch, DETACHED}
        back = [fingerprint in still for fingerprint in tasks[pull_request.key].fingerprints]
        enough = all(back) if pull_request.outcome is PullRequestOutcome.EDITED else any(back)
        if here and enough and pull_request.hands_off is not HandsOff.TARGET:
            found.append(pull_request)
    return found


def _may_be_reverted(pull_request: PullRequest) -> bool:
    return pull_request.outcome in {PullRequestOutcome.MERGED, PullRequestOutcome.EDITED}


def _has_merge(pull_request: PullRequest, work: Backlog, rooms: Rooms) -> bool:
    """Whether the scanned revision has its merge; False where the forge does not tell which commit that is."""
    commit = pull_request.merge_commit
    return commit != "" and rooms.workspaces.contains(work.repository, work.revision, commit)

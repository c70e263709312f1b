"""What follows from what is seen. Pure: nothing here asks or changes anything."""

from dataclasses import dataclass

from debtd.model.acceptance import Standing
from debtd.model.forge import ChecksState, ForgePullRequest, ForgeState, Reception, ReviewState
from debtd.model.policy import Policy
from debtd.model.pull_request import Attention, CloseReason, HandsOff, PullRequestOutcome
from debtd.model.repo import DETACHED
from debtd.model.task import TaskState
from debtd.pipeline.reconcile.case import Case, Ground

_SAID_BY_PEOPLE = frozenset({CloseReason.BY_PERSON, CloseReason.NOT_NOW, CloseReason.NEVER})


@dataclass(frozen=True, slots=True)
class Stays:
    """It stays as it is."""


@dataclass(frozen=True, slots=True)
class Vanished:
    """Nothing is left to fix; `sentence` says why."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Renews:
    """It has to be made again on the new base."""


Due = Stays | Vanished | Renews


def merge_outcome(case: Case, seen: ForgePullRequest) -> PullRequestOutcome:
    """Whether it was merged as debtd made it."""
    as_it_was = seen.commit in case.own_commits and case.pull_request.hands_off is not HandsOff.COMMIT
    return PullRequestOutcome.MERGED if as_it_was else PullRequestOutcome.EDITED


def unfinished_close(case: Case, seen: ForgePullRequest) -> CloseReason | None:
    """A closing that debtd had begun and has to end. One that was debtd's own idea is thought over while the forge has
    it open; a word of people stands."""
    reason = case.pull_request.close_reason
    return reason if seen.state is ForgeState.CLOSED or reason in _SAID_BY_PEOPLE else None


def hands_off(case: Case, seen: ForgePullRequest) -> HandsOff | None:
    """What people did to its branch or target. The head is compared with the commits that debtd pushed, so an amended
    commit is seen as well, whatever name is on it."""
    if seen.commit not in case.own_commits:
        return HandsOff.COMMIT
    return HandsOff.TARGET if seen.base_branch != case.pull_request.base_branch else None


def due(case: Case, seen: ForgePullRequest, ground: Ground, *, asked: bool) -> Due:
    """Gone, to be renewed, or neither. `asked`: people want it made again."""
    if not ground.is_current or case.pull_request.base_branch not in {ground.branch, DETACHED}:
        return Stays()
    if not case.owed and not case.is_unsure:
        gone = f"none of its findings is found on {ground.branch} now"
        return Vanished(gone if case.is_gone else "its findings are gone, or people said no to them")
    if case.is_unsure or case.pull_request.rule_id not in ground.rule_ids:
        return Stays()
    if is_on(case, seen, ground):
        return Stays()
    return Renews() if asked or needs_renewal(case, seen) else Stays()


def is_on(case: Case, seen: ForgePullRequest, ground: Ground) -> bool:
    """Whether its branch already is all that a renewal would make of it."""
    return (
        ground.is_current
        and case.task.state is TaskState.PUBLISHED
        and case.patch is not None
        and case.patch.base_commit == ground.commit
        and not case.pull_request.next_commit
        and seen.commit == case.pull_request.commit
        and _fixes_what_is_owed(case)
    )


def needs_renewal(case: Case, seen: ForgePullRequest) -> bool:
    """A base that moved is no reason by itself: the files that the patch touches have to be others, or its findings
    fewer, or the forge cannot merge it. One whose renewal was begun needs it still."""
    if case.patch is None or case.task.state is not TaskState.PUBLISHED or case.pull_request.next_commit:
        return True
    return not _fixes_what_is_owed(case) or seen.mergeable is False


def _fixes_what_is_owed(case: Case) -> bool:
    if case.patch is None or {f.fingerprint for f in case.owed} != set(case.task.fingerprints):
        return False
    now = {(finding.match.path, finding.match.blob) for finding in case.owed}
    return now == {(file.path, file.base_blob) for file in case.patch.files}


def attention_of(case: Case, seen: ForgePullRequest, reception: Reception) -> Attention:
    """What it waits for. One with a conflict waits for debtd like one whose checks fail."""
    if case.pull_request.hands_off is not None:
        return Attention.PARKED
    if seen.draft:
        return Attention.DRAFT
    if reception.checks is ChecksState.RED or seen.mergeable is False:
        return Attention.RED
    if reception.review is ReviewState.CHANGES_REQUESTED:
        return Attention.CHANGES_REQUESTED
    return Attention.PEOPLE


def may_merge(
    case: Case, seen: ForgePullRequest, reception: Reception, policy: Policy, standing: Standing, *, reverted: bool
) -> bool:
    """Whether debtd may merge it by itself; the window is another question. `reverted`: the rule's work in this
    repository was reverted before."""
    approved = reception.review is ReviewState.APPROVED
    return (
        policy.auto_merge
        and standing is Standing.PULL_REQUEST
        and not reverted
        and hands_off(case, seen) is None
        and case.pull_request.hands_off is None
        and not case.pull_request.next_commit
        and not seen.draft
        and seen.mergeable is not False
        and reception.checks is ChecksState.GREEN
        and (approved or (policy.merge_unapproved and reception.review is ReviewState.NONE))
    )

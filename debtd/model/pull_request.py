"""Pull requests as debtd knows them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PullRequestState(StrEnum):
    """PENDING: recorded before the push, so that a crash leaves nothing unknown. REJECTED: a person said no.
    CLOSED: over for another reason, such as all its findings being gone."""

    PENDING = "pending"
    OPEN = "open"
    MERGED = "merged"
    REJECTED = "rejected"
    CLOSED = "closed"


UNDER_WAY = frozenset({PullRequestState.PENDING, PullRequestState.OPEN})
"""The states of those that are not over."""


class Attention(StrEnum):
    """What an open pull request waits for. Only PEOPLE takes a slot: the others wait for debtd, or for nobody.
    PARKED: people have taken it over, and debtd keeps its hands off."""

    PEOPLE = "people"
    DRAFT = "draft"
    PARKED = "parked"
    RED = "red"
    CHANGES_REQUESTED = "changes-requested"


class HandsOff(StrEnum):
    """What people did to a pull request, after which debtd changes nothing on it any more."""

    COMMIT = "somebody else's commit is on its branch"
    TARGET = "somebody changed the branch that it is for"


class CloseReason(StrEnum):
    """Why a pull request ended without a merge."""

    VANISHED = "finding-vanished"
    NOT_PROVEN = "not-proven-on-the-new-base"
    BY_PERSON = "closed-by-a-person"
    NOT_NOW = "not-now"
    NEVER = "never"


class PullRequestOutcome(StrEnum):
    """MERGED as it was. EDITED by people, then merged. REFUSED: closed by a person. REVERTED after it was merged.
    A pull request that debtd closed because there was nothing left to do says nothing about its rule."""

    MERGED = "merged"
    EDITED = "edited"
    REFUSED = "refused"
    REVERTED = "reverted"


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """`key` is its fix task's key; `commit` was recorded before the push; `number` is the forge's, 0 while pending.

    `next_commit` is what its branch is about to be moved to from `commit`, recorded before that push; "" otherwise.
    `lines` are to be reviewed, by `owners` (of CODEOWNERS); `group` is what its rule belongs to. `heard` is the number
    of the last comment that was considered. `merge_commit` is the commit that brought it into the base branch.
    """

    key: str
    repository_id: str
    rule_id: str
    branch: str
    base_branch: str
    commit: str
    title: str
    body: str
    state: PullRequestState = PullRequestState.PENDING
    number: int = 0
    url: str = ""
    reason: str = ""
    draft: bool = False
    attention: Attention = Attention.PEOPLE
    hands_off: HandsOff | None = None
    next_commit: str = ""
    lines: int = 0
    owners: tuple[str, ...] = ()
    group: str = ""
    heard: int = 0
    close_reason: CloseReason | None = None
    outcome: PullRequestOutcome | None = None
    merge_commit: str = ""
    published_at: datetime | None = None
    ended_at: datetime | None = None

"""Pull requests as debtd knows them."""

from dataclasses import dataclass
from enum import StrEnum


class PullRequestState(StrEnum):
    """PENDING: recorded before the push, so that a crash leaves nothing unknown. REJECTED: a person said no.
    CLOSED: over for another reason, such as all its findings being gone."""

    PENDING = "pending"
    OPEN = "open"
    MERGED = "merged"
    REJECTED = "rejected"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """`key` is its fix task's key; `commit` was recorded before the push; `number` is the forge's, 0 while pending."""

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

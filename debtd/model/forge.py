"""What a forge says about pull requests, and what debtd tells it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ForgeState(StrEnum):
    """CLOSED: without a merge."""

    OPEN = "open"
    CLOSED = "closed"
    MERGED = "merged"


class ChecksState(StrEnum):
    """What the checks of a head commit say together, debtd's own status left out. NONE: there are none."""

    NONE = "none"
    PENDING = "pending"
    GREEN = "green"
    RED = "red"


class ReviewState(StrEnum):
    """What the reviews say together: one person who asks for changes outweighs all who approve."""

    NONE = "none"
    APPROVED = "approved"
    CHANGES_REQUESTED = "changes-requested"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """How machines and people receive a pull request."""

    checks: ChecksState
    review: ReviewState


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgeIssue:
    """An issue as its forge has it now; all texts are the forge's and hostile."""

    number: int
    url: str
    is_open: bool
    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgePullRequest:
    """A pull request as its forge has it now; all texts are the forge's and hostile.

    `commit` is the head commit, so another one than debtd pushed means that somebody else did. `from_fork`: the head
    branch lives in another repository. `mergeable` None: the forge has not worked it out. `ended_by` is the login of
    who closed or merged it, empty while open or where the forge does not tell; `merge_commit` is the commit that
    brought it into the base branch, empty until then.
    """

    number: int
    url: str
    state: ForgeState
    draft: bool
    title: str
    body: str
    branch: str
    commit: str
    base_branch: str
    from_fork: bool
    author: str
    mergeable: bool | None = None
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    ended_by: str = ""
    merge_commit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment on a pull request; `number` is the forge's and grows. `may_write`: its author may push to the
    repository; False where that is unknown."""

    number: int
    author: str
    body: str
    may_write: bool
    created_at: datetime


class StatusState(StrEnum):
    PENDING = "pending"
    SUCCESS = "success"
    FAILURE = "failure"


OWN_STATUS = "debtd"
"""What debtd's own commit statuses are named: this, or this, a slash and more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitStatus:
    """What stands beside a commit: `name` identifies it, `summary` is one line of evidence, `url` leads to more."""

    name: str
    state: StatusState
    summary: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchedFile:
    """A file that a pull request changes, and its line ranges there before the change: (first, last), both counted
    from 1; an insertion after line n is (n, n + 1). `lines` None: all of it, or not told."""

    path: str
    lines: tuple[tuple[int, int], ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CiLoad:
    """How busy a repository's checks are: jobs that wait, jobs that run, and how long recent ones took from the
    request to the end."""

    queued: int
    running: int
    latencies_seconds: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRepository:
    """A repository of an organisation or group. `project` is its path on the forge, `url` what git clones."""

    project: str
    url: str
    default_branch: str
    archived: bool
    fork: bool
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccessFact:
    """One right of debtd's credential. Not ok: it is missing, or it is there and should not be; `detail` says what
    to do."""

    name: str
    ok: bool
    detail: str

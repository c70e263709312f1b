"""What the pipeline needs of the outside world. Adapters implement these; `wiring` chooses them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from debtd.model.acceptance import RuleStanding
from debtd.model.coverage import Coverage
from debtd.model.enrolment import Enrolment
from debtd.model.errors import DebtdError
from debtd.model.event import Event
from debtd.model.evidence import Evidence
from debtd.model.finding import Finding, FindingState
from debtd.model.forge import (
    AccessFact,
    CiLoad,
    Comment,
    CommitStatus,
    ForgeIssue,
    ForgePullRequest,
    ListedRepository,
    Reception,
    TouchedFile,
)
from debtd.model.language import Language
from debtd.model.project import Project
from debtd.model.pull_request import PullRequest, PullRequestState
from debtd.model.repo import ListedFile, ListedTree, Repository, Revision, Source
from debtd.model.scan import Answer, Detection
from debtd.model.suppression import Suppression
from debtd.model.task import FixTask, Patch, TaskState
from debtd.model.window import WindowKind

if TYPE_CHECKING:
    from debtd.rulekit.rule import Rule


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, aware, UTC."""
        ...


class Progress(Protocol):
    """Where a stage tells how far it is. Must be cheap and safe to call from threads."""

    def start(self, stage: str, total: int) -> None: ...

    def advance(self, stage: str, count: int = 1) -> None: ...


class Detector(Protocol):
    """One engine."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str:
        """The engine's version, part of every cache key and of the evidence."""
        ...

    def accepts(self, rule: "Rule") -> bool:
        """Whether this engine runs the rule."""
        ...

    def facts(self, rules: "Sequence[Rule]", project: Project) -> str:
        """What the results of these rules depend on besides the file's bytes, its ending, the rules and the engine:
        all that decides them of the project. Part of every cache key."""
        ...

    def reads_paths(self, rules: "Sequence[Rule]") -> bool:
        """Whether more of a file's path than its ending may decide what these rules report."""
        ...

    def detect(
        self, sources: Sequence[Source], rules: "Sequence[Rule]", project: Project, progress: Progress
    ) -> Detection:
        """Run accepted rules over sources of their languages.

        Paths are unique in a call. A source that cannot be scanned in full is in `skipped`; a hostile one never
        raises and never stalls the caller. Every rule's control (`control_of`) is planted in the run. Progress
        advances once a source. Raises ConfigError when the engine itself cannot run.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitRequest:
    """A commit on `base_commit` that gives each path new bytes. Modes stay, a new path is a plain file; author and
    dates are fixed."""

    key: str
    base_commit: str
    message: str
    files: tuple[tuple[str, bytes], ...]


class Files(Protocol):
    """The bytes behind a listed tree."""

    def materialised(self, files: Sequence[ListedFile]) -> AbstractContextManager[tuple[Source, ...]]:
        """These files of the tree on disk, in the same order, until the context ends."""
        ...

    def unchanged(self, files: Sequence[ListedFile]) -> frozenset[str]:
        """The paths whose files still have, and had in all the time since they were listed, the listed bytes."""
        ...


Key = tuple[str, str]
"""What an answer is kept under, for one engine: the blob id, and the facts that it depends on besides."""


class AnswerCache(Protocol):
    """What engines answered before, shared by all repositories. Safe to share between processes.

    `engine` is an engine's name and version. Nothing here raises: a cache that cannot be used knows nothing and keeps
    nothing.
    """

    def answers(self, engine: str, keys: Sequence[Key], rules: frozenset[str]) -> Mapping[Key, Sequence[Answer]]:
        """All answers to sets of rules that have one in common with `rules` (keys); only keys that have an answer."""
        ...

    def words(self, engine: str, blobs: Sequence[str]) -> Mapping[str, frozenset[str]]:
        """The identifiers (see `Detection.words`) of the blobs of which they are known."""
        ...

    def heard(self, engine: str) -> frozenset[str]:
        """The keys of the rules whose planted control fired in some run of the engine."""
        ...

    def keep(
        self,
        engine: str,
        answers: Sequence[tuple[Key, Answer]],
        words: Mapping[str, str],
        heard: frozenset[str],
    ) -> None:
        """Keep answers, words (by blob) and rules heard, all of it or nothing."""
        ...


class Workspaces(Protocol):
    """Mirrors, trees and commits. Raises RepoUnusable and Retryable, never an error of a library."""

    def identify(self, location: str) -> Repository:
        """The repository behind a path or URL. Raises RepoUnusable with a sentence when there is none."""
        ...

    def ensure_mirror(self, repository: Repository) -> Revision:
        """Create or refresh the bare mirror; the newest commit of the default branch. Safe to repeat."""
        ...

    def list_tree(self, repository: Repository, revision: Revision, languages: frozenset[Language]) -> ListedTree:
        """List the whole tree; `files` are those in the languages. Reads no file but `ListedTree.texts`."""
        ...

    def files(self, repository: Repository) -> "Files":
        """The bytes behind the listed trees of the repository."""
        ...

    def manifests(self, repository: Repository, revision: Revision) -> Mapping[str, bytes]:
        """The manifests at the root that steer a scan (see `ListedTree.texts`), by name, without listing the tree."""
        ...

    def read_blobs(self, repository: Repository, blobs: Sequence[str]) -> Mapping[str, bytes]:
        """Bytes by blob id. Raises RepoUnusable when one is missing."""
        ...

    def ensure_commits(self, repository: Repository, requests: Sequence[CommitRequest]) -> Mapping[str, str]:
        """Commit ids by request key, in the mirror. Same input, same commit id. Safe to repeat."""
        ...

    def push_new_branch(self, repository: Repository, commit: str, branch: str, remote: str) -> None:
        """Create `branch` at `commit` on the remote. Repeating it is a no-op; another commit there is refused
        with RepoUnusable and stays untouched."""
        ...

    def push_new_branches(
        self, repository: Repository, commits: Mapping[str, str], remote: str
    ) -> Mapping[str, DebtdError]:
        """The same for many branches (name to commit) in one push; what hindered those that are not there now, by
        name: they hinder no other. Raises when the remote took nothing."""
        ...

    def replace_branch(self, repository: Repository, branch: str, old: str, new: str, remote: str) -> None:
        """Move `branch` of the remote from commit `old` to `new`. Repeating it is a no-op; any other commit there is
        refused with RepoUnusable and stays untouched, and so does a branch that is not there."""
        ...

    def contains(self, repository: Repository, revision: Revision, commit: str) -> bool:
        """Whether the commit is in the history of the revision; False for one that the mirror does not have."""
        ...

    def read_paths(self, repository: Repository, revision: Revision, paths: Sequence[str]) -> Mapping[str, bytes]:
        """The bytes of those of the paths that are regular files of at most 1 MiB in the revision."""
        ...

    def churn(self, repository: Repository, revision: Revision, since: datetime) -> Mapping[str, int]:
        """How many commits touched each path since then, in the history of the revision."""
        ...


class Scratch(Protocol):
    """Throw-away files for a re-scan."""

    def sources(self, files: Sequence[tuple[str, bytes, Language]]) -> AbstractContextManager[tuple[Source, ...]]:
        """Sources with these unique paths and bytes, in the same order, until the context ends."""
        ...


class Forge(Protocol):
    """Where the pull requests of a repository live.

    Every method is safe to repeat, also after an unknown outcome. Raises Retryable (not before its `after_seconds`),
    RepoUnusable and ConfigError.
    """

    @property
    def name(self) -> str: ...

    def remote(self, repository: Repository) -> str:
        """The path or URL to push to."""
        ...

    def ensure_pull_request(self, pull_request: PullRequest, *, draft: bool = False) -> PullRequest:
        """Find the pull request by its head branch and key, or create it; returned OPEN (or as the forge has it), with
        number and url. Raises RepoUnusable when the branch has a pull request that is not debtd's."""
        ...

    def close_pull_request(self, pull_request: PullRequest, reason: str) -> None:
        """Close it with a reason, told in one comment; the branch stays. One that is over stays as it is."""
        ...

    def read_pull_request(self, pull_request: PullRequest) -> ForgePullRequest | None:
        """What the forge has: by number, or by head branch and key while there is no number. None: nothing."""
        ...

    def update_pull_request(self, pull_request: PullRequest) -> None:
        """Give it the title and the body of `pull_request`."""
        ...

    def ensure_comment(self, pull_request: PullRequest, name: str, text: str) -> None:
        """Write a comment, once for each `name` (lower-case words with hyphens)."""
        ...

    def comments(self, pull_request: PullRequest) -> tuple[Comment, ...]:
        """What other people wrote, oldest first; not debtd's own comments."""
        ...

    def change_labels(self, pull_request: PullRequest, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        """Add and remove labels; other labels stay."""
        ...

    def assign(
        self, pull_request: PullRequest, *, assignees: Sequence[str] = (), reviewers: Sequence[str] = ()
    ) -> tuple[str, ...]:
        """Assign people and ask for reviews, by login; the logins that the forge did not take."""
        ...

    def set_status(self, pull_request: PullRequest, status: CommitStatus) -> None:
        """Put a status on the pull request's commit; it replaces the earlier one of that name."""
        ...

    def delete_branch(self, pull_request: PullRequest) -> bool:
        """Delete the head branch if it still stands at the pull request's commit; whether it is gone now."""
        ...

    def reception(self, pull_request: PullRequest) -> Reception:
        """What checks and reviews say of its commit now."""
        ...

    def mark_ready(self, pull_request: PullRequest) -> None:
        """Make a draft one that asks for review. One that is not a draft stays as it is."""
        ...

    def merge_pull_request(self, pull_request: PullRequest) -> None:
        """Merge it if its head still is `commit`. Raises RepoUnusable when the forge does not allow it. One that is
        merged stays as it is."""
        ...

    def ensure_issue(self, repository: Repository, name: str, title: str, body: str) -> ForgeIssue:
        """Find debtd's issue of this name (lower-case words with hyphens), or create it, and give it the title and
        the body. One that people closed stays as it is: closed, and its text with it."""
        ...

    def read_issue(self, repository: Repository, name: str) -> ForgeIssue | None:
        """debtd's issue of this name; None when there is none."""
        ...

    def open_pull_requests(self, repository: Repository) -> tuple[ForgePullRequest, ...]:
        """All that are open, debtd's own and those of others."""
        ...

    def touched_files(self, repository: Repository, number: int) -> tuple[TouchedFile, ...]:
        """What a pull request changes."""
        ...

    def ci_load(self, repository: Repository) -> CiLoad:
        """How busy the repository's checks are."""
        ...


class Directory(Protocol):
    """What a forge's credential can see and do."""

    def repositories(self, owner: str, topic: str = "") -> tuple[ListedRepository, ...]:
        """All repositories of an organisation, group or user, in the forge's order; with a topic, only those."""
        ...

    def check_access(self, project: str | None = None) -> tuple[AccessFact, ...]:
        """Whether the credential has the rights that debtd needs, on a repository or in general, and no power that
        it must not have."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRecord:
    """All that one scan changes in the store, written in one transaction.

    `new` are findings never seen before; `seen` known ones with their present match (state OPEN); `resolved` and
    `unverified` are fingerprints. `in_source` are suppressions by comments of the repository: they replace the
    earlier ones of that kind of all findings in `new`, `seen` and `resolved`.
    """

    coverage: Coverage
    new: tuple[Finding, ...]
    seen: tuple[Finding, ...]
    resolved: tuple[str, ...]
    unverified: tuple[str, ...]
    in_source: tuple[Suppression, ...]
    rule_ids: frozenset[str]
    fired: frozenset[str]
    engines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ListedFinding:
    """A finding, and the newest of its suppressions that are active."""

    finding: Finding
    suppression: Suppression | None


@dataclass(frozen=True, slots=True)
class Listing:
    """`total` findings are meant, of which `findings` gives the first ones."""

    total: int
    findings: Iterator[ListedFinding]


class Store(Protocol):
    """Everything durable. Each method is one transaction; all are safe to repeat. Raises StateUnusable, and Retryable
    when another process holds the store or has moved on what was to be moved: then nothing was changed."""

    def ensure_repository(self, repository: Repository) -> None: ...

    def repositories(self) -> tuple[Repository, ...]: ...

    def begin_scan(self, repository_id: str, revision: Revision, inputs: str) -> int:
        """A scan's row, RUNNING; earlier RUNNING scans of the repository become abandoned. `inputs` is a digest
        over rules and engines."""
        ...

    def finish_scan(self, scan_id: int, record: ScanRecord) -> None:
        """Write the record, all of it or nothing. A finished scan stays as it is; an abandoned one is refused."""
        ...

    def last_scan(self, repository_id: str) -> tuple[str, str, Coverage] | None:
        """Tree id, inputs and coverage of the last finished scan; None before the first."""
        ...

    def findings(
        self,
        repository_id: str | None = None,
        states: Sequence[FindingState] = (),
        rule_id: str | None = None,
    ) -> tuple[Finding, ...]:
        """Ordered by path and position; no states means all."""
        ...

    def count_findings(
        self, repository_id: str | None = None, states: Sequence[FindingState] = ()
    ) -> Mapping[str, int]:
        """How many there are by rule id, most frequent first; no states means all."""
        ...

    def list_findings(
        self, now: datetime, states: Sequence[FindingState] = (), rule_id: str | None = None, limit: int = 0
    ) -> AbstractContextManager[Listing]:
        """The first `limit` findings by path and position (0 is no limit), read one at a time, of one moment:
        memory does not grow with their number. `now` decides which suppressions are active."""
        ...

    def find_finding(self, prefix: str) -> tuple[Finding, ...]:
        """The findings whose fingerprint begins so (at most two, enough to tell an ambiguous prefix)."""
        ...

    def add_suppression(self, suppression: Suppression) -> None:
        """Add a decision about a known finding; it replaces an earlier one of the same kind."""
        ...

    def lift_suppressions(self, fingerprint: str, author: str, reason: str, now: datetime) -> int:
        """Lift all active external and rejected ones; how many there were."""
        ...

    def suppressions(self, now: datetime, repository_id: str | None = None) -> tuple[Suppression, ...]:
        """The active ones."""
        ...

    def plan_tasks(self, tasks: Sequence[FixTask]) -> None:
        """Insert; a known key in state REJECTED, SKIPPED or SUPERSEDED starts again with the new base and inputs,
        its patch and evidence removed; any other known key is left alone."""
        ...

    def tasks(self, repository_id: str, states: Sequence[TaskState] = ()) -> tuple[FixTask, ...]:
        """In planning order."""
        ...

    def task_findings(self, key: str) -> tuple[Finding, ...]:
        """The findings that a task covers, ordered by path and position."""
        ...

    def move_task(self, key: str, state: TaskState, reason: str = "") -> None:
        """Skip or supersede a task that has no pull request under way; one that was started again for its OPEN pull
        request can be skipped, unless a `next_commit` is recorded. The other states come with what is saved."""
        ...

    def save_patch(self, patch: Patch) -> None:
        """Store the patch and move its task from PLANNED to PATCHED, together."""
        ...

    def patch(self, task_key: str) -> Patch | None: ...

    def save_evidence(self, evidence: Evidence) -> None:
        """Store the evidence and move its task from PATCHED to ACCEPTED or REJECTED, together."""
        ...

    def evidence(self, task_key: str) -> Evidence | None: ...

    def hold_tasks(self, reasons: Mapping[str, str]) -> None:
        """What ACCEPTED tasks wait for, by key, in a sentence for people ("" for nothing any more); it becomes their
        `reason`. Tasks in other states are left alone, and only what changed is journaled."""
        ...

    def replan_task(self, task: FixTask) -> None:
        """Start a task again, for its pull request that is OPEN: PLANNED, with the base, inputs and findings of `task`
        (some of those that it had), its patch and evidence removed. One that is under way again already, for this
        base and these findings and inputs, is left alone, and so is one whose pull request has a `next_commit`."""
        ...

    def save_pull_request(self, pull_request: PullRequest) -> None:
        """Insert (for an ACCEPTED task) or update by key; any state but PENDING moves an ACCEPTED fix task to
        PUBLISHED, together; but while it stays OPEN, only when `next_commit` becomes its commit. The branch never
        changes, the commit only to what was saved as `next_commit`, and a pull request that is over is not OPEN
        again; REVERTED is the last outcome. An OPEN one saved with a `next_commit` must have an ACCEPTED task."""
        ...

    def pull_requests(
        self, repository_id: str | None = None, states: Sequence[PullRequestState] = ()
    ) -> tuple[PullRequest, ...]:
        """In the order of creation."""
        ...

    def complete_stage(self, repository_id: str, kind: WindowKind, at: datetime) -> None:
        """A run of the stage in its window was completed; the newest is kept."""
        ...

    def completed_stages(self, repository_id: str) -> Mapping[WindowKind, datetime]:
        """The time of the last completed run of each stage; a stage without one is missing."""
        ...

    def save_standing(self, standing: RuleStanding) -> None:
        """It replaces the earlier one of the rule and repository."""
        ...

    def standings(self) -> tuple[RuleStanding, ...]:
        """All that were ever decided, the present one of each, ordered by rule and repository."""
        ...

    def save_enrolment(self, enrolment: Enrolment) -> None:
        """Insert, or replace the one of its repository."""
        ...

    def enrolments(self) -> tuple[Enrolment, ...]:
        """In the order of the repositories."""
        ...

    def set_baseline(self, repository_id: str) -> int:
        """All findings that the repository has now are its baseline, instead of the earlier one; how many."""
        ...

    def drop_baseline(self, repository_id: str) -> int:
        """The repository has no baseline any more; how many findings were in it."""
        ...

    def baseline(self, repository_id: str) -> frozenset[str]:
        """The fingerprints of the baseline."""
        ...

    def events(self, subject: str | None = None, limit: int = 100) -> tuple[Event, ...]:
        """Newest first. Every writing method above adds its own events."""
        ...

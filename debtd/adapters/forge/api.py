"""What each forge must be able to do: one method for one endpoint or two, for one repository.

Nothing here is safe to repeat by itself; `HostedForge` makes it so, for all forges in one place.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from debtd.model.forge import (
    ChecksState,
    CiLoad,
    Comment,
    CommitStatus,
    ForgeIssue,
    ForgePullRequest,
    ReviewState,
    TouchedFile,
)


class ReceptionApi(Protocol):
    """How a pull request is received."""

    def checks(self, number: int, commit: str) -> Sequence[ChecksState]:
        """What each check of its head commit says, debtd's own statuses left out; PENDING where that is not known."""
        ...

    def reviews(self, number: int, commit: str) -> Mapping[str, ReviewState]:
        """The last word of each person (by login) who may write: CHANGES_REQUESTED, or APPROVED if it was said of this
        commit; NONE for an approval that has lapsed."""
        ...


class IssueApi(Protocol):
    """Issues of the repository; pull requests are not among them."""

    def written_by(self, login: str) -> Sequence[ForgeIssue]:
        """Those that an account wrote, in any state."""
        ...

    def read(self, number: int) -> ForgeIssue: ...

    def create(self, title: str, body: str) -> ForgeIssue: ...

    def edit(self, number: int, title: str, body: str) -> ForgeIssue: ...

    def close(self, number: int) -> None: ...


class ForgeApi(Protocol):
    """Raises OutcomeUnknown when a change may or may not have been made, Refused and NotThere when it was not."""

    @property
    def kind(self) -> str:
        """The name of the forge in settings."""
        ...

    @property
    def reception(self) -> ReceptionApi: ...

    @property
    def issues(self) -> IssueApi: ...

    def clone_url(self) -> str: ...

    def own_login(self) -> str:
        """Who debtd is on this forge."""
        ...

    def by_branch(self, branch: str) -> Sequence[ForgePullRequest]:
        """Pull requests in any state from a branch of this repository."""
        ...

    def read(self, number: int) -> ForgePullRequest: ...

    def create(self, *, branch: str, base: str, title: str, body: str, draft: bool) -> ForgePullRequest: ...

    def edit(self, number: int, *, title: str, body: str, draft: bool) -> None:
        """`draft` is what it is already: some forges keep that in the title."""
        ...

    def close(self, number: int) -> None: ...

    def mark_ready(self, number: int, title: str) -> None:
        """Make a draft one no draft; `title` is what it is already."""
        ...

    def merge(self, number: int, commit: str) -> None:
        """Merge it, in a way that the repository allows, if its head stands at the commit. Whether it is merged by
        then shows when it is read: some forges give no answer, or go on merging after it."""
        ...

    def comments(self, number: int) -> Sequence[Comment]:
        """Oldest first; `may_write` is left False."""
        ...

    def writers(self, logins: Sequence[str]) -> Mapping[str, bool]:
        """Who of these may push to the repository; who is missing is not known."""
        ...

    def comment(self, number: int, text: str) -> None: ...

    def change_labels(self, number: int, add: Sequence[str], remove: Sequence[str]) -> None: ...

    def assign(self, number: int, assignees: Sequence[str], reviewers: Sequence[str]) -> tuple[str, ...]:
        """Make these the assignees and the requested reviewers, those of before included; the logins that were not
        taken."""
        ...

    def set_status(self, commit: str, status: CommitStatus) -> None: ...

    def branch_commit(self, branch: str) -> str | None: ...

    def delete_branch(self, branch: str) -> None: ...

    def open_pull_requests(self) -> Sequence[ForgePullRequest]: ...

    def touched_files(self, number: int) -> Sequence[TouchedFile]: ...

    def ci_load(self) -> CiLoad: ...

    def says_it_exists(self, status: int, words: str) -> bool:
        """Whether a refusal to create means "there is one already"."""
        ...

    def says_later(self, status: int, words: str) -> bool:
        """Whether a refusal to merge means "not yet"."""
        ...

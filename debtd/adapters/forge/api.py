"""What each forge must be able to do: one method for one endpoint or two, for one repository.

Nothing here is safe to repeat by itself; `HostedForge` makes it so, for all forges in one place.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from debtd.model.forge import CiLoad, Comment, CommitStatus, ForgePullRequest, TouchedFile


class ForgeApi(Protocol):
    """Raises OutcomeUnknown when a change may or may not have been made, Refused and NotThere when it was not."""

    @property
    def kind(self) -> str:
        """The name of the forge in settings."""
        ...

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

"""The Forge port over a forge's API: every step is looked up before it is made, and again after a lost answer."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from debtd.adapters.forge.api import ForgeApi
from debtd.adapters.forge.http.faults import OutcomeUnknown, Refused
from debtd.adapters.forge.markers import comment_name_in, key_in, marked_comment
from debtd.model.errors import RepoUnusable, Retryable
from debtd.model.forge import CiLoad, Comment, CommitStatus, ForgePullRequest, ForgeState, TouchedFile
from debtd.model.pull_request import PullRequest, PullRequestState
from debtd.model.repo import Repository
from debtd.model.secret import redact

T = TypeVar("T")

_STATES = {
    ForgeState.OPEN: PullRequestState.OPEN,
    ForgeState.MERGED: PullRequestState.MERGED,
    ForgeState.CLOSED: PullRequestState.REJECTED,
}
_LOOKS_SECONDS = (0.0, 2.0, 8.0)  # lists of forges lag behind their writes


class HostedForge:
    """Implements the Forge port for one repository of a forge. `draft` makes every pull request start as a draft."""

    def __init__(self, api: ForgeApi, repository: Repository, sleep: Callable[[float], None], *, draft: bool) -> None:
        self._api = api
        self._repository = repository
        self._sleep = sleep
        self._draft = draft

    @property
    def name(self) -> str:
        return self._api.kind

    def remote(self, repository: Repository) -> str:
        self._check(repository.id)
        return self._api.clone_url()

    def ensure_pull_request(self, pull_request: PullRequest, *, draft: bool = False) -> PullRequest:
        found = self._find(pull_request)
        if found is None:
            found = self._create(pull_request, draft=draft or self._draft)
        return replace(pull_request, state=_STATES[found.state], number=found.number, url=found.url)

    def close_pull_request(self, pull_request: PullRequest, reason: str) -> None:
        found = self._required(pull_request)
        if found.state is not ForgeState.OPEN:
            return
        self.ensure_comment(replace(pull_request, number=found.number), "closed", f"Closed by debtd: {reason}")
        try:
            self._api.close(found.number)
        except OutcomeUnknown:
            if self._api.read(found.number).state is ForgeState.OPEN:
                raise

    def read_pull_request(self, pull_request: PullRequest) -> ForgePullRequest | None:
        return self._find(pull_request)

    def update_pull_request(self, pull_request: PullRequest) -> None:
        found = self._required(pull_request)
        title, body = _title(pull_request), redact(pull_request.body)
        if (found.title, _lines(found.body)) != (title, _lines(body)):
            self._api.edit(found.number, title=title, body=body, draft=found.draft)

    def ensure_comment(self, pull_request: PullRequest, name: str, text: str) -> None:
        found = self._required(pull_request)
        if self._has_comment(found, name):
            return
        try:
            self._api.comment(found.number, redact(marked_comment(name, text)))
        except OutcomeUnknown:
            if not self._seen(lambda: self._has_comment(found, name)):
                raise

    def comments(self, pull_request: PullRequest) -> tuple[Comment, ...]:
        found = self._required(pull_request)
        everyone = self._api.comments(found.number)
        own = self._own_logins(found, everyone)
        theirs = [comment for comment in everyone if comment.author not in own]
        writers = self._api.writers(sorted({comment.author for comment in theirs if comment.author}))
        return tuple(replace(comment, may_write=writers.get(comment.author, False)) for comment in theirs)

    def change_labels(self, pull_request: PullRequest, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        found = self._required(pull_request)
        missing = [label for label in add if label not in found.labels]
        extra = [label for label in remove if label in found.labels]
        if missing or extra:
            self._api.change_labels(found.number, missing, extra)

    def assign(
        self, pull_request: PullRequest, *, assignees: Sequence[str] = (), reviewers: Sequence[str] = ()
    ) -> tuple[str, ...]:
        found = self._required(pull_request)
        to_assign = [login for login in assignees if login not in found.assignees]
        to_ask = [login for login in reviewers if login not in found.reviewers and login != found.author]
        if not to_assign and not to_ask:
            return ()
        refused = self._api.assign(
            found.number,
            (*found.assignees, *to_assign) if to_assign else (),
            (*found.reviewers, *to_ask) if to_ask else (),
        )
        return tuple(login for login in refused if login in {*assignees, *reviewers})

    def set_status(self, pull_request: PullRequest, status: CommitStatus) -> None:
        self._check(pull_request.repository_id)
        self._api.set_status(pull_request.commit, replace(status, summary=redact(" ".join(status.summary.split()))))

    def delete_branch(self, pull_request: PullRequest) -> bool:
        self._check(pull_request.repository_id)
        there = self._api.branch_commit(pull_request.branch)
        if there is not None and there != pull_request.commit:
            return False
        if there is not None:
            try:
                self._api.delete_branch(pull_request.branch)
            except (OutcomeUnknown, Refused):
                if self._api.branch_commit(pull_request.branch) is not None:
                    raise
        return True

    def open_pull_requests(self, repository: Repository) -> tuple[ForgePullRequest, ...]:
        self._check(repository.id)
        return tuple(self._api.open_pull_requests())

    def touched_files(self, repository: Repository, number: int) -> tuple[TouchedFile, ...]:
        self._check(repository.id)
        return tuple(self._api.touched_files(number))

    def ci_load(self, repository: Repository) -> CiLoad:
        self._check(repository.id)
        return self._api.ci_load()

    def _find(self, pull_request: PullRequest) -> ForgePullRequest | None:
        """debtd's own: by number once that is known, before that by head branch and the key in the body."""
        self._check(pull_request.repository_id)
        if pull_request.number:
            return self._same(pull_request, self._api.read(pull_request.number))
        there = [one for one in self._api.by_branch(pull_request.branch) if not one.from_fork]
        own = [one for one in there if key_in(one.body) == pull_request.key]
        if own:
            newest = max(own, key=lambda one: (one.state is ForgeState.OPEN, one.number))
            return self._api.read(newest.number)
        if foreign := [one for one in there if one.state is ForgeState.OPEN]:
            raise RepoUnusable(
                f"pull request {foreign[0].number} from branch {pull_request.branch} is not debtd's; "
                "close it, or rename its branch"
            )
        return None

    def _same(self, pull_request: PullRequest, found: ForgePullRequest) -> ForgePullRequest:
        """A number means nothing on another forge."""
        if found.branch != pull_request.branch or found.from_fork:
            raise RepoUnusable(
                f"pull request {found.number} there is another one than {pull_request.url or pull_request.branch}; "
                "was that published to another forge?"
            )
        return found

    def _required(self, pull_request: PullRequest) -> ForgePullRequest:
        found = self._find(pull_request)
        if found is None:
            raise RepoUnusable(f"the forge has no pull request of debtd's from branch {pull_request.branch}")
        return found

    def _create(self, pull_request: PullRequest, *, draft: bool) -> ForgePullRequest:
        try:
            return self._api.create(
                branch=pull_request.branch,
                base=pull_request.base_branch,
                title=_title(pull_request),
                body=redact(pull_request.body),
                draft=draft,
            )
        except OutcomeUnknown:
            found = self._seen(lambda: self._find(pull_request))
            if found is None:
                raise
        except Refused as error:
            exists = self._api.says_it_exists(error.status, error.words)
            found = self._seen(lambda: self._find(pull_request), _LOOKS_SECONDS if exists else (0.0,))
            if found is None and exists:
                raise Retryable(
                    f"the forge has a pull request from {pull_request.branch} and does not list it yet; try again later"
                ) from error
            if found is None:
                raise
        return found

    def _seen(self, look: Callable[[], T | None], waits: Sequence[float] = _LOOKS_SECONDS) -> T | None:
        """Look a few times: what a forge has just written may not be in its lists yet."""
        for seconds in waits:
            if seconds:
                self._sleep(seconds)
            if found := look():
                return found
        return None

    def _has_comment(self, found: ForgePullRequest, name: str) -> bool:
        """A mark counts only in debtd's own comments: anybody can write one."""
        comments = self._api.comments(found.number)
        own = self._own_logins(found, comments)
        return any(comment_name_in(comment.body) == name and comment.author in own for comment in comments)

    def _own_logins(self, found: ForgePullRequest, comments: Sequence[Comment]) -> frozenset[str]:
        """Who opened the pull request, and, where others have written marks, debtd's account of today."""
        marked = {comment.author for comment in comments if comment_name_in(comment.body)}
        return frozenset({found.author} if marked <= {found.author} else {found.author, self._api.own_login()})

    def _check(self, repository_id: str) -> None:
        if repository_id != self._repository.id:
            raise RepoUnusable(f"this forge was opened for {self._repository.source}, not for another repository")


def _title(pull_request: PullRequest) -> str:
    return redact(" ".join(pull_request.title.split()))


def _lines(body: str) -> list[str]:
    """Forges change line ends and blanks at the end."""
    return [line.rstrip() for line in body.rstrip().splitlines()]

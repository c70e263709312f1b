"""The Forge port for one repository of a forge."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from debtd.adapters.forge.api import ForgeApi
from debtd.adapters.forge.hosted.conversation import Conversation
from debtd.adapters.forge.hosted.issues import Issues
from debtd.adapters.forge.hosted.lookup import LOOKS_SECONDS, Lookup, same_text
from debtd.adapters.forge.hosted.merging import Merging
from debtd.adapters.forge.hosted.reception import reception_of
from debtd.adapters.forge.http.faults import OutcomeUnknown, Refused
from debtd.model.errors import Retryable
from debtd.model.forge import (
    CiLoad,
    Comment,
    CommitStatus,
    ForgeIssue,
    ForgePullRequest,
    ForgeState,
    Reception,
    TouchedFile,
)
from debtd.model.pull_request import PullRequest, PullRequestState
from debtd.model.repo import Repository
from debtd.model.secret import redact

_STATES = {
    ForgeState.OPEN: PullRequestState.OPEN,
    ForgeState.MERGED: PullRequestState.MERGED,
    ForgeState.CLOSED: PullRequestState.REJECTED,
}


class HostedForge:
    """Implements the Forge port for one repository of a forge. `draft` makes every pull request start as a draft."""

    def __init__(self, api: ForgeApi, repository: Repository, sleep: Callable[[float], None], *, draft: bool) -> None:
        self._api = api
        self._draft = draft
        self._lookup = Lookup(api, repository, sleep)
        self._conversation = Conversation(self._lookup)
        self._merging = Merging(self._lookup)
        self._issues = Issues(self._lookup)

    @property
    def name(self) -> str:
        return self._api.kind

    def remote(self, repository: Repository) -> str:
        self._lookup.check(repository.id)
        return self._api.clone_url()

    def ensure_pull_request(self, pull_request: PullRequest, *, draft: bool = False) -> PullRequest:
        found = self._lookup.find(pull_request)
        if found is None:
            found = self._create(pull_request, draft=draft or self._draft)
        return replace(pull_request, state=_STATES[found.state], number=found.number, url=found.url)

    def close_pull_request(self, pull_request: PullRequest, reason: str) -> None:
        found = self._lookup.required(pull_request)
        if found.state is not ForgeState.OPEN:
            return
        self.ensure_comment(replace(pull_request, number=found.number), "closed", f"Closed by debtd: {reason}")
        try:
            self._api.close(found.number)
        except OutcomeUnknown:
            if self._api.read(found.number).state is ForgeState.OPEN:
                raise

    def read_pull_request(self, pull_request: PullRequest) -> ForgePullRequest | None:
        return self._lookup.find(pull_request)

    def update_pull_request(self, pull_request: PullRequest) -> None:
        found = self._lookup.required(pull_request)
        title, body = _title(pull_request), redact(pull_request.body)
        if found.title != title or not same_text(found.body, body):
            self._api.edit(found.number, title=title, body=body, draft=found.draft)

    def ensure_comment(self, pull_request: PullRequest, name: str, text: str) -> None:
        self._conversation.ensure_comment(pull_request, name, text)

    def comments(self, pull_request: PullRequest) -> tuple[Comment, ...]:
        return self._conversation.comments(pull_request)

    def change_labels(self, pull_request: PullRequest, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        self._conversation.change_labels(pull_request, add, remove)

    def assign(
        self, pull_request: PullRequest, *, assignees: Sequence[str] = (), reviewers: Sequence[str] = ()
    ) -> tuple[str, ...]:
        return self._conversation.assign(pull_request, assignees, reviewers)

    def set_status(self, pull_request: PullRequest, status: CommitStatus) -> None:
        self._lookup.check(pull_request.repository_id)
        self._api.set_status(pull_request.commit, replace(status, summary=redact(" ".join(status.summary.split()))))

    def delete_branch(self, pull_request: PullRequest) -> bool:
        self._lookup.check(pull_request.repository_id)
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

    def reception(self, pull_request: PullRequest) -> Reception:
        found = self._lookup.required(pull_request)
        checks = self._api.reception.checks(found.number, pull_request.commit)
        return reception_of(checks, self._api.reception.reviews(found.number, pull_request.commit), found.author)

    def mark_ready(self, pull_request: PullRequest) -> None:
        self._merging.mark_ready(pull_request)

    def merge_pull_request(self, pull_request: PullRequest) -> None:
        self._merging.merge(pull_request)

    def ensure_issue(self, repository: Repository, name: str, title: str, body: str) -> ForgeIssue:
        self._lookup.check(repository.id)
        return self._issues.ensure(name, title, body)

    def read_issue(self, repository: Repository, name: str) -> ForgeIssue | None:
        self._lookup.check(repository.id)
        return self._issues.read(name)

    def open_pull_requests(self, repository: Repository) -> tuple[ForgePullRequest, ...]:
        self._lookup.check(repository.id)
        return tuple(self._api.open_pull_requests())

    def touched_files(self, repository: Repository, number: int) -> tuple[TouchedFile, ...]:
        self._lookup.check(repository.id)
        return tuple(self._api.touched_files(number))

    def ci_load(self, repository: Repository) -> CiLoad:
        self._lookup.check(repository.id)
        return self._api.ci_load()

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
            found = self._lookup.seen(lambda: self._lookup.find(pull_request))
            if found is None:
                raise
        except Refused as error:
            exists = self._api.says_it_exists(error.status, error.words)
            found = self._lookup.seen(lambda: self._lookup.find(pull_request), LOOKS_SECONDS if exists else (0.0,))
            if found is None and exists:
                raise Retryable(
                    f"the forge has a pull request from {pull_request.branch} and does not list it yet; try again later"
                ) from error
            if found is None:
                raise
        return found


def _title(pull_request: PullRequest) -> str:
    return redact(" ".join(pull_request.title.split()))

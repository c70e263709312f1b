"""The Forge port over a town."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from debtd.model.errors import RepoUnusable
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
from tests.support.town import BOT, Pull, Town

_STATES = {
    ForgeState.OPEN: PullRequestState.OPEN,
    ForgeState.MERGED: PullRequestState.MERGED,
    ForgeState.CLOSED: PullRequestState.REJECTED,
}


@dataclass
class TownForge:
    town: Town
    name: str = "github"

    def remote(self, repository: Repository) -> str:
        return repository.source

    def ensure_pull_request(self, pull_request: PullRequest, *, draft: bool = False) -> PullRequest:
        found = self._find(pull_request)
        if found is None:
            if pull_request.branch not in self.town.branches:
                raise RepoUnusable(f"there is no branch {pull_request.branch}")
            found = Pull(
                number=self.town.next_number(),
                head=pull_request.branch,
                base=pull_request.base_branch,
                title=pull_request.title,
                body=pull_request.body,
                draft=draft,
                commit=self.town.branches[pull_request.branch],
            )
            self.town.pulls.append(found)
        url = f"https://forge.example/acme/shop/pull/{found.number}"
        return replace(pull_request, state=_STATES[found.state], number=found.number, url=url)

    def close_pull_request(self, pull_request: PullRequest, reason: str) -> None:
        pull = self._required(pull_request)
        if pull.state is ForgeState.OPEN:
            pull.named.setdefault("closed", f"Closed by debtd: {reason}")
            pull.state, pull.ended_by = ForgeState.CLOSED, BOT

    def read_pull_request(self, pull_request: PullRequest) -> ForgePullRequest | None:
        pull = self._find(pull_request)
        return None if pull is None else self._seen(pull)

    def update_pull_request(self, pull_request: PullRequest) -> None:
        pull = self._required(pull_request)
        pull.title, pull.body = pull_request.title, pull_request.body

    def ensure_comment(self, pull_request: PullRequest, name: str, text: str) -> None:
        self._required(pull_request).named.setdefault(name, text)

    def comments(self, pull_request: PullRequest) -> tuple[Comment, ...]:
        return tuple(self._required(pull_request).comments)

    def change_labels(self, pull_request: PullRequest, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        pull = self._required(pull_request)
        pull.labels = list(dict.fromkeys([*(one for one in pull.labels if one not in remove), *add]))

    def assign(
        self, pull_request: PullRequest, *, assignees: Sequence[str] = (), reviewers: Sequence[str] = ()
    ) -> tuple[str, ...]:
        pull = self._required(pull_request)
        unknown = self.town.unknown_people
        pull.assignees = list(dict.fromkeys([*pull.assignees, *(one for one in assignees if one not in unknown)]))
        pull.reviewers = list(dict.fromkeys([*pull.reviewers, *(one for one in reviewers if one not in unknown)]))
        return tuple(one for one in (*assignees, *reviewers) if one in unknown)

    def set_status(self, pull_request: PullRequest, status: CommitStatus) -> None:
        kept = [one for one in self.town.statuses if one[:2] != (pull_request.commit, status.name)]
        self.town.statuses = [*kept, (pull_request.commit, status.name, status.state.value)]

    def delete_branch(self, pull_request: PullRequest) -> bool:
        there = self.town.branches.get(pull_request.branch)
        if there == pull_request.commit:
            del self.town.branches[pull_request.branch]
        return there in {None, pull_request.commit}

    def reception(self, pull_request: PullRequest) -> Reception:
        pull = self._required(pull_request)
        return Reception(checks=pull.checks, review=pull.review)

    def mark_ready(self, pull_request: PullRequest) -> None:
        self._required(pull_request).draft = False

    def merge_pull_request(self, pull_request: PullRequest) -> None:
        pull = self._required(pull_request)
        if pull.state is ForgeState.MERGED:
            return
        if self.town.branches.get(pull.head) != pull_request.commit:
            raise RepoUnusable("its head has moved")
        self.town.merge(pull, BOT)

    def ensure_issue(self, repository: Repository, name: str, title: str, body: str) -> ForgeIssue:
        raise NotImplementedError

    def read_issue(self, repository: Repository, name: str) -> ForgeIssue | None:
        return None

    def open_pull_requests(self, repository: Repository) -> tuple[ForgePullRequest, ...]:
        return tuple(self._seen(pull) for pull in self.town.pulls if pull.state is ForgeState.OPEN)

    def touched_files(self, repository: Repository, number: int) -> tuple[TouchedFile, ...]:
        return ()

    def ci_load(self, repository: Repository) -> CiLoad:
        return CiLoad(queued=0, running=0, latencies_seconds=())

    def _find(self, pull_request: PullRequest) -> Pull | None:
        found = [pull for pull in self.town.pulls if pull.head == pull_request.branch]
        return max(found, key=lambda pull: pull.number, default=None)

    def _required(self, pull_request: PullRequest) -> Pull:
        found = self._find(pull_request)
        if found is None:
            raise RepoUnusable("the forge has no such pull request")
        return found

    def _seen(self, pull: Pull) -> ForgePullRequest:
        return ForgePullRequest(
            number=pull.number,
            url=f"https://forge.example/acme/shop/pull/{pull.number}",
            state=pull.state,
            draft=pull.draft,
            title=pull.title,
            body=pull.body,
            branch=pull.head,
            commit=pull.commit,
            base_branch=pull.base,
            from_fork=False,
            author=BOT,
            mergeable=pull.mergeable,
            labels=tuple(pull.labels),
            assignees=tuple(pull.assignees),
            reviewers=tuple(pull.reviewers),
            ended_by=pull.ended_by,
            merge_commit=pull.merge_commit,
        )

"""A forge in the state directory: pull requests without a server.

For each repository `<state>/forge/<id>/repository.git` holds the branches, `pulls/<number>.json` the records and
`pulls/<number>.md` the pages that people read; `issues` is a folder of the same kind. The JSON is the truth and is
written last; a page without one is a remnant of a crash and is written again.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from debtd.adapters.forge.hunks import touched_in_diff
from debtd.adapters.forge.local_folders import Branches, LocalFolders
from debtd.adapters.forge.local_issues import ensure_issue, read_issue
from debtd.adapters.forge.local_merge import merged
from debtd.adapters.forge.local_records import STATES, Record, all_records, new_record, newest, save, seen
from debtd.model.errors import RepoUnusable
from debtd.model.forge import (
    ChecksState,
    CiLoad,
    Comment,
    CommitStatus,
    ForgeIssue,
    ForgePullRequest,
    Reception,
    ReviewState,
    TouchedFile,
)
from debtd.model.pull_request import PullRequest
from debtd.model.repo import Repository
from debtd.ports import Clock


class LocalForge:
    """Implements the Forge port for any number of repositories. Who may write the state directory is a writer here."""

    def __init__(self, state_dir: Path, branches: Branches, clock: Clock) -> None:
        self._folders = LocalFolders(state_dir.absolute() / "forge")
        self._branches = branches
        self._clock = clock

    @property
    def name(self) -> str:
        return "local"

    def remote(self, repository: Repository) -> str:
        path = self._folders.git_dir(repository.id)
        self._branches.ensure(path)
        return str(path)

    def ensure_pull_request(self, pull_request: PullRequest, *, draft: bool = False) -> PullRequest:
        with self._folders.opened(pull_request.repository_id, "pulls") as pulls:
            record = newest(pulls, pull_request.branch)
            if record is None:
                record = new_record(pulls, pull_request, draft=draft)
                save(pulls, record)
        return replace(
            pull_request,
            state=STATES[record.state],
            number=record.number,
            url=str(pulls / f"{record.number}.md"),
            reason=record.reason,
        )

    def close_pull_request(self, pull_request: PullRequest, reason: str) -> None:
        def close(record: Record) -> Record:
            return replace(record, state="closed", reason=reason) if record.state == "open" else record

        self._change(pull_request, close)

    def read_pull_request(self, pull_request: PullRequest) -> ForgePullRequest | None:
        with self._folders.opened(pull_request.repository_id, "pulls") as pulls:
            record = newest(pulls, pull_request.branch)
        return None if record is None else self._seen(record, pull_request.repository_id)

    def update_pull_request(self, pull_request: PullRequest) -> None:
        title = " ".join(pull_request.title.split())
        self._change(pull_request, lambda record: replace(record, title=title, body=pull_request.body))

    def ensure_comment(self, pull_request: PullRequest, name: str, text: str) -> None:
        now = self._clock.now().isoformat()

        def add(record: Record) -> Record:
            if any(known == name for _, known, _, _ in record.comments):
                return record
            return replace(record, comments=(*record.comments, ("debtd", name, now, text)))

        self._change(pull_request, add)

    def comments(self, pull_request: PullRequest) -> tuple[Comment, ...]:
        return tuple(
            Comment(
                number=number,
                author=author,
                body=text,
                may_write=True,
                created_at=datetime.fromisoformat(written_at),
            )
            for number, (author, name, written_at, text) in enumerate(self._record(pull_request).comments, 1)
            if not name
        )

    def change_labels(self, pull_request: PullRequest, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        def change(record: Record) -> Record:
            kept = [label for label in record.labels if label not in remove]
            return replace(record, labels=tuple(dict.fromkeys((*kept, *add))))

        self._change(pull_request, change)

    def assign(
        self, pull_request: PullRequest, *, assignees: Sequence[str] = (), reviewers: Sequence[str] = ()
    ) -> tuple[str, ...]:
        def change(record: Record) -> Record:
            return replace(
                record,
                assignees=tuple(dict.fromkeys((*record.assignees, *assignees))),
                reviewers=tuple(dict.fromkeys((*record.reviewers, *reviewers))),
            )

        self._change(pull_request, change)
        return ()

    def set_status(self, pull_request: PullRequest, status: CommitStatus) -> None:
        def change(record: Record) -> Record:
            others = [known for known in record.statuses if known[0] != status.name]
            line = (status.name, status.state.value, " ".join(status.summary.split()), status.url)
            return replace(record, statuses=(*others, line))

        self._change(pull_request, change)

    def delete_branch(self, pull_request: PullRequest) -> bool:
        path = self._folders.git_dir(pull_request.repository_id)
        there = self._branches.commit_of(path, pull_request.branch)
        if there == pull_request.commit:
            self._branches.delete(path, pull_request.branch, there)
        return there in {None, pull_request.commit}

    def reception(self, pull_request: PullRequest) -> Reception:
        """Nothing checks and nobody reviews here."""
        self._record(pull_request)
        return Reception(checks=ChecksState.NONE, review=ReviewState.NONE)

    def mark_ready(self, pull_request: PullRequest) -> None:
        self._change(pull_request, lambda record: replace(record, draft=False))

    def merge_pull_request(self, pull_request: PullRequest) -> None:
        git_dir = self._folders.git_dir(pull_request.repository_id)
        self._change(pull_request, lambda record: merged(record, pull_request.commit, git_dir, self._branches))

    def ensure_issue(self, repository: Repository, name: str, title: str, body: str) -> ForgeIssue:
        with self._folders.opened(repository.id, "issues") as folder:
            return ensure_issue(folder, name, " ".join(title.split()), body)

    def read_issue(self, repository: Repository, name: str) -> ForgeIssue | None:
        with self._folders.opened(repository.id, "issues") as folder:
            return read_issue(folder, name)

    def open_pull_requests(self, repository: Repository) -> tuple[ForgePullRequest, ...]:
        with self._folders.opened(repository.id, "pulls") as pulls:
            records = [record for record in all_records(pulls) if record.state == "open"]
        return tuple(self._seen(record, repository.id) for record in sorted(records, key=lambda r: -r.number))

    def touched_files(self, repository: Repository, number: int) -> tuple[TouchedFile, ...]:
        with self._folders.opened(repository.id, "pulls") as pulls:
            records = [record for record in all_records(pulls) if record.number == number]
        path = self._folders.git_dir(repository.id)
        return tuple(file for record in records for file in touched_in_diff(self._branches.diff(path, record.commit)))

    def ci_load(self, repository: Repository) -> CiLoad:  # noqa: ARG002  (nothing runs checks here)
        return CiLoad(queued=0, running=0, latencies_seconds=())

    def _seen(self, record: Record, repository_id: str) -> ForgePullRequest:
        commit = self._branches.commit_of(self._folders.git_dir(repository_id), record.head)
        page = self._folders.home(repository_id) / "pulls" / f"{record.number}.md"
        return seen(record, str(page), commit or record.commit)

    def _record(self, pull_request: PullRequest) -> Record:
        with self._folders.opened(pull_request.repository_id, "pulls") as pulls:
            return _required(pulls, pull_request)

    def _change(self, pull_request: PullRequest, change: Callable[[Record], Record]) -> None:
        with self._folders.opened(pull_request.repository_id, "pulls") as pulls:
            before = _required(pulls, pull_request)
            after = change(before)
            if after != before:
                save(pulls, after)


def _required(pulls: Path, pull_request: PullRequest) -> Record:
    record = newest(pulls, pull_request.branch)
    if record is None:
        raise RepoUnusable(f"the local forge has no pull request for branch {pull_request.branch}")
    return record

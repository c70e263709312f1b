"""What every forge knows about a repository: a real bare git repository, pull requests, people, labels, checks."""

import subprocess
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from tests.support.forges.clock import FakeClock
from tests.support.git_repo import ENVIRONMENT, add_commit, git, make_repo

BOT = "debtd-bot"
FILES: dict[str | bytes, bytes | tuple[str, bytes]] = {
    "a.py": b"".join(b"line %d\n" % n for n in range(1, 41)),
    "b.py": b"x = 1\n",
}


@dataclass
class Note:
    """A comment."""

    id: int
    author: str
    body: str
    created_at: datetime


@dataclass
class Review:
    """`verdict` is approved, changes, comment or dismissed."""

    id: int
    author: str
    verdict: str
    commit: str
    created_at: datetime


@dataclass
class Issue:
    """`state` is open or closed."""

    number: int
    title: str
    body: str
    author: str
    created_at: datetime
    state: str = "open"
    ended_by: str = ""
    labels: list[str] = field(default_factory=list)
    assignees: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


@dataclass
class Pull:
    """`state` is open, closed or merged. `fork` names another repository that has the head branch. `heads` are the
    commits that its head was seen at."""

    number: int
    head: str
    base: str
    title: str
    body: str
    author: str
    created_at: datetime
    commit: str
    draft: bool = False
    state: str = "open"
    ended_by: str = ""
    fork: str = ""
    labels: list[str] = field(default_factory=list)
    assignees: list[str] = field(default_factory=list)
    reviewers: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    heads: list[tuple[str, datetime]] = field(default_factory=list)
    merge_commit: str = ""


@dataclass
class Check:
    """One run of a job on a commit; `conclusion` (success, failure) counts when it is completed."""

    commit: str
    status: str
    started_at: datetime
    completed_at: datetime | None
    name: str = ""
    conclusion: str = "success"


class Project:
    """`people` maps a login to admin, write, read; others have no access."""

    def __init__(self, path: str, folder: Path, clock: FakeClock, *, empty: bool = False) -> None:
        self.path = path
        self.folder = folder
        self.clock = clock
        self.default_branch = "main"
        self.base_commit = ""
        if not empty:
            self.base_commit = make_repo(folder, FILES)
            git(folder, "config", "http.receivepack", "true")
        self.people = {BOT: "write", "ann": "write", "rob": "read"}
        self.pulls: list[Pull] = []
        self.labels: list[str] = []
        self.statuses: list[tuple[str, str, str, str, str]] = []  # commit, name, state, summary, url
        self.checks: list[Check] = []
        self.issues: list[Issue] = []
        self.has_issues = True
        self.methods = ["merge", "squash", "rebase"]  # the ways to merge that are allowed
        self.protected = False  # the default branch, so that debtd may not merge into it
        self.refusal = ""  # why nothing may be merged
        self.archived = False
        self.fork = False
        self.topics: list[str] = []
        self._hidden_from = 0  # lists do not show pull requests and notes from this id on,
        self._hidden_until = clock.now()  # until then
        self._ids = 0

    def next_id(self) -> int:
        self._ids += 1
        return self._ids

    def freeze_lists(self, seconds: float) -> None:
        """Lists are stale for a while: what is new is not in them."""
        self._hidden_from, self._hidden_until = self._ids + 1, self.clock.now() + timedelta(seconds=seconds)

    def hide(self, number: int, seconds: float) -> None:
        """Lists do not show what is as new as this."""
        self._hidden_from, self._hidden_until = number, self.clock.now() + timedelta(seconds=seconds)

    def _shows(self, number: int) -> bool:
        return number < self._hidden_from or self.clock.now() >= self._hidden_until

    def branch_commit(self, branch: str) -> str | None:
        path = self.folder / "refs" / "heads" / branch
        if path.is_file():
            return path.read_text().strip()
        done = subprocess.run(
            ["git", "-C", str(self.folder), "rev-parse", "-q", "--verify", f"refs/heads/{branch}"],
            capture_output=True, env=ENVIRONMENT, check=False,
        )  # fmt: skip
        return done.stdout.decode().strip() or None

    def delete_branch(self, branch: str) -> None:
        git(self.folder, "update-ref", "-d", f"refs/heads/{branch}")

    def push_by_hand(self, branch: str, files: dict[str | bytes, bytes]) -> str:
        """A person's commit on a branch."""
        if self.branch_commit(branch) is None:
            git(self.folder, "update-ref", f"refs/heads/{branch}", self.base_commit)
        return add_commit(self.folder, dict(files), branch=branch)

    def open_pull(self, head: str, base: str, title: str, body: str, author: str, *, draft: bool = False) -> Pull:
        pull = Pull(
            number=self.next_id(), head=head, base=base, title=title, body=body, author=author, draft=draft,
            created_at=self.clock.now(), commit=self.branch_commit(head) or self.base_commit,
        )  # fmt: skip
        pull.heads.append((pull.commit, self.clock.now()))
        self.pulls.append(pull)
        return pull

    def pull(self, number: int) -> Pull | None:
        return next((pull for pull in self.pulls if pull.number == number), None)

    def listed(self) -> list[Pull]:
        """Newest first, as far as lists show them."""
        return sorted((pull for pull in self.pulls if self._shows(pull.number)), key=lambda pull: -pull.number)

    def listed_notes(self, pull: Pull) -> list[Note]:
        return [note for note in pull.notes if self._shows(note.id)]

    def head_commit(self, pull: Pull) -> str:
        """Where the head branch stands while the pull request is open."""
        if pull.state == "open" and not pull.fork:
            pull.commit = self.branch_commit(pull.head) or pull.commit
            if pull.commit != pull.heads[-1][0]:
                pull.heads.append((pull.commit, self.clock.now()))
        return pull.commit

    def end(self, pull: Pull, by: str, state: str) -> None:
        self.head_commit(pull)
        pull.state, pull.ended_by = state, by

    def merge(self, pull: Pull, by: str, method: str = "merge") -> None:
        """With what the head has, whatever the base has got since."""
        head, base = self.head_commit(pull), self.branch_commit(pull.base) or self.base_commit
        parents = {"merge": ["-p", base, "-p", head], "squash": ["-p", base], "rebase": ["-p", base]}.get(method)
        made = head if parents is None else git(self.folder, "commit-tree", *parents, "-m", method, f"{head}^{{tree}}")
        git(self.folder, "update-ref", f"refs/heads/{pull.base}", made)
        self.end(pull, by, "merged")
        pull.merge_commit = made

    def review(self, pull: Pull, author: str, verdict: str) -> Review:
        made = Review(self.next_id(), author, verdict, self.head_commit(pull), self.clock.now())
        pull.reviews.append(made)
        return made

    def last_reviews(self, pull: Pull) -> dict[str, Review]:
        """Of each person the last one that says yes or no."""
        return {one.author: one for one in pull.reviews if one.verdict != "comment"}

    def open_issue(self, title: str, body: str, author: str) -> Issue:
        issue = Issue(self.next_id(), title, body, author, self.clock.now())
        self.issues.append(issue)
        return issue

    def issue(self, number: int) -> Issue | None:
        return next((issue for issue in self.issues if issue.number == number), None)

    def listed_issues(self) -> list[Issue]:
        """Newest first, as far as lists show them."""
        return sorted((one for one in self.issues if self._shows(one.number)), key=lambda one: -one.number)

    def note(self, pull: Pull, author: str, body: str) -> Note:
        made = Note(self.next_id(), author, body, self.clock.now())
        pull.notes.append(made)
        return made

    def diff(self, pull: Pull) -> str:
        """The whole change, as `git diff` prints it."""
        base = git(self.folder, "merge-base", f"refs/heads/{pull.base}", self.head_commit(pull))
        return git(self.folder, "diff", "--no-color", base, self.head_commit(pull))

    def branches(self) -> list[str]:
        names = git(self.folder, "for-each-ref", "--format=%(refname)", "refs/heads").splitlines()
        return [name.removeprefix("refs/heads/") for name in names]

"""A repository and its people in memory: branches, pull requests, and what people do to them."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from debtd.model.forge import ChecksState, Comment, ForgeState, ReviewState
from debtd.model.repo import Repository, Revision, git_blob_id
from tests.support.samples import FixedClock

Tree = dict[str, bytes]
BOT, WRITER, STRANGER = "debtd-bot", "ann", "eve"


@dataclass
class Pull:
    """A pull request as the forge has it. `named` are debtd's own comments by name."""

    number: int
    head: str
    base: str
    title: str
    body: str
    draft: bool
    commit: str
    state: ForgeState = ForgeState.OPEN
    ended_by: str = ""
    merge_commit: str = ""
    mergeable: bool | None = None
    checks: ChecksState = ChecksState.NONE
    review: ReviewState = ReviewState.NONE
    labels: list[str] = field(default_factory=list)
    assignees: list[str] = field(default_factory=list)
    reviewers: list[str] = field(default_factory=list)
    named: dict[str, str] = field(default_factory=dict)
    comments: list[Comment] = field(default_factory=list)


class Town:
    """`branches` are those of the forge; `pushes` counts what arrived there by debtd."""

    def __init__(self, files: Tree) -> None:
        self.clock = FixedClock()
        self.repository = Repository(id="ab" * 8, source="https://forge.example/acme/shop", name="shop")
        self.trees: dict[str, Tree] = {}
        self.parents: dict[str, tuple[str, ...]] = {}
        self.blobs: dict[str, bytes] = {}
        self.branches = {"main": self.commit(files)}
        self.pulls: list[Pull] = []
        self.statuses: list[tuple[str, str, str]] = []
        self.pushes: list[tuple[str, str]] = []
        self.unknown_people: set[str] = set()
        self._numbers = 0

    @property
    def files(self) -> Tree:
        return dict(self.trees[self.branches["main"]])

    @property
    def revision(self) -> Revision:
        head = self.branches["main"]
        tree = hashlib.sha256(repr(sorted(self.trees[head].items())).encode()).hexdigest()[:40]
        return Revision(commit=head, tree=tree, branch="main", committed_at=1)

    def commit(self, tree: Tree, *parents: str, message: str = "") -> str:
        told = repr((sorted(tree.items()), parents, message)).encode()
        commit = hashlib.sha256(told).hexdigest()[:40]
        self.trees[commit], self.parents[commit] = dict(tree), parents
        self.blobs |= {git_blob_id(data): data for data in tree.values()}
        return commit

    def history(self, commit: str) -> set[str]:
        seen, waiting = set(), [commit]
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                waiting += self.parents[one]
        return seen

    def next_number(self) -> int:
        self._numbers += 1
        return self._numbers

    # what people do

    def push(self, branch: str = "main", files: Tree | None = None, *, message: str = "by hand") -> str:
        """A person's commit."""
        head = self.branches[branch]
        self.branches[branch] = self.commit(self.trees[head] | (files or {}), head, message=message)
        self.follow()
        return self.branches[branch]

    def amend(self, branch: str) -> str:
        """A person's amended commit: the same parent and tree, another message."""
        head = self.branches[branch]
        self.branches[branch] = self.commit(self.trees[head], *self.parents[head], message="amended")
        self.follow()
        return self.branches[branch]

    def follow(self) -> None:
        """Open pull requests show where their branch stands."""
        for pull in self.pulls:
            if pull.state is ForgeState.OPEN:
                pull.commit = self.branches.get(pull.head, pull.commit)

    def merge(self, pull: Pull, by: str = WRITER, *, squash: bool = False) -> str:
        base, head = self.branches[pull.base], self.branches[pull.head]
        before = self.trees[self._fork_of(head, base)]
        changed = {path: data for path, data in self.trees[head].items() if before.get(path) != data}
        parents = (base,) if squash else (base, head)
        merged = self.commit(self.trees[base] | changed, *parents, message=f"merge {pull.number}")
        self.branches[pull.base] = pull.merge_commit = merged
        pull.state, pull.ended_by = ForgeState.MERGED, by
        return merged

    def _fork_of(self, head: str, base: str) -> str:
        known = self.history(base)
        while head not in known:
            head = self.parents[head][0]
        return head

    def revert(self, pull: Pull) -> str:
        """Bring back what stood before its merge in the files that it changed."""
        merged = pull.merge_commit
        before = self.trees[self.parents[merged][0]]
        undone = {path: before[path] for path, data in self.trees[merged].items() if before.get(path) != data}
        return self.push(files=undone, message="revert")

    def close(self, pull: Pull, by: str = WRITER) -> None:
        pull.state, pull.ended_by = ForgeState.CLOSED, by

    def say(self, pull: Pull, text: str, by: str = WRITER) -> int:
        number = self.next_number()
        at: datetime = self.clock.now()
        pull.comments.append(Comment(number=number, author=by, body=text, may_write=by == WRITER, created_at=at))
        return number

"""One repository with its people: what they can do, and what the forge makes of it.

Debt is a line "WORD TOKEN" in a file; the token stands nowhere else in the repository, so that what a pull request is
about can be told from the texts alone, however files are renamed and lines moved.
"""

import difflib
import hashlib
import re
from dataclasses import dataclass

from debtd.model.forge import ChecksState, ForgeState, ReviewState
from debtd.model.overlap import Lines
from debtd.model.repo import Repository
from tests.simulation.charter import CURES, TEAMS, Charter
from tests.simulation.chronicle import Act, Chronicle, Deed
from tests.support.samples import FixedClock
from tests.support.town import WRITER, Pull, Town, Tree

DEBT = re.compile(rb"^(%s) (t\d+)$" % b"|".join(word.encode() for word in CURES), re.MULTILINE)


def tokens_in(data: bytes) -> dict[str, str]:
    """The words of the debt in a text, by token."""
    return {found[2].decode(): found[1].decode() for found in DEBT.finditer(data)}


def changed_lines(before: bytes, after: bytes) -> Lines:
    """The lines of `before` that differ, as a forge tells them."""
    blocks = difflib.SequenceMatcher(None, before.splitlines(), after.splitlines(), autojunk=False).get_opcodes()
    return [(a + 1, b) if a < b else (a, a + 1) for tag, a, b, _, _ in blocks if tag != "equal"]


@dataclass(frozen=True, slots=True)
class Told:
    """What debtd was last told about a pull request: whether it waits for people, whether they took it over, and
    whether it is over."""

    waits: bool
    is_theirs: bool = False
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Bid:
    """What debtd's newest commit on a branch asks of people: the debt that it pays, whose files, how many lines."""

    rule_id: str
    tokens: frozenset[str]
    teams: frozenset[str]
    lines: int


class Village(Town):
    """`told` is by number of the pull request; `ours` are the commits that debtd pushed, `bids` what the newest of them
    asks for, by branch; `undone` are the numbers of what was reverted."""

    def __init__(self, name: str, charter: Charter, clock: FixedClock, chronicle: Chronicle, files: Tree) -> None:
        super().__init__(files)
        digest = hashlib.sha256(name.encode()).hexdigest()[:16]
        self.name, self.charter, self.clock, self.chronicle = name, charter, clock, chronicle
        self.repository = Repository(id=digest, source=f"https://forge.example/{name}", name=name)
        self.told: dict[int, Told] = {}
        self.ours: dict[str, set[str]] = {}
        self._histories: dict[str, set[str]] = {}
        self.bids: dict[str, Bid] = {}
        self.undone: set[int] = set()

    def note(self, act: Act, by: str = WRITER, pull: Pull | None = None, **values: str) -> None:
        branch = values.pop("branch", pull.head if pull else "")
        number = pull.number if pull else 0
        self.chronicle.note(Deed(self.clock.now(), self.name, act, by, number, branch, **values))

    def history(self, commit: str) -> set[str]:
        if commit not in self._histories:
            self._histories[commit] = super().history(commit)
        return self._histories[commit]

    # what can be seen

    def own(self, state: ForgeState | None = None) -> list[Pull]:
        """debtd's pull requests."""
        return [p for p in self.pulls if p.head.startswith("debtd/") and state in {None, p.state}]

    def others(self) -> list[Pull]:
        return [p for p in self.pulls if not p.head.startswith("debtd/") and p.state is ForgeState.OPEN]

    def debt(self) -> dict[str, tuple[str, str]]:
        """(path, word) of what is owed on main, by token."""
        return {
            token: (path, word)
            for path, data in self.trees[self.branches["main"]].items()
            for token, word in tokens_in(data).items()
        }

    def changes(self, pull: Pull) -> dict[str, tuple[bytes, bytes]]:
        """(before, after) of the files that it changes, by path, as it was opened or last pushed."""
        fork, head = self.trees[self._fork_of(pull.commit, self.branches[pull.base])], self.trees[pull.commit]
        return {path: (fork.get(path, b""), data) for path, data in head.items() if fork.get(path) != data}

    def is_conflicted(self, pull: Pull) -> bool:
        base = self.trees[self.branches[pull.base]]
        return any(base.get(path, b"") != before for path, (before, _) in self.changes(pull).items())

    def is_busy(self) -> bool:
        """Whether the machines of the checks are, by the hour."""
        now = self.clock.now()
        return self.charter.busy_hours > 0 and int(now.timestamp() // 3600 + int(self.repository.id[:2], 16)) % 24 < (
            self.charter.busy_hours
        )

    # what people do

    def open_pull(self, path: str, data: bytes) -> None:
        branch = f"work-{self._numbers + 1}"
        self.branches[branch] = self.branches["main"]
        self.push(branch, {path: data}, message=branch)
        pull = Pull(self.next_number(), branch, "main", "mine", "", draft=False, commit=self.branches[branch])
        self.pulls.append(pull)
        self.note(Act.OPEN, pull=pull)

    def push(self, branch: str = "main", files: Tree | None = None, *, message: str = "by hand") -> str:
        before = self.branches[branch]
        after = super().push(branch, files, message=f"{message} {self.clock.now()}")
        self.note(Act.PUSH, branch=branch, before=before, after=after)
        return after

    def remove(self, path: str, renamed: str = "") -> None:
        """Delete or rename a file of main."""
        head = self.branches["main"]
        tree = dict(self.trees[head])
        data = tree.pop(path)
        tree |= {renamed: data} if renamed else {}
        self.branches["main"] = self.commit(tree, head, message=f"remove {path} {self.clock.now()}")
        self.note(Act.PUSH, branch="main", before=head, after=self.branches["main"], words=f"{path} -> {renamed}")

    def amend(self, branch: str) -> str:
        before = self.branches[branch]
        self.branches[branch] = self.commit(self.trees[before], *self.parents[before], message=f"am {self.clock.now()}")
        self.follow()
        self.note(Act.PUSH, branch=branch, before=before, after=self.branches[branch], words="amended")
        return self.branches[branch]

    def merge(self, pull: Pull, by: str = WRITER, *, squash: bool = False) -> str:
        merged = super().merge(pull, by, squash=squash)
        self.note(Act.MERGE, by, pull, after=merged)
        return merged

    def can_be_reverted(self, pull: Pull) -> bool:
        merged, main = self.trees[pull.merge_commit], self.trees[self.branches["main"]]
        before = self.trees[self.parents[pull.merge_commit][0]]
        touched = [path for path, data in merged.items() if before.get(path) != data]
        return bool(touched) and all(path in before and main.get(path) == merged[path] for path in touched)

    def revert(self, pull: Pull) -> str:
        commit = super().revert(pull)
        self.note(Act.REVERT, pull=pull, after=commit)
        self.undone.add(pull.number)
        return commit

    def close(self, pull: Pull, by: str = WRITER) -> None:
        super().close(pull, by)
        self.note(Act.CLOSE, by, pull)

    def reopen(self, pull: Pull, by: str = WRITER) -> None:
        pull.state, pull.ended_by = ForgeState.OPEN, ""
        self.follow()
        self.note(Act.REOPEN, by, pull)

    def drop_branch(self, pull: Pull, by: str = WRITER) -> None:
        """Most forges close a pull request whose branch is deleted."""
        self.note(Act.DELETE_BRANCH, by, pull, before=self.branches.pop(pull.head))
        if self.charter.closes_with_branch:
            self.close(pull, by)

    def say(self, pull: Pull, text: str, by: str = WRITER) -> int:
        self.note(Act.SAY, by, pull, words=text)
        return super().say(pull, text, by)

    def receive(self, pull: Pull, checks: ChecksState | None = None, review: ReviewState | None = None) -> None:
        """Checks end, people review."""
        pull.checks, pull.review = checks or pull.checks, review or pull.review
        self.note(Act.OTHER, pull=pull, words=f"checks {pull.checks}, review {pull.review}")

    def set(self, pull: Pull, **values: object) -> None:
        for name, value in values.items():
            setattr(pull, name, value)
        act = Act.RETARGET if "base" in values else Act.OTHER
        self.note(act, pull=pull, words=str(values))

    # what debtd does

    def pushed(self, branch: str, commit: str) -> None:
        """debtd's commit arrived, which stands on its base alone."""
        before, after = self.trees[self.parents[commit][0]], self.trees[commit]
        changes = {path: (before[path], data) for path, data in after.items() if before.get(path) != data}
        self.ours.setdefault(branch, set()).add(commit)
        self.bids[branch] = Bid(
            rule_id=branch.split("/")[1],
            tokens=frozenset(t for old, new in changes.values() for t in tokens_in(old).keys() - tokens_in(new).keys()),
            teams=frozenset(TEAMS[path.split("/")[0]] for path in changes),
            lines=sum(last - first + 1 for old, new in changes.values() for first, last in changed_lines(old, new)),
        )

    def handed_back(self, pull: Pull) -> None:
        """debtd made its branch again: for new checks, and for people unless they asked for something else."""
        pull.checks = ChecksState.NONE
        self.told[pull.number] = Told(not pull.draft and pull.review is not ReviewState.CHANGES_REQUESTED)

    def tell(self, pull: Pull, *, waits: bool) -> None:
        """debtd was told all about it now."""
        known = self.told.get(pull.number, Told(waits))
        is_ours = pull.commit in self.ours.get(pull.head, ()) and pull.base == "main"
        theirs = known.is_theirs or not is_ours
        over = pull.state is not ForgeState.OPEN
        self.told[pull.number] = Told(waits and not theirs and not over, theirs, over)

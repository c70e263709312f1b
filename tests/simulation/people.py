"""What people do between two passes, drawn from a seed."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from debtd.model.forge import ChecksState, ForgeState, ReviewState
from tests.simulation.charter import CURES, TEAMS
from tests.simulation.village import Village, tokens_in
from tests.support.town import STRANGER, Pull

WORDS = (
    "/debtd rebase", "/debtd rebase", "/debtd rebase", "/debtd not-now 5d later", "/debtd not-now 30d much later",
    "/debtd never we like it so", "/debtd nver oops", "Nice!", "Please merge\n> /debtd never quoted",
)  # fmt: skip


class People:
    """Those of one village. `days` is how long they have had time."""

    def __init__(self, village: Village, chance: Random) -> None:
        self._village = village
        self._chance = chance
        self._made = 0

    def live(self, days: float) -> None:
        village, chance = self._village, self._chance
        rate = village.charter.rate * days
        for pull in village.own(ForgeState.OPEN):
            if chance.random() < 0.45 * rate:
                chance.choices(_WITH_OPEN, _WEIGHTS)[0](self, pull)
        for pull in village.own(ForgeState.MERGED):
            if pull.number not in village.undone and chance.random() < 0.006 * rate and village.can_be_reverted(pull):
                village.revert(pull)
        for pull in village.own(ForgeState.CLOSED):
            if chance.random() < 0.002 * rate and pull.head in village.branches:
                village.reopen(pull)
        for pull in village.others():
            if chance.random() < 0.12 * rate:
                self._end(pull)
        if chance.random() < 0.22 * rate:
            chance.choice(_ON_MAIN)(self)

    # with debtd's pull requests

    def _merge(self, pull: Pull) -> None:
        village = self._village
        if pull.head in village.branches and not village.is_conflicted(pull):
            village.merge(pull, squash=self._chance.random() < 0.4)

    def _edit(self, pull: Pull) -> None:
        """A commit of their own on top, in a file that it changes."""
        village = self._village
        if pull.head in village.branches:
            path = self._chance.choice(sorted(village.changes(pull)) or ["api/extra.py"])
            data = village.trees[village.branches[pull.head]].get(path, b"")
            village.push(pull.head, {path: data + b"by hand\n"})
            pull.checks = ChecksState.NONE

    def _amend(self, pull: Pull) -> None:
        if pull.head in self._village.branches:
            self._village.amend(pull.head)

    def _close(self, pull: Pull) -> None:
        self._village.close(pull)

    def _drop_branch(self, pull: Pull) -> None:
        if pull.head in self._village.branches:
            self._village.drop_branch(pull)

    def _retarget(self, pull: Pull) -> None:
        village = self._village
        village.branches.setdefault("stable", village.branches["main"])
        village.set(pull, base="stable" if pull.base == "main" else "main")

    def _command(self, pull: Pull) -> None:
        self._village.say(pull, self._chance.choice(WORDS))

    def _strangers_command(self, pull: Pull) -> None:
        self._village.say(pull, self._chance.choice(WORDS), STRANGER)

    def _check(self, pull: Pull) -> None:
        outcome = self._chance.choices([ChecksState.GREEN, ChecksState.RED, ChecksState.PENDING], [6, 1, 1])[0]
        self._village.receive(pull, checks=outcome)

    def _review(self, pull: Pull) -> None:
        verdict = self._chance.choices([ReviewState.APPROVED, ReviewState.CHANGES_REQUESTED], [4, 1])[0]
        self._village.receive(pull, review=verdict)

    def _approve(self, pull: Pull) -> None:
        self._village.receive(pull, ChecksState.GREEN, ReviewState.APPROVED)

    def _dress(self, pull: Pull) -> None:
        changes: list[dict[str, Any]] = [
            {"draft": not pull.draft},
            {"labels": ["theirs"]},
            {"title": "A better title"},
            {"body": "Mine."},
        ]
        self._village.set(pull, **self._chance.choice(changes))

    # on the base branch

    def _end(self, pull: Pull) -> None:
        village = self._village
        if village.is_conflicted(pull) or self._chance.random() < 0.3:
            village.close(pull)
        else:
            village.merge(pull)

    def _add_debt(self) -> None:
        path, data = self._pick()
        self._village.push(files={path: data + self.debt()})

    def _add_file(self) -> None:
        folder = self._chance.choice(sorted(TEAMS))
        self._village.push(files={f"{folder}/new{self._next()}.py": self.debt() + b"end\n"})

    def _move_lines(self) -> None:
        path, data = self._pick()
        self._village.push(files={path: b"import n%d\n" % self._next() + data})

    def _elsewhere(self) -> None:
        self._village.push(files={"notes.txt": b"%d\n" % self._next()})

    def _rename(self) -> None:
        path, _ = self._pick()
        self._village.remove(path, renamed=f"{path.split('/')[0]}/moved{self._next()}.py")

    def _delete(self) -> None:
        path, _ = self._pick()
        if len(self._village.files) > 4:
            self._village.remove(path)

    def _fix_by_hand(self) -> None:
        path, data = self._pick()
        tokens = tokens_in(data)
        if tokens:
            token, word = self._chance.choice(sorted(tokens.items()))
            line = f"{word} {token}\n".encode()
            self._village.push(files={path: data.replace(line, b"mended " + token.encode() + b"\n")})

    def _open_own(self) -> None:
        """A pull request of theirs, at the beginning of a file: in the way of a fix there, or not."""
        path, data = self._pick()
        self._village.open_pull(path, b"first %d\n" % self._next() + data)

    def _pick(self) -> tuple[str, bytes]:
        files = sorted((path, data) for path, data in self._village.files.items() if path.endswith(".py"))
        return self._chance.choice(files)

    def debt(self) -> bytes:
        """One to three new pieces."""
        words = self._chance.choices(list(CURES), [4, 4, 4, 3, 3, 1], k=self._chance.randint(1, 3))
        return b"".join(f"x\n{word} t{self._next()}\n".encode() for word in words)

    def _next(self) -> int:
        self._made += 1
        return self._made


_OPEN: Sequence[tuple[Callable[[People, Pull], None], int]] = (
    (People._merge, 26), (People._approve, 12), (People._check, 10), (People._review, 8), (People._close, 9),
    (People._edit, 6), (People._amend, 2), (People._retarget, 2), (People._command, 9), (People._strangers_command, 4),
    (People._drop_branch, 2), (People._dress, 6),
)  # fmt: skip
_WITH_OPEN = [what for what, _ in _OPEN]
_WEIGHTS = [weight for _, weight in _OPEN]
_ON_MAIN: Sequence[Callable[[People], None]] = (
    People._add_debt, People._add_debt, People._add_file, People._move_lines, People._elsewhere, People._rename,
    People._delete, People._fix_by_hand, People._open_own, People._open_own, People._open_own,
)  # fmt: skip


def first_files(people: Callable[[], bytes], chance: Random) -> dict[str, bytes]:
    """What a village begins with, less its owners."""
    folders = sorted(TEAMS)
    return {
        f"{folders[n % 3]}/f{n}.py": b"import os\n" + (people() if chance.random() < 0.7 else b"clean\n") + b"end\n"
        for n in range(chance.randint(3, 5))
    }

"""The Forge port over a village. It notes every deed, and what it told debtd about each pull request."""

from dataclasses import replace
from random import Random

from debtd.model.errors import RepoUnusable
from debtd.model.forge import (
    ChecksState,
    CiLoad,
    ForgePullRequest,
    ForgeState,
    Reception,
    ReviewState,
    TouchedFile,
)
from debtd.model.pull_request import PullRequest
from debtd.model.repo import Repository
from tests.simulation.chronicle import BOT, Act
from tests.simulation.village import Told, Village, changed_lines
from tests.support.town import WRITER, Pull
from tests.support.town_forge import TownForge


class VillageForge(TownForge):
    """Every write takes some of the day."""

    town: Village

    def __init__(self, village: Village, chance: Random) -> None:
        super().__init__(village)
        self._chance = chance
        self._read: dict[int, ForgePullRequest] = {}

    def _pass_time(self) -> None:
        self.town.clock.advance(seconds=self._chance.randint(1, 90))

    def ensure_pull_request(self, pull_request: PullRequest, *, draft: bool = False) -> PullRequest:
        known = len(self.town.pulls)
        found = super().ensure_pull_request(pull_request, draft=draft)
        if len(self.town.pulls) > known:
            pull = self.town.pulls[-1]
            self.town.tell(pull, waits=not draft)
            self.town.note(Act.OPEN, BOT, pull, after=pull.commit)
            self._pass_time()
        return found

    def close_pull_request(self, pull_request: PullRequest, reason: str) -> None:
        pull = self._required(pull_request)
        was_open = pull.state is ForgeState.OPEN
        super().close_pull_request(pull_request, reason)
        if was_open:
            self.town.note(Act.CLOSE, BOT, pull, words=reason)
            self.town.tell(pull, waits=False)

    def merge_pull_request(self, pull_request: PullRequest) -> None:
        pull = self._required(pull_request)
        self.town.told[pull.number] = Told(waits=False, is_over=True)
        if pull.state is ForgeState.OPEN and self.town.is_conflicted(pull):
            raise RepoUnusable("it conflicts with its base")
        super().merge_pull_request(pull_request)
        self._pass_time()

    def delete_branch(self, pull_request: PullRequest) -> bool:
        before = self.town.branches.get(pull_request.branch, "")
        gone = super().delete_branch(pull_request)
        if before and pull_request.branch not in self.town.branches:
            self.town.note(Act.DELETE_BRANCH, BOT, branch=pull_request.branch, before=before)
        return gone

    def read_pull_request(self, pull_request: PullRequest) -> ForgePullRequest | None:
        seen = super().read_pull_request(pull_request)
        if seen is not None:
            pull = self._required(pull_request)
            self._read[pull.number] = seen
            if seen.state is not ForgeState.OPEN or pull.commit not in self.town.ours[pull.head] or pull.base != "main":
                self.town.tell(pull, waits=False)
        return seen

    def reception(self, pull_request: PullRequest) -> Reception:
        pull = self._required(pull_request)
        told = super().reception(pull_request)
        seen = self._read[pull.number]
        waits = not (
            seen.draft
            or seen.mergeable is False
            or told.checks is ChecksState.RED
            or told.review is ReviewState.CHANGES_REQUESTED
        )
        self.town.tell(pull, waits=waits)
        return told

    def touched_files(self, repository: Repository, number: int) -> tuple[TouchedFile, ...]:
        pull = next(pull for pull in self.town.pulls if pull.number == number)
        changes = self.town.changes(pull).items()
        return tuple(
            TouchedFile(path=path, lines=tuple(changed_lines(before, after))) for path, (before, after) in changes
        )

    def ci_load(self, repository: Repository) -> CiLoad:
        return CiLoad(queued=50 if self.town.is_busy() else 0, running=1, latencies_seconds=())

    def _seen(self, pull: Pull) -> ForgePullRequest:
        if pull.state is ForgeState.OPEN:
            pull.mergeable = None if pull.head not in self.town.branches else not self.town.is_conflicted(pull)
        seen = super()._seen(pull)
        return seen if pull.head.startswith("debtd/") else replace(seen, author=WRITER)

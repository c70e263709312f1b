"""The Workspaces port over a village: whatever it pushes is a deed."""

from collections.abc import Mapping
from random import Random

from debtd.model.errors import DebtdError
from debtd.model.repo import Repository
from tests.simulation.chronicle import BOT, Act
from tests.simulation.village import Village
from tests.support.town_workspaces import TownWorkspaces


class VillageWorkspaces(TownWorkspaces):
    town: Village

    def __init__(self, village: Village, chance: Random) -> None:
        super().__init__(village)
        self._chance = chance

    def push_new_branches(
        self, repository: Repository, commits: Mapping[str, str], remote: str
    ) -> Mapping[str, DebtdError]:
        before = dict(self.town.branches)
        hindered = super().push_new_branches(repository, commits, remote)
        for branch, commit in self.town.branches.items():
            if branch not in before:
                self.town.pushed(branch, commit)
                self.town.note(Act.PUSH_NEW, BOT, branch=branch, after=commit)
        return hindered

    def replace_branch(self, repository: Repository, branch: str, old: str, new: str, remote: str) -> None:
        before = self.town.branches.get(branch, "")
        super().replace_branch(repository, branch, old, new, remote)
        if before != new:
            self.town.pushed(branch, new)
            pull = next((one for one in self.town.own() if one.head == branch), None)
            if pull is not None:
                self.town.handed_back(pull)
            self.town.note(Act.PUSH_OVER, BOT, pull, branch=branch, before=before, after=new)
            self.town.clock.advance(seconds=self._chance.randint(1, 60))

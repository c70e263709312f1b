"""debtd's nights over one repository of a forge: every run is that of a new process."""

from collections.abc import Sequence
from pathlib import Path

from debtd.adapters.db.embedded import EmbeddedStore
from debtd.adapters.scratch import TemporaryScratch
from debtd.model.policy import Policy
from debtd.model.pull_request import PullRequest
from debtd.pipeline.order import Order, Outcome, Rooms
from debtd.pipeline.road import run_road
from debtd.pipeline.scan import Engines
from tests.support.fakes import NoProgress, WordDetector, word_rule
from tests.support.forges.project import Pull
from tests.support.forges.world import HostedWorld
from tests.support.git_repo import git


class Nights:
    """Rules find `old` + word for each of `words`, and make it `new` + word."""

    def __init__(self, world: HostedWorld, folder: Path, words: Sequence[str]) -> None:
        self.world = world
        self.words = tuple(words)
        self.folder = folder
        self.store = EmbeddedStore(folder / "debtd.sqlite3", world.clock)
        (folder / "scratch").mkdir(exist_ok=True)

    def run(self, after_seconds: float = 3_600) -> Outcome:
        self.world.clock.advance(after_seconds)
        rooms = Rooms(
            workspaces=self.world.workspaces(),
            scratch=TemporaryScratch(self.folder / "scratch"),
            engines=Engines(detectors=[WordDetector({f"old{word}": f"new{word}" for word in self.words})]),
            store=self.store,
            forge=self.world.forge(),
            clock=self.world.clock,
            progress=NoProgress(),
        )
        rules = tuple(word_rule(f"old{word}") for word in self.words)
        return run_road(self.world.repository, Order(rules=rules, policy=Policy(status=True)), rooms)

    def pull(self, word: str) -> Pull:
        return next(pull for pull in reversed(self.world.project.pulls) if f"word-old{word}" in pull.head)

    def row(self, pull: Pull) -> PullRequest:
        return next(row for row in self.store.pull_requests() if row.branch == pull.head)

    def read(self, commit: str, path: str) -> str:
        return git(self.world.project.folder, "show", f"{commit}:{path}")

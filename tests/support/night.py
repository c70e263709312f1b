"""One run of the road over a town after another, with the real store; calls of the ports can be made to fail."""

import atexit
import shutil
import tempfile
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from debtd.adapters.db.embedded import EmbeddedStore
from debtd.model.policy import Policy
from debtd.model.pull_request import PullRequest
from debtd.model.window import WindowKind
from debtd.pipeline.order import Order, Outcome, Rooms
from debtd.pipeline.permit import Permit
from debtd.pipeline.road import run_road
from debtd.pipeline.scan import Engines
from debtd.rulekit.rule import Rule
from tests.support.fakes import NoProgress, word_rule
from tests.support.night_bench import ALWAYS, schedule
from tests.support.samples import FixedClock
from tests.support.town import Pull, Town
from tests.support.town_forge import TownForge
from tests.support.town_workspaces import TextDetector, TextScratch, TownWorkspaces

CURES = {"old": "new", "bad": "good"}
ALL = frozenset(WindowKind)
QUIET = ALL - {WindowKind.MAINTAIN, WindowKind.MERGE}
Hook = Callable[[str, str], None]


@cache
def _empty_database() -> Path:
    """Made once for a test process: to make it takes longer than a run."""
    folder = Path(tempfile.mkdtemp(prefix="debtd-night-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    EmbeddedStore(folder / "empty.sqlite3", FixedClock()).close()
    return folder / "empty.sqlite3"


class Killed(BaseException):
    """Stands for `kill -9`: nothing catches it."""


class Watched:
    """A room whose every call is told to a hook, as (name, "before") and (name, "after")."""

    def __init__(self, room: object, hook: Hook) -> None:
        self._room = room
        self._hook = hook

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._room, name)
        if not callable(found):
            return found

        def call(*arguments: Any, **options: Any) -> Any:
            self._hook(name, "before")
            result = found(*arguments, **options)
            self._hook(name, "after")
            return result

        return call


class Nights:
    """debtd and a town. `run` is one run; what is known outlives it in the store."""

    def __init__(self, folder: Path, town: Town, policy: Policy | None = None) -> None:
        self.folder = folder
        self.town = town
        self.policy = policy or Policy()
        self.detector = TextDetector(CURES)
        self.rules: tuple[Rule, ...] = (word_rule("old"), word_rule("bad"))
        shutil.copy(_empty_database(), folder / "debtd.sqlite3")
        self.store = EmbeddedStore(folder / "debtd.sqlite3", town.clock)

    def run(self, windows: frozenset[WindowKind] | None = None, hook: Hook | None = None) -> Outcome:
        """Without `windows` there is no schedule, but where something may be merged: that needs a window."""
        self.town.clock.advance(hours=1)
        watch: Callable[[Any], Any] = (lambda room: Watched(room, hook)) if hook else (lambda room: room)
        rooms = Rooms(
            workspaces=watch(TownWorkspaces(self.town)),
            scratch=TextScratch(),
            engines=Engines(detectors=[self.detector]),
            store=watch(self.store),
            forge=watch(TownForge(self.town)),
            clock=self.town.clock,
            progress=NoProgress(),
        )
        order = Order(rules=self.rules, policy=self.policy)
        permit = Permit(clock=self.town.clock, began_at=self.town.clock.now())
        if windows is not None or self.policy.auto_merge:
            is_open = ALL if windows is None else windows
            told = {kind.value: ALWAYS if kind in is_open else "" for kind in WindowKind}
            permit = replace(permit, schedule=schedule(**told))
        return run_road(self.town.repository, order, rooms, permit)

    def one_for_each_file(self) -> None:
        """A rule for each file, so that each gets a pull request of its own; `new.py` is one more."""
        names = [*(path.removesuffix(".py") for path in self.town.files if path.endswith(".py")), "new"]
        self.detector = TextDetector({f"old{name}": f"fresh{name}" for name in names})
        self.rules = tuple(word_rule(f"old{name}") for name in names)

    def copy(self, folder: Path) -> "Nights":
        """The same town and the same store, once more."""
        self.store.close()
        other = Nights(folder, deepcopy(self.town), self.policy)
        other.detector, other.rules = self.detector, self.rules
        for file in self.folder.glob("debtd.sqlite3*"):
            shutil.copy(file, folder)
        return other

    def rows(self) -> tuple[PullRequest, ...]:
        return self.store.pull_requests()

    def row(self, pull: Pull) -> PullRequest:
        return next(row for row in self.rows() if row.branch == pull.head)

    def set_policy(self, **changes: Any) -> None:
        self.policy = replace(self.policy, **changes)

"""All villages, debtd with its store, and the clock over them."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

from debtd.adapters.db.embedded import EmbeddedStore
from debtd.adapters.db.reads.rows import Rows
from debtd.adapters.db.sqlite_file import SqliteChanges, connect
from debtd.model.errors import Retryable
from debtd.pipeline.load import LoadWatch
from debtd.pipeline.nightly import Night, run_night
from debtd.pipeline.order import Order, Rooms
from debtd.pipeline.permit import Permit
from debtd.pipeline.scan import Engines
from debtd.pipeline.visit import Visit
from debtd.ports import Forge, Scratch, Workspaces
from tests.simulation.charter import CODEOWNERS, CURES, RULES, START, draw_charter, sizes_for
from tests.simulation.chronicle import Chronicle
from tests.simulation.forge import VillageForge
from tests.simulation.people import People, first_files
from tests.simulation.village import Village
from tests.simulation.workspaces import VillageWorkspaces
from tests.support.fakes import NoProgress
from tests.support.night import Killed, Watched, _empty_database
from tests.support.samples import FixedClock
from tests.support.town_workspaces import TextDetector, TextScratch

Wrap = Callable[[Any, str], Any]
"""Puts something in the place of a room, by its name ("store", "forge", "workspaces"): to spoil it."""


class KeptOpen(EmbeddedStore):
    """The store, which reads through one connection: to make a new one for each look takes most of the time here."""

    def __init__(self, path: Path, clock: FixedClock) -> None:
        super().__init__(path, clock)
        self.connection = connect(path)

    @contextmanager
    def reading(self) -> Iterator[Rows]:
        self.connection.execute("BEGIN")
        try:
            yield SqliteChanges(self.connection)
        finally:
            self.connection.execute("COMMIT")

    def close(self) -> None:
        self.connection.close()
        super().close()


@dataclass
class Trouble:
    """What goes wrong in one pass: it is killed at a call, or answers of the forge are lost at some calls."""

    killed_at: int = 0
    lost_at: frozenset[int] = frozenset()
    calls: int = 0
    happened: str = ""

    def hook(self, name: str, moment: str) -> None:
        self.calls += 1
        if self.calls == self.killed_at:
            self.happened = f"killed {moment} {name}"
            raise Killed
        if self.calls in self.lost_at and name in _FORGE_CALLS:
            self.happened = f"lost the answer {moment} {name}"
            raise Retryable("the forge did not answer", after_seconds=60)


_FORGE_CALLS = frozenset(name for name in vars(Forge) if not name.startswith("_")) | {
    "push_new_branches", "replace_branch", "ensure_mirror",
} - {"remote", "name"}  # fmt: skip


@dataclass
class Neighbourhood:
    """A village with its people, and the rooms in which debtd works there."""

    village: Village
    people: People
    forge: Any
    workspaces: Any


@dataclass
class Country:
    """`spoil` changes rooms, and `spoil_visit` visits, for those who want to see the checks fail."""

    folder: Path
    seed: int
    size: int
    spoil: Wrap = lambda room, name: room
    spoil_visit: Callable[[Visit], Visit] = lambda visit: visit
    clock: FixedClock = field(default_factory=lambda: FixedClock(datetime.combine(START, time(12), UTC)))
    chronicle: Chronicle = field(default_factory=Chronicle)
    trouble: Trouble = field(default_factory=Trouble)

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)  # noqa: S311
        self.sizes = sizes_for(self.size)
        shutil.copy(_empty_database(), self.folder / "debtd.sqlite3")
        self.real_store = KeptOpen(self.folder / "debtd.sqlite3", self.clock)
        self.store: Any = Watched(self.spoil(self.real_store, "store"), self._hook)
        self.neighbourhoods = [self._settle(f"acme/shop{number}") for number in range(self.size)]
        self.villages = {one.village.repository.id: one.village for one in self.neighbourhoods}
        self.engines = Engines(detectors=[TextDetector(CURES)])
        self.scratch: Scratch = TextScratch()

    def _hook(self, name: str, moment: str) -> None:
        self.trouble.hook(name, moment)

    def _settle(self, name: str) -> Neighbourhood:
        chance = Random(f"{self.seed} {name}")  # noqa: S311
        village = Village(name, None, self.clock, self.chronicle, {})  # type: ignore[arg-type]
        village.charter = draw_charter(chance, self.sizes, village.repository.id)
        people = People(village, chance)
        files = {"CODEOWNERS": CODEOWNERS, "notes.txt": b"0\n"} | first_files(people.debt, chance)
        village.branches["main"] = village.commit(files)
        forge = Watched(self.spoil(VillageForge(village, chance), "forge"), self._hook)
        workspaces = Watched(self.spoil(VillageWorkspaces(village, chance), "workspaces"), self._hook)
        return Neighbourhood(village, people, forge, workspaces)

    def visits(self, deadline: datetime | None) -> list[Visit]:
        began_at = self.clock.now()
        return [self.spoil_visit(self._visit(one, began_at, deadline)) for one in self.neighbourhoods]

    def _visit(self, one: Neighbourhood, began_at: datetime, deadline: datetime | None) -> Visit:
        forge: Forge = one.forge
        workspaces: Workspaces = one.workspaces
        charter, repository = one.village.charter, one.village.repository
        rooms = Rooms(
            workspaces=workspaces,
            scratch=self.scratch,
            engines=self.engines,
            store=self.store,
            forge=forge,
            clock=self.clock,
            progress=NoProgress(),
        )
        permit = Permit(
            clock=self.clock,
            began_at=began_at,
            schedule=charter.hours.schedule,
            load=LoadWatch(repository, forge, charter.policy.load, self.clock),
            deadline=deadline,
        )
        return Visit(repository=repository, order=Order(rules=RULES, policy=charter.policy), rooms=rooms, permit=permit)

    def run_pass(self, trouble: Trouble, deadline: datetime | None = None) -> Night | None:
        """None for one that was killed."""
        self.trouble = trouble
        try:
            return run_night(self.visits(deadline), self.store, self.clock)
        except Killed:
            return None
        finally:
            self.trouble = Trouble()

    def live(self, until: datetime) -> None:
        """What people do until then."""
        days = (until - self.clock.now()) / timedelta(days=1)
        self.clock.at = until
        for one in self.neighbourhoods:
            one.people.live(days)

    def village(self, repository_id: str) -> Village:
        return self.villages[repository_id]

    def close(self) -> None:
        self.real_store.close()


def moments(days: int, chance: Random) -> Sequence[datetime]:
    """When debtd runs: each night, and at some hours of the day."""
    found = []
    for day in range(days):
        begin = datetime.combine(START + timedelta(days=day), time(0), UTC)
        if chance.random() < 0.4:
            found.append(begin + timedelta(hours=chance.choice([13, 14, 15]), minutes=chance.randint(0, 59)))
        if chance.random() < 0.4:
            found.append(begin + timedelta(hours=chance.choice([18, 20, 23]), minutes=chance.randint(0, 59)))
        found.append(begin + timedelta(days=1, hours=3, minutes=chance.randint(5, 20)))
    return found

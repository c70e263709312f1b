"""Several repositories are one run of each engine."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from debtd.adapters.cache import SqliteAnswerCache
from debtd.adapters.forge.local import LocalForge
from debtd.adapters.git import BareBranches, GitWorkspaces
from debtd.adapters.scratch import TemporaryScratch
from debtd.model.repo import Repository
from debtd.pipeline import prescan as prescan_module
from debtd.pipeline.order import Order, Outcome, Rooms, Stage
from debtd.pipeline.prescan import prescan
from debtd.pipeline.road import run_road
from debtd.pipeline.scan import Engines
from debtd.settings import Settings
from debtd.wiring.durable import SystemClock, open_store
from tests.support.command import make_repository
from tests.support.fakes import NoProgress, WordDetector, word_rule

ORDER = Order(rules=(word_rule("old"), word_rule("bad")), stop_after=Stage.SCAN)


class Bench:
    def __init__(self, rooms: Rooms, detector: WordDetector) -> None:
        self.rooms = rooms
        self.detector = detector

    def repositories(self, *folders: Path) -> list[Repository]:
        return [self.rooms.workspaces.identify(str(folder)) for folder in folders]

    def scan(self, repositories: Sequence[Repository]) -> list[Outcome]:
        prescan(repositories, ORDER, self.rooms)
        return [run_road(repository, ORDER, self.rooms) for repository in repositories]


@contextmanager
def opened(folder: Path) -> Iterator[Bench]:
    settings = Settings(state_dir=folder / "state")
    (folder / "scratch").mkdir(parents=True)
    detector = WordDetector()
    with open_store(settings) as store:
        cache = SqliteAnswerCache(
            settings.state_dir / "cache.sqlite3", lambda: "code", 10**7, SystemClock(), pytest.fail
        )
        rooms = Rooms(
            workspaces=GitWorkspaces(settings.state_dir),
            scratch=TemporaryScratch(folder / "scratch"),
            engines=Engines(detectors=[detector], cache=cache),
            store=store,
            forge=LocalForge(settings.state_dir, BareBranches(), SystemClock()),
            clock=SystemClock(),
            progress=NoProgress(),
        )
        yield Bench(rooms, detector)
        cache.close()


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    files = [
        {"setup.py": b"old\n", "same.py": b"bad bad\n"},
        {"setup.py": b"bad\n", "same.py": b"bad bad\n"},
        {"setup.py": b"fine\n", "lib/same.py": b"bad bad\n", ".semgrepignore": b"setup.py\n"},
    ]
    return [make_repository(tmp_path / f"r{number}", tree) for number, tree in enumerate(files)]


def matched(outcomes: Sequence[Outcome]) -> list[list[tuple[str, str]]]:
    records = [outcome.scanned.record for outcome in outcomes]
    return [sorted((f.match.path, f.match.text) for f in record.new) for record in records if record is not None]


EXPECTED = [
    [("same.py", "bad"), ("same.py", "bad"), ("setup.py", "old")],
    [("same.py", "bad"), ("same.py", "bad"), ("setup.py", "bad")],
    [("lib/same.py", "bad"), ("lib/same.py", "bad")],
]


def test_many_repositories_start_each_engine_once(folders: list[Path], tmp_path: Path) -> None:
    with opened(tmp_path / "bench") as bench:
        outcomes = bench.scan(bench.repositories(*folders))
        assert bench.detector.calls == 1
        assert matched(outcomes) == EXPECTED
        bench.scan(bench.repositories(*folders))
        assert bench.detector.calls == 1


def test_a_repository_that_fails_stops_no_other(folders: list[Path], tmp_path: Path) -> None:
    with opened(tmp_path / "bench") as bench:
        good, bad, other = bench.repositories(*folders)
        (folders[1] / ".git").rename(folders[1] / "gone")
        prescan([good, bad, other], ORDER, bench.rooms)
        assert matched([run_road(repository, ORDER, bench.rooms) for repository in (good, other)]) == EXPECTED[::2]
        assert bench.detector.calls == 1


def test_a_mirror_that_lost_an_object_spoils_only_the_common_run(folders: list[Path], tmp_path: Path) -> None:
    with opened(tmp_path / "bench") as bench:
        repositories = bench.repositories(*folders)
        for repository in repositories:
            bench.rooms.workspaces.ensure_mirror(repository)
        mirror = tmp_path / "bench/state/mirrors" / f"{repositories[1].id}.git"
        for found in [*mirror.rglob("*.pack"), *mirror.glob("objects/??/*")]:
            found.unlink()
        prescan(repositories, ORDER, bench.rooms)
        good = [run_road(repository, ORDER, bench.rooms) for repository in (repositories[0], repositories[2])]
        assert matched(good) == EXPECTED[::2]


def test_more_files_than_are_listed_at_once(
    folders: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prescan_module, "MAX_FILES", 1)
    with opened(tmp_path / "bench") as bench:
        assert matched(bench.scan(bench.repositories(*folders))) == EXPECTED

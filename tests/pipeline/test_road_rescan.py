"""When a scan may be spared, and when not."""

from pathlib import Path

import pytest

from debtd.adapters.git import BareBranches, GitWorkspaces
from debtd.adapters.scratch import TemporaryScratch
from debtd.model.coverage import Skipped, SkipReason
from debtd.pipeline.order import Order, Outcome, Rooms
from debtd.pipeline.road import run_road
from debtd.pipeline.scan import Engines
from debtd.settings import Settings
from debtd.wiring.durable import SystemClock, open_store
from tests.support.command import make_repository
from tests.support.fakes import NoProgress, WordDetector, word_rule


def run(folder: Path, detector: WordDetector, cure: str = "new") -> Outcome:
    from debtd.adapters.forge.local import LocalForge

    settings = Settings(state_dir=folder / "state")
    (folder / "scratch").mkdir(exist_ok=True)
    with open_store(settings) as store:
        workspaces = GitWorkspaces(settings.state_dir)
        rooms = Rooms(
            workspaces=workspaces,
            scratch=TemporaryScratch(folder / "scratch"),
            engines=Engines(detectors=[detector]),
            store=store,
            forge=LocalForge(settings.state_dir, BareBranches(), SystemClock()),
            clock=SystemClock(),
            progress=NoProgress(),
        )
        repository = workspaces.identify(str(folder / "code"))
        return run_road(repository, Order(rules=(word_rule("old"), word_rule("bad"))), rooms)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_repository(tmp_path / "code", {"a.py": b"old\n", "b.py": b"nothing\n", "c.py": b"old bad\n"})
    return tmp_path


def test_nothing_is_read_again_when_nothing_changed(folder: Path) -> None:
    assert run(folder, WordDetector({"old": "new"})).scanned.record is not None
    again = WordDetector({"old": "new"})
    outcome = run(folder, again)
    assert (outcome.scanned.record, again.calls, outcome.published) == (None, 0, ())


@pytest.mark.parametrize("reason", [SkipReason.ENGINE_ERROR, SkipReason.TIMEOUT])
def test_what_may_go_better_the_next_time_is_read_again(folder: Path, reason: SkipReason) -> None:
    failing = WordDetector({"old": "new"}, skipped={"b.py": Skipped(reason)})
    assert reason in run(folder, failing).scanned.coverage.by_reason()
    assert run(folder, WordDetector({"old": "new"})).scanned.coverage.by_reason() == {}


def test_a_rejected_group_is_split_until_only_the_culprit_is_left(folder: Path) -> None:
    """Mending the second `old` of c.py would make a new `bad`; the other findings of the group are still fixed."""

    class Treacherous(WordDetector):
        def _match(self, path: str, word: str, at: int, data: bytes):
            cure = self._cures
            self._cures = {"old": "bad"} if path.endswith("c.py") else {"old": "new"}
            try:
                return super()._match(path, word, at, data)
            finally:
                self._cures = cure

    outcome = run(folder, Treacherous({"old": "new"}))
    assert len(outcome.judged) == 3
    assert len(outcome.published) == 1
    assert "a.py" in outcome.published[0].title
    again = run(folder, Treacherous({"old": "new"}))
    assert (again.judged, again.published) == ((), ())

"""The life of a pull request over real HTTP and real git, on every kind of forge."""

from pathlib import Path

import pytest

from debtd.adapters.db.embedded import EmbeddedStore
from debtd.adapters.scratch import TemporaryScratch
from debtd.model.policy import Policy
from debtd.model.pull_request import CloseReason, HandsOff, PullRequest, PullRequestOutcome, PullRequestState
from debtd.pipeline.order import Order, Outcome, Rooms
from debtd.pipeline.road import run_road
from debtd.pipeline.scan import Engines
from tests.support.fakes import NoProgress, WordDetector, word_rule
from tests.support.forges.park import Park
from tests.support.forges.project import Pull
from tests.support.forges.world import HostedWorld
from tests.support.git_repo import git

WORDS = ("moved", "never", "merged", "theirs")


class Nights:
    """debtd at work on one repository of a forge."""

    def __init__(self, world: HostedWorld, folder: Path) -> None:
        self.world = world
        self.folder = folder
        self.store = EmbeddedStore(folder / "debtd.sqlite3", world.clock)
        (folder / "scratch").mkdir()

    def run(self) -> Outcome:
        self.world.clock.advance(3_600)
        rooms = Rooms(
            workspaces=self.world.workspaces(),
            scratch=TemporaryScratch(self.folder / "scratch"),
            engines=Engines(detectors=[WordDetector({f"old{word}": f"new{word}" for word in WORDS})]),
            store=self.store,
            forge=self.world.forge(),
            clock=self.world.clock,
            progress=NoProgress(),
        )
        rules = tuple(word_rule(f"old{word}") for word in WORDS)
        return run_road(self.world.repository, Order(rules=rules, policy=Policy(status=True)), rooms)

    def pull(self, word: str) -> Pull:
        return next(pull for pull in reversed(self.world.project.pulls) if f"word-old{word}" in pull.head)

    def row(self, pull: Pull) -> PullRequest:
        return next(row for row in self.store.pull_requests() if row.branch == pull.head)

    def read(self, commit: str, path: str) -> str:
        return git(self.world.project.folder, "show", f"{commit}:{path}")


@pytest.mark.parametrize("kind", ["github", "gitlab", "gitea"])
def test_the_life_of_four(kind: str, park: Park, tmp_path: Path) -> None:
    world = park.world(kind, tmp_path)
    world.make_branch("main", {f"{word}.py": f"x\nold{word}\n".encode() for word in WORDS})
    nights, project = Nights(world, tmp_path), world.project
    assert nights.run().faults == ()
    moved, never, merged, theirs = map(nights.pull, WORDS)
    assert [(pull.state, pull.labels) for pull in project.pulls] == [("open", ["debtd"])] * 4
    project.merge(merged, "ann")
    base = project.push_by_hand("main", {"moved.py": b"# moved\nx\noldmoved\n"})
    by_hand = project.push_by_hand(theirs.head, {"theirs.py": b"by hand\n"})
    project.note(never, "ann", "/debtd never we like it")
    project.note(moved, "rob", "/debtd never we do not")
    assert nights.run().faults == ()
    head = project.branch_commit(moved.head)
    assert head is not None
    assert (nights.read(head, "moved.py"), nights.row(moved).commit) == ("# moved\nx\nnewmoved", head)
    assert git(project.folder, "rev-parse", f"{head}^") == base
    assert (never.state, project.branch_commit(never.head)) == ("closed", None)
    assert nights.row(never).close_reason is CloseReason.NEVER
    assert (nights.row(merged).outcome, project.branch_commit(merged.head)) == (PullRequestOutcome.MERGED, None)
    assert (nights.row(theirs).hands_off, project.branch_commit(theirs.head)) == (HandsOff.COMMIT, by_hand)
    notes = {word: len(pull.notes) for word, pull in zip(WORDS, (moved, never, merged, theirs), strict=True)}
    assert notes == {"moved": 1, "never": 2, "merged": 0, "theirs": 1}
    project.push_by_hand("main", {"merged.py": b"x\noldmerged\n"})
    project.end(theirs, "ann", "closed")
    for _ in range(2):
        assert nights.run().faults == ()
    assert (nights.row(theirs).state, project.branch_commit(theirs.head)) == (PullRequestState.REJECTED, by_hand)
    assert (nights.row(merged).outcome, nights.pull("merged").draft) == (PullRequestOutcome.REVERTED, True)
    assert (len(project.pulls), len(theirs.notes), project.branch_commit(moved.head)) == (5, 2, head)
    assert world.site.violations == []

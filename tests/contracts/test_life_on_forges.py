"""The life of a pull request over real HTTP and real git, on every kind of forge."""

from pathlib import Path

import pytest

from debtd.model.pull_request import CloseReason, HandsOff, PullRequestOutcome, PullRequestState
from tests.support.forges.nights import Nights
from tests.support.forges.park import Park
from tests.support.git_repo import git

WORDS = ("moved", "never", "merged", "theirs")


@pytest.mark.parametrize("kind", ["github", "gitlab", "gitea"])
def test_the_life_of_four(kind: str, park: Park, tmp_path: Path) -> None:
    world = park.world(kind, tmp_path)
    world.make_branch("main", {f"{word}.py": f"x\nold{word}\n".encode() for word in WORDS})
    nights, project = Nights(world, tmp_path, WORDS), world.project
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

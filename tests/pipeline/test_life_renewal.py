"""f) and g): the base moves under an open pull request."""

import pytest

from debtd.model.forge import ForgeState
from debtd.model.pull_request import CloseReason, PullRequestState
from debtd.model.suppression import SuppressionKind
from debtd.model.task import TaskState
from debtd.model.window import WindowKind
from tests.support import samples
from tests.support.night import ALL, QUIET, Nights
from tests.support.town import Pull, Town

MOVED = {"a.py": b"# moved\nx\nold\n"}


@pytest.fixture
def pull(nights: Nights, town: Town) -> Pull:
    """The one about a.py."""
    nights.set_policy(status=True)
    nights.run()
    return next(pull for pull in town.pulls if "word-old" in pull.head)


@pytest.mark.parametrize("mergeable", [None, True])
def test_f_a_base_that_moved_elsewhere_is_no_reason_to_push(
    mergeable: bool | None, nights: Nights, town: Town, pull: Pull
) -> None:
    """Pain 2: no rebase storm."""
    pull.mergeable = mergeable
    town.push(files={"c.py": b"other\n", "d.py": b"new file\n"})
    for _ in range(3):
        nights.run()
    assert (len(town.pushes), pull.named) == (2, {})


def test_f_made_again_when_its_file_is_another(nights: Nights, town: Town, pull: Pull) -> None:
    before = nights.row(pull)
    base = town.push(files=MOVED)
    nights.run()
    row = nights.row(pull)
    assert town.parents[row.commit] == (base,), "one commit on the new base"
    assert (row.commit, row.next_commit) == (town.branches[pull.head], "")
    assert town.trees[row.commit]["a.py"] == b"# moved\nx\nnew\n"
    assert (row.key, row.number, row.branch) == (before.key, before.number, before.branch)
    assert (pull.body, base in pull.body) == (row.body, True)
    assert [one[0] for one in town.statuses if one[0] == row.commit] == [row.commit]
    assert (len(town.pulls), len(town.pushes), pull.named) == (2, 3, {})
    nights.run()
    assert len(town.pushes) == 3


@pytest.mark.parametrize("closed", [{WindowKind.MAINTAIN}, set(WindowKind)])
def test_f_only_in_the_maintain_window(closed: set[WindowKind], nights: Nights, town: Town, pull: Pull) -> None:
    """Pain 1."""
    town.push(files=MOVED)
    for _ in range(2):
        nights.run(ALL - closed)
    assert (len(town.pushes), nights.row(pull).state) == (2, PullRequestState.OPEN)
    nights.run()
    assert len(town.pushes) == 3


def test_f_not_where_the_operator_wants_none(nights: Nights, town: Town, pull: Pull) -> None:
    nights.set_policy(maintain=False)
    town.push(files=MOVED)
    nights.run()
    assert len(town.pushes) == 2


def test_f_fewer_findings_are_left(nights: Nights, town: Town) -> None:
    town.push(files={"d.py": b"old\n"})
    nights.run()
    pull = next(pull for pull in town.pulls if "2 files" in pull.title)
    town.push(files={"d.py": b"clean\n"})
    nights.run()
    assert (pull.title, nights.row(pull).title) == ("Fix word-old: 1 place in a.py", pull.title)
    assert town.trees[town.branches[pull.head]] == town.files | {"a.py": b"x\nnew\n"}
    assert len(town.pulls) == 2


def test_f_a_finding_that_people_said_no_to_is_taken_out(nights: Nights, town: Town) -> None:
    town.push(files={"d.py": b"old\n"})
    nights.run()
    pull = next(pull for pull in town.pulls if "2 files" in pull.title)
    in_d = next(f for f in nights.store.findings() if f.match.path == "d.py")
    nights.store.add_suppression(samples.suppression(in_d.fingerprint, SuppressionKind.EXTERNAL))
    nights.run()
    assert town.trees[town.branches[pull.head]] == town.files | {"a.py": b"x\nnew\n"}
    in_a = next(f for f in nights.store.findings() if f.match.path == "a.py")
    nights.store.add_suppression(samples.suppression(in_a.fingerprint, SuppressionKind.EXTERNAL))
    nights.run()
    assert nights.row(pull).close_reason is CloseReason.VANISHED
    assert "people said no" in pull.named["closed"]


def test_g_a_conflict_that_the_forge_sees(nights: Nights, town: Town, pull: Pull) -> None:
    base = town.push(files={"c.py": b"other\n"})
    pull.mergeable = False
    nights.run()
    assert town.parents[town.branches[pull.head]] == (base,)
    nights.run()
    assert len(town.pushes) == 3, "it is on the newest base: pushing again would change nothing"


@pytest.mark.parametrize("how", ["rejected", "impossible"])
def test_a_fix_that_does_not_work_on_the_new_base(how: str, nights: Nights, town: Town, pull: Pull) -> None:
    town.push(files=MOVED)
    nights.detector._cures = {"old": "bad", "bad": "good"} if how == "rejected" else {"bad": "good"}
    nights.run()
    row = nights.row(pull)
    assert (row.state, row.close_reason, row.outcome) == (PullRequestState.CLOSED, CloseReason.NOT_PROVEN, None)
    assert ("nothing-new" if how == "rejected" else "no fix") in row.reason
    assert (pull.state, pull.head in town.branches, list(pull.named)) == (ForgeState.CLOSED, False, ["closed"])
    for _ in range(2):
        nights.run()
    assert len(town.pulls) == 2, "not tried again for the same"
    assert nights.store.suppressions(town.clock.now()) == (), "nobody said no"
    nights.detector._cures = {"old": "new", "bad": "good"}
    town.push(files={"a.py": b"y\nold\n"})
    nights.run()
    assert (len(town.pulls), town.pulls[-1].title, town.pulls[-1].head != pull.head) == (3, pull.title, True)


def test_the_base_moves_again_while_a_renewal_is_under_way(nights: Nights, town: Town, pull: Pull) -> None:
    """Killed with the patch proven and not pushed; then another base, and no window, and then the window."""
    from tests.support.night import Killed

    def kill(name: str, when: str) -> None:
        if (name, when) == ("save_evidence", "after"):
            raise Killed

    town.push(files=MOVED)
    with pytest.raises(Killed):
        nights.run(hook=kill)
    base = town.push(files={"a.py": b"# moved again\nx\nold\n"})
    nights.run(QUIET)
    assert len(town.pushes) == 2
    nights.run()
    assert town.parents[town.branches[pull.head]] == (base,)
    assert town.trees[town.branches[pull.head]] == town.files | {"a.py": b"# moved again\nx\nnew\n"}
    assert {task.state for task in nights.store.tasks(town.repository.id)} == {TaskState.PUBLISHED}


def test_what_a_forge_shows_late_is_no_commit_of_somebody_else(nights: Nights, town: Town, pull: Pull) -> None:
    before = pull.commit
    town.push(files=MOVED)
    nights.run()
    now, pull.commit = pull.commit, before
    nights.run()
    assert (nights.row(pull).hands_off, pull.named, town.branches[pull.head]) == (None, {}, now)


def test_one_that_ends_while_it_is_made_again_leaves_nothing_behind(nights: Nights, town: Town, pull: Pull) -> None:
    from tests.support.night import Killed

    def kill(name: str, when: str) -> None:
        if (name, when) == ("replan_task", "after"):
            raise Killed

    town.push(files=MOVED)
    with pytest.raises(Killed):
        nights.run(hook=kill)
    town.merge(pull)
    town.push(files={"a.py": b"# moved\nx\nclean\n"})
    nights.run()
    assert nights.row(pull).state is PullRequestState.MERGED
    states = {task.state for task in nights.store.tasks(town.repository.id)}
    assert states <= {TaskState.PUBLISHED, TaskState.SUPERSEDED}

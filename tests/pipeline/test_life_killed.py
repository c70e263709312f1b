"""`kill -9` at each call of a port, then once more: the same end as of an undisturbed run. And each call that fails:
no duplicate, nothing lost, nothing taken for a no."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from debtd.model.forge import ChecksState, ReviewState
from debtd.model.policy import Policy
from debtd.model.pull_request import PullRequestState
from tests.support.night import Killed, Nights
from tests.support.town import Town

POLICY = Policy(status=True, auto_merge=True, assignees=True)
WRITES = (
    *(
        "save_pull_request",
        "replan_task",
        "save_patch",
        "save_evidence",
        "add_suppression",
        "save_standing",
        "plan_tasks",
    ),
    *("ensure_pull_request", "close_pull_request", "update_pull_request", "ensure_comment", "change_labels", "assign"),
    *("set_status", "delete_branch", "merge_pull_request", "push_new_branches", "replace_branch", "move_task"),
)


def prepared(folder: Path) -> Nights:
    """Nine pull requests, and people who do something to each of them; and two that are still to come."""
    folder.mkdir()
    names = ("closed", "merged", "edited", "theirs", "handed", "never", "gone", "moved", "green")
    town = Town({f"{name}.py": f"{name}\nold {name}\n".encode() for name in names} | {"CODEOWNERS": b"* @ann\n"})
    nights = Nights(folder, town, POLICY)
    nights.one_for_each_file()
    nights.run()
    by_name = {name: next(p for p in town.pulls if f"{name}.py" in p.title) for name in names}
    for name in ("edited", "theirs", "handed"):
        town.push(by_name[name].head, {f"{name}.py": b"by hand\n"})
    town.say(by_name["handed"], "/debtd rebase")
    town.say(by_name["never"], "/debtd never we like it")
    town.say(by_name["moved"], "/debtd what")
    town.push(files={"gone.py": b"clean\n", "moved.py": b"# moved\nold moved\n", "new.py": b"old\n"})
    town.close(by_name["closed"])
    town.merge(by_name["merged"])
    town.merge(by_name["edited"])
    by_name["green"].checks, by_name["green"].review = ChecksState.GREEN, ReviewState.APPROVED
    return nights


def end_state(nights: Nights) -> dict[str, Any]:
    """All that people and later runs see, without times and order."""
    town, store = nights.town, nights.store
    rows = [replace(row, ended_at=None, published_at=None, number=0, url="") for row in nights.rows()]
    pulls = [replace(pull, number=0, comments=[], merge_commit="") for pull in town.pulls]
    return {
        "rows": sorted(map(repr, (replace(row, merge_commit="") for row in rows))),
        "pulls": sorted(map(repr, pulls)),
        "branches": sorted(set(town.branches) - {"main"}),
        "files": town.files,
        "tasks": sorted((task.key, task.state, task.fingerprints) for task in store.tasks(town.repository.id)),
        "noes": sorted((no.fingerprint, no.kind, no.author) for no in store.suppressions(town.clock.now())),
        "standings": [(one.rule_id, one.repository_id, one.standing) for one in store.standings()],
    }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, int]]:
    """The end after three quiet runs, and how often each port was called in the first."""
    nights = prepared(tmp_path_factory.mktemp("undisturbed") / "n")
    calls: dict[str, int] = {}

    def count(name: str, when: str) -> None:
        calls[name] = calls.get(name, 0) + (when == "before")

    nights.run(hook=count)
    for _ in range(2):
        nights.run()
    return end_state(nights), calls


def at(wanted: str, number: int, when: str, what: Callable[[], BaseException]) -> Callable[[str, str], None]:
    left = [number]

    def hook(name: str, moment: str) -> None:
        if (name, moment) == (wanted, when):
            left[0] -= 1
            if left[0] == 0:
                raise what()

    return hook


def test_the_undisturbed_run_shows_all_of_it(undisturbed: tuple[dict[str, Any], dict[str, int]]) -> None:
    end, calls = undisturbed
    states = [repr(state) in row for row in end["rows"] for state in PullRequestState]
    assert len(end["rows"]) == 10
    assert sum(states) == 10
    assert set(WRITES) - set(calls) == {"move_task", "save_standing"}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("name", WRITES)
def test_killed_and_started_again(
    name: str, when: str, undisturbed: tuple[dict[str, Any], dict[str, int]], tmp_path: Path
) -> None:
    end, calls = undisturbed
    for number in range(1, calls.get(name, 0) + 1):
        nights = prepared(tmp_path / str(number))
        with pytest.raises(Killed):
            nights.run(hook=at(name, number, when, Killed))
        for _ in range(2):
            nights.run()
        assert end_state(nights) == end, (name, number, when)

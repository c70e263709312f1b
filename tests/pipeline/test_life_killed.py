"""`kill -9` after each write, then one more run: the end of an undisturbed one. And calls that fail: no duplicate,
nothing lost, nothing taken for a no. `DEBTD_TEST_DEPTH` says how many calls of one kind are tried."""

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from debtd.model.errors import DebtdError, RepoUnusable, Retryable
from debtd.model.forge import ChecksState, ReviewState
from debtd.model.policy import Policy
from debtd.model.pull_request import PullRequestState
from tests.support.night import Hook, Killed, Nights
from tests.support.town import Town

DEPTH = int(os.environ.get("DEBTD_TEST_DEPTH", "1"))
POLICY = Policy(status=True, auto_merge=True, assignees=True)
STORE = ("save_pull_request", "replan_task", "save_patch", "save_evidence", "add_suppression", "plan_tasks")
FORGE = (
    *("ensure_pull_request", "close_pull_request", "update_pull_request", "ensure_comment", "change_labels", "assign"),
    *("set_status", "delete_branch", "merge_pull_request", "push_new_branches", "replace_branch"),
)
COURTESIES = ("change_labels", "assign", "set_status", "ensure_comment", "delete_branch")  # a no to these is told, once
READS = ("read_pull_request", "comments", "reception", "open_pull_requests", "remote", "ensure_commits", "read_blobs")


def prepared(folder: Path) -> Nights:
    """Nine pull requests, and people who do something to each of them; and two that are still to come."""
    folder.mkdir()
    names = ("closed", "merged", "edited", "theirs", "handed", "never", "gone", "moved", "green")
    town = Town({f"{name}.py": f"x\nold{name}\n".encode() for name in names} | {"CODEOWNERS": b"* @ann\n"})
    nights = Nights(folder, town, POLICY)
    nights.one_for_each_file()
    nights.run()
    by_name = {name: next(p for p in town.pulls if f"{name}.py" in p.title) for name in names}
    for name in ("edited", "theirs", "handed"):
        town.push(by_name[name].head, {f"{name}.py": b"by hand\n"})
    town.say(by_name["handed"], "/debtd rebase")
    town.say(by_name["never"], "/debtd never we like it")
    town.say(by_name["moved"], "/debtd what")
    town.push(files={"gone.py": b"clean\n", "moved.py": b"# moved\noldmoved\n", "new.py": b"oldnew\n"})
    town.close(by_name["closed"])
    town.merge(by_name["merged"])
    town.merge(by_name["edited"])
    by_name["green"].checks, by_name["green"].review = ChecksState.GREEN, ReviewState.APPROVED
    return nights


def end_state(nights: Nights) -> dict[str, Any]:
    """All that people and later runs see, without times, order, and which base it was made on."""
    town, store = nights.town, nights.store
    plain: dict[str, Any] = {"number": 0, "url": "", "merge_commit": "", "ended_at": None, "published_at": None}
    rows = [replace(row, commit=_change(town, row.commit), body=_words(row.body), **plain) for row in nights.rows()]
    pulls = [
        replace(pull, commit=_change(town, pull.commit), body=_words(pull.body), number=0, merge_commit="", comments=[])
        for pull in town.pulls
    ]
    return {
        "rows": sorted(map(repr, rows)),
        "pulls": sorted(map(repr, pulls)),
        "branches": sorted(set(town.branches) - {"main"}),
        "files": town.files,
        "tasks": sorted((task.key, task.state, task.fingerprints) for task in store.tasks(town.repository.id)),
        "noes": sorted((no.fingerprint, no.kind, no.author) for no in store.suppressions(town.clock.now())),
        "standings": [(one.rule_id, one.repository_id, one.standing) for one in store.standings()],
    }


def _change(town: Town, commit: str) -> str:
    before = town.trees[town.parents[commit][0]]
    return repr([(path, data) for path, data in town.trees[commit].items() if before.get(path) != data])


def _words(body: str) -> str:
    return re.sub(r"(Base commit|patch digest) `[0-9a-f]+`", "", body)


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    return prepared(tmp_path_factory.mktemp("start") / "n")


@pytest.fixture(scope="module")
def end(start: Nights, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The end of two quiet runs."""
    nights = start.copy(tmp_path_factory.mktemp("end"))
    calls: list[str] = []
    nights.run(hook=lambda name, when: calls.append(name))
    assert {*STORE, *FORGE, *READS} <= set(calls)
    nights.run()
    assert {row.state for row in nights.rows()} == set(PullRequestState) - {PullRequestState.PENDING}
    return end_state(nights)


def once(wanted: str, number: int, when: str, what: BaseException) -> Hook:
    """Raise before or after the call of this number."""
    left = [number]

    def hook(name: str, moment: str) -> None:
        if (name, moment) == (wanted, when):
            left[0] -= 1
            if left[0] == 0:
                raise what

    return hook


@pytest.mark.parametrize("name", [*STORE, *FORGE])
def test_killed_and_started_again(name: str, start: Nights, end: dict[str, Any], tmp_path: Path) -> None:
    for number in range(1, DEPTH + 1):
        folder = tmp_path / str(number)
        folder.mkdir()
        nights = start.copy(folder)
        try:
            nights.run(hook=once(name, number, "after", Killed()))
        except Killed:
            nights.run()
            assert end_state(nights) == end, number


def test_killed_after_every_write_again_and_again(start: Nights, end: dict[str, Any], tmp_path: Path) -> None:
    """The first run dies after its first write, the second after its second, and so on."""
    nights = start.copy(tmp_path)
    for number in range(1, 100):
        left = [number]

        def hook(name: str, when: str, left: list[int] = left) -> None:
            left[0] -= (when == "after") and name in {*STORE, *FORGE}
            if left[0] == 0:
                raise Killed

        try:
            nights.run(hook=hook)
        except Killed:
            continue
        break
    assert number > 5
    nights.run()
    assert end_state(nights) == end


REFUSED = [(name, "before", RepoUnusable) for name in (*FORGE, *READS) if name not in COURTESIES]
LOST = [(name, when, Retryable) for name in FORGE for when in ("before", "after")]


@pytest.mark.parametrize(("name", "when", "kind"), [*REFUSED, *LOST])
def test_a_call_that_fails_once(
    name: str, when: str, kind: type[DebtdError], start: Nights, end: dict[str, Any], tmp_path: Path
) -> None:
    """Pain 9: before the forge acted, or after; and it goes well the next time."""
    nights = start.copy(tmp_path)
    try:
        told = nights.run(hook=once(name, 1, when, kind("it failed"))).faults
    except (Retryable, RepoUnusable) as raised:
        told = (raised,)
    assert ["it failed" in str(one) for one in told] == [True]
    nights.run()
    assert end_state(nights) == end


def test_nothing_is_concluded_while_the_forge_is_away(start: Nights, tmp_path: Path) -> None:
    nights = start.copy(tmp_path)
    before = end_state(nights)

    def away(name: str, when: str) -> None:
        if name in {*FORGE, *READS[:4]}:
            raise Retryable("nobody answers")

    for _ in range(3):
        with pytest.raises(Retryable):
            nights.run(hook=away)
    after = end_state(nights)
    assert {name: after[name] for name in ("rows", "pulls", "branches", "noes")} == {
        name: before[name] for name in ("rows", "pulls", "branches", "noes")
    }

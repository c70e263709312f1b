"""Publishing: one push for all, and a branch that somebody else has hinders no other."""

import re
import shutil
from pathlib import Path

import pytest

from debtd.adapters.forge.local import LocalForge
from debtd.adapters.git import BareBranches, GitWorkspaces
from debtd.model.errors import RepoUnusable
from debtd.model.pull_request import PullRequestState
from debtd.model.repo import Repository
from debtd.settings import Settings
from debtd.wiring.durable import SystemClock, open_store
from tests.pipeline.test_road_rescan import run
from tests.support.command import make_repository
from tests.support.fakes import WordDetector
from tests.support.git_repo import add_commit, git
from tests.support.processes import recorded_git

CURES = {"old": "new", "bad": "good"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_repository(tmp_path / "code", {"a.py": b"old\n", "b.py": b"bad\n"})
    return tmp_path


def states(folder: Path) -> dict[str, PullRequestState]:
    with open_store(Settings(state_dir=folder / "state")) as store:
        return {pull_request.branch: pull_request.state for pull_request in store.pull_requests()}


def test_all_base_files_are_one_read_and_all_branches_one_push(folder: Path) -> None:
    with recorded_git() as started:
        outcome = run(folder, WordDetector(CURES))
    assert (len(outcome.published), started.count("push"), started.count("fast-import")) == (2, 1, 1)
    known = {"a.py": b"old\n", "b.py": b"bad\n"}
    make_repository(folder / "code", known | {f"{number}.py": b"old\nbad\n" for number in range(60)})
    with recorded_git() as again:
        assert len(run(folder, WordDetector(CURES)).published) > 4
    looks_at_the_last_fetch = 1
    assert (again.count("push"), again.count("cat-file")) == (1, started.count("cat-file") + looks_at_the_last_fetch)
    with recorded_git() as started:
        assert run(folder, WordDetector(CURES)).published == ()
    assert not {"push", "fast-import", "fetch"} & set(started)


def test_a_branch_of_somebody_else_hinders_no_other(folder: Path) -> None:
    theirs, ours = sorted(pull_request.branch for pull_request in run(folder, WordDetector(CURES)).published)
    shutil.rmtree(folder / "state")
    forge = Path(LocalForge(folder / "state", BareBranches(), SystemClock()).remote(repository_of(folder)))
    by_hand = add_commit(forge, {"x": b"theirs\n"}, branch=theirs)
    (fault,) = run(folder, WordDetector(CURES)).faults
    assert isinstance(fault, RepoUnusable)
    assert re.search(f"branch {theirs} exists .* with another commit", str(fault))
    assert states(folder) == {theirs: PullRequestState.PENDING, ours: PullRequestState.OPEN}
    assert git(forge, "rev-parse", theirs) == by_hand
    git(forge, "update-ref", "-d", f"refs/heads/{theirs}")
    assert [pull_request.branch for pull_request in run(folder, WordDetector(CURES)).published] == [theirs]
    assert set(states(folder).values()) == {PullRequestState.OPEN}


def repository_of(folder: Path) -> Repository:
    return GitWorkspaces(folder / "state").identify(str(folder / "code"))

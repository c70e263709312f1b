"""A branch moves from the commit that debtd knows, or not at all."""

from pathlib import Path

import pytest

from debtd.adapters.git import ensure_bare
from debtd.adapters.git import push as push_module
from debtd.model.errors import DebtdError, RepoUnusable, Retryable
from debtd.ports import CommitRequest
from tests.support.git_repo import add_commit, git
from tests.support.processes import recorded_git

BRANCH = "debtd/class-inherits-object/0123456789ab"


@pytest.fixture
def forge(state: Path) -> Path:
    path = state / "forge" / "x" / "repository.git"
    ensure_bare(path)
    return path


@pytest.fixture
def moved(mirrored, workspaces, source: Path):
    """The repository, a commit on its first commit, and one on its second: neither is in the history of the other."""
    repository, first = mirrored({"a.py": b"x\n", "b.py": b"y\n"})
    add_commit(source, {"b.py": b"Y\n"})
    second = workspaces.ensure_mirror(repository)
    made = [
        workspaces.ensure_commits(
            repository,
            [CommitRequest(key="k", base_commit=base, message="m", files=(("a.py", b"X\n"),))],
        )["k"]
        for base in (first.commit, second.commit)
    ]
    return repository, *made


def refs_of(forge: Path) -> dict[str, str]:
    lines = git(forge, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    return dict(line.split() for line in lines)


def test_another_commit_stays(moved, workspaces, forge: Path) -> None:
    repository, old, new = moved
    workspaces.push_new_branch(repository, old, BRANCH, str(forge))
    theirs = add_commit(forge, {"a.py": b"by hand\n"}, branch=BRANCH)
    with pytest.raises(RepoUnusable, match=rf"knew at {old[:12]}, is at another commit by now \({theirs[:12]}\)"):
        workspaces.replace_branch(repository, BRANCH, old, new, str(forge))
    assert refs_of(forge) == {f"refs/heads/{BRANCH}": theirs}


def test_a_branch_that_is_gone_is_not_made_again(moved, workspaces, forge: Path) -> None:
    repository, old, new = moved
    with pytest.raises(RepoUnusable, match="is not there any more"):
        workspaces.replace_branch(repository, BRANCH, old, new, str(forge))
    assert refs_of(forge) == {}


def test_it_moves_and_a_replay_changes_nothing(moved, workspaces, forge: Path) -> None:
    repository, old, new = moved
    workspaces.push_new_branch(repository, old, BRANCH, str(forge))
    workspaces.push_new_branch(repository, old, "other", str(forge))
    for _ in range(3):
        workspaces.replace_branch(repository, BRANCH, old, new, str(forge))
        assert refs_of(forge) == {f"refs/heads/{BRANCH}": new, "refs/heads/other": old}
    git(forge, "fsck", "--strict")


def test_the_same_commit_is_no_move(moved, workspaces, forge: Path) -> None:
    repository, old, new = moved
    workspaces.push_new_branch(repository, old, BRANCH, str(forge))
    workspaces.replace_branch(repository, BRANCH, old, old, str(forge))
    with pytest.raises(RepoUnusable, match="is at another commit"):
        workspaces.replace_branch(repository, BRANCH, new, new, str(forge))
    assert refs_of(forge) == {f"refs/heads/{BRANCH}": old}


def test_it_is_one_push_over_which_no_hook_runs(moved, workspaces, source: Path, tmp_path: Path) -> None:
    repository, old, new = moved
    main = git(source, "rev-parse", "main")
    for hook in ("pre-receive", "update", "post-receive", "reference-transaction", "pre-push"):
        (source / "hooks" / hook).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        (source / "hooks" / hook).chmod(0o755)
    workspaces.push_new_branch(repository, old, BRANCH, str(source))
    with recorded_git() as started:
        workspaces.replace_branch(repository, BRANCH, old, new, str(source))
    assert started == ["push"]
    assert refs_of(source) == {f"refs/heads/{BRANCH}": new, "refs/heads/main": main}
    assert not (tmp_path / "ran").exists()


def test_a_repository_of_others_may_forbid_it(moved, workspaces, source: Path) -> None:
    """Only a bare repository of debtd's own is told to take a commit that does not follow."""
    repository, old, new = moved
    workspaces.push_new_branch(repository, old, BRANCH, str(source))
    git(source, "config", "receive.denyNonFastForwards", "true")
    with pytest.raises(RepoUnusable, match="could not push to"):
        workspaces.replace_branch(repository, BRANCH, old, new, str(source))
    assert refs_of(source)[f"refs/heads/{BRANCH}"] == old


def test_somebody_is_faster(moved, workspaces, forge: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their push comes after debtd has looked and before its own: the lease is with the remote."""
    repository, old, new = moved
    workspaces.push_new_branch(repository, old, BRANCH, str(forge))
    real = push_module._push
    theirs: list[str] = []

    def late(*arguments: object, **words: object) -> None:
        theirs.append(add_commit(forge, {"a.py": b"by hand\n"}, branch=BRANCH))
        real(*arguments, **words)  # type: ignore[arg-type]

    monkeypatch.setattr(push_module, "_push", late)
    with pytest.raises(RepoUnusable, match="is at another commit by now"):
        workspaces.replace_branch(repository, BRANCH, old, new, str(forge))
    assert refs_of(forge) == {f"refs/heads/{BRANCH}": theirs[0]}


def test_an_answer_that_was_lost(moved, workspaces, forge: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository, old, new = moved
    workspaces.push_new_branch(repository, old, BRANCH, str(forge))
    real = push_module._push

    def never(*_: object, **__: object) -> None:
        raise Retryable("the line was dead")

    def lost(*arguments: object, **words: object) -> None:
        real(*arguments, **words)  # type: ignore[arg-type]
        raise Retryable("the line went dead")

    monkeypatch.setattr(push_module, "_push", never)
    with pytest.raises(Retryable, match="was dead"):
        workspaces.replace_branch(repository, BRANCH, old, new, str(forge))
    assert refs_of(forge) == {f"refs/heads/{BRANCH}": old}
    monkeypatch.setattr(push_module, "_push", lost)
    workspaces.replace_branch(repository, BRANCH, old, new, str(forge))
    assert refs_of(forge) == {f"refs/heads/{BRANCH}": new}


@pytest.mark.parametrize("odd", ["HEAD", "", "+abc", "refs/debtd/patches/k"])
def test_only_full_ids_and_branch_names(moved, workspaces, forge: Path, odd: str) -> None:
    repository, old, new = moved
    workspaces.push_new_branch(repository, old, BRANCH, str(forge))
    for commits in ((odd, new), (old, odd)):
        with pytest.raises(RepoUnusable, match="is not the id of an object"):
            workspaces.replace_branch(repository, BRANCH, *commits, str(forge))
    with pytest.raises(RepoUnusable, match="is not a branch name"):
        workspaces.replace_branch(repository, "a:refs/heads/main", old, new, str(forge))
    with pytest.raises(RepoUnusable, match="no repository to push to"):
        workspaces.replace_branch(repository, BRANCH, old, new, "/nowhere/at/all")
    with pytest.raises(DebtdError):
        workspaces.replace_branch(repository, BRANCH, old, "1" * 40, str(forge))
    assert refs_of(forge) == {f"refs/heads/{BRANCH}": old}

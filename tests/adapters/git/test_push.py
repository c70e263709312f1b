import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from debtd.adapters.git import GitWorkspaces, ensure_bare
from debtd.adapters.git import push as push_module
from debtd.adapters.git.mirror import Mirror
from debtd.model.errors import DebtdError, RepoUnusable, Retryable
from debtd.ports import CommitRequest
from tests.support.command import ROOT
from tests.support.doorbell import Doorbell
from tests.support.git_repo import add_commit, git, make_repo
from tests.support.processes import recorded_git
from tests.support.slow_line import slow_line

BRANCH = "debtd/class-inherits-object/0123456789ab"
Made = tuple[GitWorkspaces, Callable[[str], None], str, str]


@pytest.fixture
def forge(state: Path) -> Path:
    path = state / "forge" / "x" / "repository.git"
    ensure_bare(path)
    return path


@pytest.fixture
def commits(mirrored, workspaces):
    """The repository and two commits on its newest one."""
    repository, revision = mirrored({"a.py": b"x\n"})
    asked = [
        CommitRequest(key=key, base_commit=revision.commit, message="m", files=(("a.py", key.encode()),))
        for key in ("one", "two")
    ]
    made = workspaces.ensure_commits(repository, asked)
    return repository, made["one"], made["two"]


def test_a_replay_changes_nothing(commits, workspaces, forge: Path) -> None:
    repository, one, _ = commits
    for _ in range(3):
        workspaces.push_new_branch(repository, one, BRANCH, str(forge))
    assert git(forge, "for-each-ref", "--format=%(objectname) %(refname)") == f"{one} refs/heads/{BRANCH}"
    git(forge, "fsck", "--strict")


def test_a_thousand_branches_are_one_push(mirrored, workspaces, forge: Path) -> None:
    repository, revision = mirrored({"a.py": b"x\n"})
    base = revision.commit
    asked = [
        CommitRequest(key=f"k{number}", base_commit=base, message="m", files=(("a.py", b"%d" % number),))
        for number in range(300)
    ]
    made = workspaces.ensure_commits(repository, asked)
    commits = {f"debtd/rule/{key}": commit for key, commit in made.items()}
    with recorded_git() as started:
        assert workspaces.push_new_branches(repository, commits, str(forge)) == {}
    assert started == ["push"]
    expected = {f"refs/heads/{branch}": commit for branch, commit in commits.items()}
    assert refs_of(forge) == expected
    assert workspaces.push_new_branches(repository, commits, str(forge)) == {}
    assert refs_of(forge) == expected
    git(forge, "fsck", "--strict")


def test_a_refused_branch_hinders_no_other(commits, workspaces, forge: Path) -> None:
    repository, one, two = commits
    workspaces.push_new_branch(repository, one, "taken", str(forge))
    workspaces.push_new_branch(repository, one, "there/already", str(forge))
    wanted = {"taken": two, "there/already": one, "first": two, "taken/below": one, "last": two}
    hindered = workspaces.push_new_branches(repository, wanted, str(forge))
    assert hindered.keys() == {"taken", "taken/below"}
    assert isinstance(hindered["taken"], RepoUnusable)
    assert f"branch taken exists at {forge} with another commit ({one[:12]})" in str(hindered["taken"])
    expected = {"taken": one, "there/already": one, "first": two, "last": two}
    assert refs_of(forge) == {f"refs/heads/{branch}": commit for branch, commit in expected.items()}


def test_no_branch_at_all_is_pushed_for_one_odd_name(commits, workspaces, forge: Path) -> None:
    repository, one, _ = commits
    for odd in ({"good": one, "--mirror": one}, {"good": one, "other": "HEAD"}):
        with pytest.raises(RepoUnusable):
            workspaces.push_new_branches(repository, odd, str(forge))
    assert workspaces.push_new_branches(repository, {}, str(forge)) == {}
    assert refs_of(forge) == {}


def test_a_push_of_many_that_was_cut_can_be_repeated(
    commits, workspaces, forge: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository, one, two = commits
    wanted = {"first": one, "second": two, "third": one}
    tried: list[int] = []
    real = push_module._push

    def cut(mirror: Mirror, asked: Mapping[str, str], target: str) -> None:
        if not tried:
            real(mirror, dict(list(asked.items())[:1]), target)
        tried.append(len(asked))
        raise Retryable("the line went dead")

    with monkeypatch.context() as patched:
        patched.setattr(push_module, "_push", cut)
        hindered = workspaces.push_new_branches(repository, wanted, str(forge))
    assert (hindered.keys(), tried) == ({"second", "third"}, [3, 1])
    assert all(isinstance(error, Retryable) for error in hindered.values())
    assert refs_of(forge) == {"refs/heads/first": one}
    assert workspaces.push_new_branches(repository, wanted, str(forge)) == {}
    assert refs_of(forge) == {f"refs/heads/{branch}": commit for branch, commit in wanted.items()}


def refs_of(forge: Path) -> dict[str, str]:
    lines = git(forge, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    return dict(line.split() for line in lines)


def test_anothers_branch_stays(commits, workspaces, forge: Path) -> None:
    repository, one, two = commits
    workspaces.push_new_branch(repository, one, BRANCH, str(forge))
    with pytest.raises(RepoUnusable, match=rf"branch {BRANCH} exists .* another commit \({one[:12]}\)"):
        workspaces.push_new_branch(repository, two, BRANCH, str(forge))
    assert git(forge, "rev-parse", BRANCH) == one


def test_a_branch_that_could_be_moved_forward_stays(commits, workspaces, source: Path) -> None:
    repository, one, _ = commits
    base = git(source, "rev-parse", "main")
    git(source, "update-ref", f"refs/heads/{BRANCH}", base)
    with pytest.raises(RepoUnusable, match="another commit"):
        workspaces.push_new_branch(repository, one, BRANCH, str(source))
    assert git(source, "rev-parse", BRANCH) == base


def test_a_branch_moved_forward_by_a_person_stays(commits, workspaces, forge: Path) -> None:
    repository, one, _ = commits
    workspaces.push_new_branch(repository, one, BRANCH, str(forge))
    theirs = add_commit(forge, {"a.py": b"by hand\n"}, branch=BRANCH)
    with pytest.raises(RepoUnusable, match="another commit"):
        workspaces.push_new_branch(repository, one, BRANCH, str(forge))
    assert git(forge, "rev-parse", BRANCH) == theirs


def test_a_push_to_the_source_touches_one_branch_and_runs_no_hook(commits, workspaces, source: Path, tmp_path) -> None:
    repository, one, _ = commits
    before = git(source, "rev-parse", "main")
    for hook in ("pre-receive", "update", "post-receive", "post-update", "reference-transaction", "pre-push"):
        (source / "hooks" / hook).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        (source / "hooks" / hook).chmod(0o755)
    workspaces.push_new_branch(repository, one, BRANCH, str(source))
    assert git(source, "rev-parse", BRANCH) == one
    assert git(source, "rev-parse", "main") == before
    assert git(source, "for-each-ref", "--format=%(refname)") == f"refs/heads/{BRANCH}\nrefs/heads/main"
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("branch", ["", "--mirror", "a b", "a:refs/heads/main", "+main", "a..b", "x.lock", "@{1}"])
def test_refused_branches(branch: str, commits, workspaces, forge: Path) -> None:
    repository, one, _ = commits
    if branch == "+main":
        workspaces.push_new_branch(repository, one, branch, str(forge))
        assert git(forge, "for-each-ref", "--format=%(refname)") == "refs/heads/+main"
        return
    with pytest.raises(RepoUnusable, match="is not a branch name"):
        workspaces.push_new_branch(repository, one, branch, str(forge))


@pytest.mark.parametrize(
    ("remote", "words"),
    [
        ("ext::sh -c x", "does not fetch from"),
        ("https://a:hunter2@host/x", "carries a credential"),
        ("/nowhere/at/all", "no repository to push to"),
        ("--receive-pack=x", "no repository to push to"),
    ],
)
def test_refused_remotes(remote: str, words: str, commits, workspaces) -> None:
    repository, one, _ = commits
    with pytest.raises(RepoUnusable, match=words) as error:
        workspaces.push_new_branch(repository, one, BRANCH, remote)
    assert "hunter2" not in str(error.value)


def test_a_plain_folder_is_no_remote(commits, workspaces, tmp_path: Path) -> None:
    repository, one, _ = commits
    (tmp_path / "plain").mkdir()
    with pytest.raises(RepoUnusable, match="no git repository at"):
        workspaces.push_new_branch(repository, one, BRANCH, str(tmp_path / "plain"))


def test_only_full_object_ids_are_pushed(commits, workspaces, forge: Path) -> None:
    repository, _, _ = commits
    for odd in ("HEAD", "refs/debtd/patches/one", "", "+abc"):
        with pytest.raises(RepoUnusable, match="is not the id of an object"):
            workspaces.push_new_branch(repository, odd, BRANCH, str(forge))
    with pytest.raises(DebtdError):
        workspaces.push_new_branch(repository, "1" * 40, BRANCH, str(forge))
    assert git(forge, "for-each-ref") == ""


def test_an_answer_that_was_lost(commits, workspaces, forge: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The push arrived and the answer did not: the remote is asked, and that is a success."""
    repository, one, two = commits
    real = push_module._push

    def lost(*arguments: object) -> None:
        real(*arguments)  # type: ignore[arg-type]
        raise Retryable("the line went dead")

    monkeypatch.setattr(push_module, "_push", lost)
    workspaces.push_new_branch(repository, one, BRANCH, str(forge))

    def never(*arguments: object) -> None:
        raise Retryable("the line was dead")

    monkeypatch.setattr(push_module, "_push", never)
    with pytest.raises(Retryable, match="was dead"):
        workspaces.push_new_branch(repository, two, "other", str(forge))


PUSH = """
import sys
from pathlib import Path
from debtd.adapters.git import GitWorkspaces
from tests.support.slow_line import slow_down
state, source, commit, branch, forge, line = sys.argv[1:]
workspaces = GitWorkspaces(Path(state))
slow_down(line)
workspaces.push_new_branch(workspaces.identify(source), commit, branch, forge)
"""


@pytest.mark.parametrize("then", [signal.SIGUSR1, signal.SIGKILL], ids=["the line goes on", "the line breaks"])
def test_kill_9_in_the_middle_of_a_push(
    source: Path, state: Path, workspaces, forge: Path, bell: Doorbell, then: signal.Signals
) -> None:
    rng = random.Random(3)  # noqa: S311 - bytes that do not compress
    make_repo(source, {"a.py": b"x\n", **{f"{n}.bin": rng.randbytes(2_000_000) for n in range(5)}})
    repository = workspaces.identify(str(source))
    revision = workspaces.ensure_mirror(repository)
    asked = CommitRequest(key="k", base_commit=revision.commit, message="m", files=(("a.py", b"y\n"),))
    commit = workspaces.ensure_commits(repository, [asked])["k"]
    argv = [sys.executable, "-c", PUSH, str(state), str(source), commit, BRANCH, str(forge)]
    child = subprocess.Popen([*argv, slow_line("receive-pack", 6_000_000, bell)], cwd=ROOT)
    line = bell.wait()
    assert list(forge.glob("objects/tmp_objdir*"))
    child.kill()
    assert child.wait() == -signal.SIGKILL
    os.kill(line, then)
    workspaces.push_new_branch(repository, commit, BRANCH, str(forge))
    assert git(forge, "rev-parse", BRANCH) == commit
    git(forge, "fsck", "--strict")
    assert not list(forge.rglob("*.lock")) + list(forge.glob("objects/tmp_objdir*"))


def test_a_stale_lock_in_debtds_own_repository_is_swept(commits, workspaces, forge: Path) -> None:
    repository, one, _ = commits
    lock = forge / f"refs/heads/{BRANCH}.lock"
    lock.parent.mkdir(parents=True)
    lock.write_bytes(b"")
    workspaces.push_new_branch(repository, one, BRANCH, str(forge))
    assert git(forge, "rev-parse", BRANCH) == one


def test_a_lock_in_somebody_elses_repository_is_left(commits, workspaces, source: Path) -> None:
    repository, one, _ = commits
    lock = source / f"refs/heads/{BRANCH}.lock"
    lock.parent.mkdir(parents=True)
    lock.write_bytes(b"")
    with pytest.raises(Retryable, match="another git command"):
        workspaces.push_new_branch(repository, one, BRANCH, str(source))
    assert lock.exists()

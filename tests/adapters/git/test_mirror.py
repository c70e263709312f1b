import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from debtd.adapters.filelock import locked
from debtd.adapters.git import GitWorkspaces, ensure_bare
from debtd.model.errors import RepoUnusable, Retryable
from debtd.model.repo import Repository, repository_id
from tests.support.command import ROOT
from tests.support.doorbell import Doorbell
from tests.support.git_repo import (
    SUBMODULE,
    SYMLINK,
    WHEN,
    add_commit,
    add_trap,
    commit_tree_literally,
    git,
    make_repo,
    names_in,
)
from tests.support.processes import recorded_git
from tests.support.slow_line import slow_line

ENSURE = """
import sys
from pathlib import Path
from debtd.adapters.git import GitWorkspaces
workspaces = GitWorkspaces(Path(sys.argv[1]))
repository = workspaces.identify(sys.argv[2])
print(workspaces.ensure_mirror(repository).commit, flush=True)
"""


def mirror_path(state: Path, repository: Repository) -> Path:
    return state / "mirrors" / f"{repository.id}.git"


def process(state: Path, source: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", ENSURE, str(state), str(source)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_newest_commit_of_the_default_branch(mirrored, workspaces, source: Path, state: Path) -> None:
    repository, revision = mirrored({"a.py": b"x\n"})
    assert revision.commit == git(source, "rev-parse", "main")
    assert revision.tree == git(source, "rev-parse", "main^{tree}")
    assert (revision.branch, revision.committed_at) == ("main", WHEN)
    assert workspaces.ensure_mirror(repository) == revision
    newer = add_commit(source, {"b.py": b"y\n"}, when=WHEN + 60)
    assert workspaces.ensure_mirror(repository).commit == newer
    assert stat.S_IMODE(mirror_path(state, repository).stat().st_mode) == 0o700
    assert not list(mirror_path(state, repository).glob("hooks/*"))
    assert not (mirror_path(state, repository) / "objects/info/alternates").exists()


def test_what_is_there_is_not_fetched_again(mirrored, workspaces, source: Path) -> None:
    repository, revision = mirrored({"a.py": b"x\n"})
    with recorded_git() as started:
        assert workspaces.ensure_mirror(repository) == revision
    assert started == ["ls-remote", "cat-file"]
    newer = add_commit(source, {"b.py": b"y\n"}, when=WHEN + 60)
    with recorded_git() as started:
        assert workspaces.ensure_mirror(repository).commit == newer
    assert "fetch" in started


def test_a_rewritten_history_and_a_renamed_default_branch(mirrored, workspaces, source: Path) -> None:
    repository, _ = mirrored({"a.py": b"x\n"})
    git(source, "update-ref", "-d", "refs/heads/main")
    other = add_commit(source, {"z.py": b"z\n"})
    assert workspaces.ensure_mirror(repository).commit == other
    trunk = add_commit(source, {"t.py": b"t\n"}, branch="team/trunk")
    git(source, "symbolic-ref", "HEAD", "refs/heads/team/trunk")
    revision = workspaces.ensure_mirror(repository)
    assert (revision.commit, revision.branch) == (trunk, "team/trunk")


def test_a_detached_head_has_no_branch(mirrored, source: Path) -> None:
    commit = make_repo(source, {"a.py": b"x\n"})
    add_commit(source, {"b.py": b"x\n"})
    git(source, "update-ref", "--no-deref", "HEAD", commit)
    _, revision = mirrored()
    assert (revision.branch, revision.commit) == ("HEAD", commit)


def test_no_commits_yet(mirrored, source: Path) -> None:
    git(source.parent, "init", "-q", "--bare", str(source))
    with pytest.raises(RepoUnusable, match="has no commits yet"):
        mirrored()
    add_commit(source, {"a.py": b"x\n"}, branch="other")
    with pytest.raises(RepoUnusable, match="has no commits yet on its default branch"):
        mirrored()


def test_a_source_that_went_away(mirrored, workspaces, source: Path) -> None:
    repository, _ = mirrored({"a.py": b"x\n"})
    shutil.rmtree(source)
    with pytest.raises(RepoUnusable, match="does not exist any more"):
        workspaces.ensure_mirror(repository)


def test_a_shallow_source_works_up_to_the_push(mirrored, workspaces, source: Path, state: Path, tmp_path: Path) -> None:
    make_repo(tmp_path / "full", {"a.py": b"x\n"})
    add_commit(tmp_path / "full", {"b.py": b"y\n"})
    git(tmp_path, "clone", "-q", "--bare", "--depth=1", f"file://{tmp_path}/full", str(source))
    repository, revision = mirrored()
    assert workspaces.ensure_mirror(repository) == revision
    forge = state / "forge.git"
    ensure_bare(forge)
    workspaces.push_new_branch(repository, revision.commit, "b", str(forge))
    assert git(forge, "rev-parse", "b") == revision.commit


def test_a_partial_clone_says_so(mirrored, source: Path, tmp_path: Path) -> None:
    make_repo(tmp_path / "full", {"a.py": b"x\n"})
    git(tmp_path / "full", "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--bare", "--filter=blob:none", f"file://{tmp_path}/full", str(source))
    git(source, "config", "remote.origin.url", f"ext::sh -c touch% {tmp_path}/ran")
    git(source, "config", "protocol.ext.allow", "always")
    with pytest.raises(RepoUnusable, match="if it is a partial clone"):
        mirrored()
    assert not (tmp_path / "ran").exists()


def test_sha256_says_so(mirrored, source: Path) -> None:
    git(source.parent, "init", "-q", "--bare", "--object-format=sha256", "-b", "main", str(source))
    add_commit(source, {"a.py": b"x\n"})
    with pytest.raises(RepoUnusable, match="SHA-256"):
        mirrored()


@pytest.mark.parametrize("name", [b".GIT", b".git", b"git~1", b".g\xe2\x80\x8cit", b"..", b"."])
def test_trees_that_attack_a_checkout_are_refused(name: bytes, mirrored, workspaces, source: Path) -> None:
    make_repo(source, {"a.py": b"x\n"})
    tree = git(source, "rev-parse", "main^{tree}")
    commit_tree_literally(source, [(b"40000", name, tree)])
    with pytest.raises(RepoUnusable, match="safety checks refuse"):
        mirrored()


def test_an_old_honest_history_is_read(mirrored, source: Path) -> None:
    make_repo(source, {"d/a.py": b"x\n"})
    folder = git(source, "rev-parse", "main:d")
    commit_tree_literally(source, [(b"040000", b"d", folder)])  # zero-padded modes, as some tools once wrote them
    mirrored()


def test_replacements_and_grafts_count_for_nothing(mirrored, workspaces, source: Path) -> None:
    commit = make_repo(source, {"a.py": b"real\n"})
    fake = add_commit(source, {"a.py": b"fake\n"}, branch="fake")
    git(source, "replace", commit, fake)
    _, revision = mirrored()
    assert revision.commit == commit
    assert revision.tree == git(source, "--no-replace-objects", "rev-parse", f"{commit}^{{tree}}")


def test_alternates_of_the_source_are_not_taken_over(mirrored, source: Path, state: Path, tmp_path: Path) -> None:
    make_repo(tmp_path / "base", {"a.py": b"x\n"})
    git(tmp_path, "clone", "-q", "--bare", "--shared", str(tmp_path / "base"), str(source))
    repository, revision = mirrored()
    shutil.rmtree(tmp_path / "base")
    assert git(mirror_path(state, repository), "cat-file", "-t", revision.commit) == "commit"


def test_a_hostile_source_runs_nothing(mirrored, source: Path, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    add_trap(source, marker)
    add_commit(source, {"a.py": b"x\n", ".gitattributes": b"* filter=x diff=x merge=x\n"})
    for hook in ("post-update", "pre-receive", "post-index-change", "reference-transaction", "pre-push"):
        (source / "hooks" / hook).write_text(f"#!/bin/sh\ntouch {marker}\n")
        (source / "hooks" / hook).chmod(0o755)
    marker.unlink(missing_ok=True)
    mirrored()
    assert not marker.exists()


def test_submodules_are_not_fetched(mirrored, source: Path, tmp_path: Path) -> None:
    modules = f'[submodule "m"]\n\tpath = m\n\turl = ext::sh -c touch% {tmp_path}/ran\n'.encode()
    mirrored({".gitmodules": modules, "m": (SUBMODULE, b"1" * 40)})
    assert not (tmp_path / "ran").exists()


def test_a_gitmodules_link_is_refused(mirrored) -> None:
    with pytest.raises(RepoUnusable, match="safety checks refuse"):
        mirrored({".gitmodules": (SYMLINK, b"/etc/passwd"), "a.py": b""})


def test_what_a_killed_run_left_is_swept(mirrored, workspaces, source: Path, state: Path) -> None:
    repository, _ = mirrored({"a.py": b"x\n"})
    mirror = mirror_path(state, repository)
    left = [
        "HEAD.lock", "config.lock", "packed-refs.lock", "shallow.lock", "refs/debtd/default.lock",
        "objects/pack/tmp_pack_abcdef", "objects/pack/.tmp-1-pack-x", "objects/12/tmp_obj_x", "fast_import_crash_7",
    ]  # fmt: skip
    for name in left:
        (mirror / name).parent.mkdir(parents=True, exist_ok=True)
        (mirror / name).write_bytes(b"x")
    (mirror / "objects/tmp_objdir-incoming-x/pack").mkdir(parents=True)
    half = mirror.with_name(f"{mirror.name}.new-x")
    half.mkdir()
    newer = add_commit(source, {"b.py": b"y\n"})
    assert workspaces.ensure_mirror(repository).commit == newer
    assert not [name for name in left if (mirror / name).exists()]
    assert not half.exists()
    assert not (mirror / "objects/tmp_objdir-incoming-x").exists()


@pytest.mark.parametrize("then", [signal.SIGUSR1, signal.SIGKILL], ids=["the line goes on", "the line breaks"])
def test_kill_9_in_the_middle_of_a_fetch(
    source: Path, state: Path, workspaces: GitWorkspaces, bell: Doorbell, then: signal.Signals
) -> None:
    rng = random.Random(7)  # noqa: S311 - bytes that do not compress
    commit = make_repo(source, {f"{n}.bin": rng.randbytes(2_000_000) for n in range(5)})
    script = f"from tests.support.slow_line import slow_down; slow_down(sys.argv[3]){ENSURE}"
    argv = [sys.executable, "-c", f"import sys; {script}", str(state), str(source)]
    child = subprocess.Popen([*argv, slow_line("upload-pack", 6_000_000, bell)], cwd=ROOT)
    line = bell.wait()
    assert list(state.glob("mirrors/*.git/objects/pack/tmp_pack*"))
    child.kill()
    assert child.wait() == -signal.SIGKILL
    os.kill(line, then)
    repository = workspaces.identify(str(source))
    assert workspaces.ensure_mirror(repository).commit == commit
    mirror = mirror_path(state, repository)
    git(mirror, "fsck", "--strict")
    assert not list(mirror.rglob("*.lock")) + list(mirror.rglob("tmp_*"))


def test_two_processes_at_once(source: Path, state: Path) -> None:
    commit = make_repo(source, {f"{n}.py": b"x\n" * n for n in range(50)})
    children = [process(state, source) for _ in range(2)]
    for child in children:
        out, err = child.communicate()
        assert (out.strip(), err) == (commit, "")


def test_two_threads_at_once(mirrored, workspaces, state: Path) -> None:
    repository, revision = mirrored({"a.py": b"x\n"})
    shutil.rmtree(mirror_path(state, repository))
    found = []
    threads = [threading.Thread(target=lambda: found.append(workspaces.ensure_mirror(repository))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [revision] * 3


def test_a_child_of_a_dead_process_keeps_the_lock(tmp_path: Path) -> None:
    with locked(tmp_path / "x.lock", "the mirror") as descriptor:
        child = subprocess.Popen(["sleep", "600"], pass_fds=(descriptor,))
    with pytest.raises(Retryable, match="the mirror is in use"), locked(tmp_path / "x.lock", "the mirror", 0.1):
        pass
    child.kill()
    child.wait()
    with locked(tmp_path / "x.lock", "the mirror", 60):
        pass


def test_an_odd_repository_id_is_no_path(workspaces: GitWorkspaces) -> None:
    with pytest.raises(RepoUnusable, match="is not the id of a repository"):
        workspaces.ensure_mirror(Repository(id="../../x", source="/tmp", name="x"))


@pytest.mark.parametrize("source", ["ext::sh -c x", "https://a:b@host/x", "http://host/x"])
def test_a_stored_source_is_checked_again(source: str, workspaces: GitWorkspaces) -> None:
    with pytest.raises(RepoUnusable, match=r"does not fetch|credential"):
        workspaces.ensure_mirror(Repository(id=repository_id(source), source=source, name="x"))


def test_a_path_with_odd_characters(workspaces: GitWorkspaces, tmp_path: Path) -> None:
    odd = tmp_path / "a $HOME `id` 'q' \"d\" ;é\n~"
    commit = make_repo(odd, {"a.py": b"x\n"})
    assert workspaces.ensure_mirror(workspaces.identify(str(odd))).commit == commit


def test_the_state_folder_may_have_odd_characters(source: Path, tmp_path: Path) -> None:
    commit = make_repo(source, {"a.py": b"x\n"})
    workspaces = GitWorkspaces(tmp_path / "~ $HOME 'q' \n")
    assert workspaces.ensure_mirror(workspaces.identify(str(source))).commit == commit


def test_ensure_bare_is_safe_to_repeat(tmp_path: Path) -> None:
    for _ in range(2):
        ensure_bare(tmp_path / "x" / "r.git")
    assert git(tmp_path / "x" / "r.git", "rev-parse", "--is-bare-repository") == "true"
    assert names_in(tmp_path / "x") == ["r.git", "r.git.lock"]

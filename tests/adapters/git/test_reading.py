"""What is read out of a mirror beside a scan: files by path, whether a commit is in, how often paths were touched."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from debtd.adapters.git import GitWorkspaces
from debtd.adapters.git import history as history_module
from debtd.model.errors import RepoUnusable
from debtd.model.repo import Repository, Revision
from debtd.ports import CommitRequest
from tests.support.git_repo import SUBMODULE, SYMLINK, WHEN, Content, add_commit, git, make_repo
from tests.support.processes import recorded_git

EVER = datetime(1970, 1, 1, tzinfo=UTC)
ODD = [
    "two\nlines.py",
    'q"uo\\te.py',
    "-f.py",
    "tab\t.py",
    " sp ace .py",
    "é日.py",
    ":(glob)*.py",
    "a/b c/d.py",
    "*.py",
]


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def test_files_by_path_and_nothing_else(mirrored, workspaces) -> None:
    files: dict[str | bytes, Content] = {name: name.encode() for name in ODD}
    repository, revision = mirrored(
        files
        | {
            "d/e/f.txt": b"deep",
            "d/other": b"o",
            "link": (SYMLINK, b"a.py"),
            "sub": (SUBMODULE, b"1" * 40),
            "big": b"x" * (1024**2 + 1),
            "just": b"x" * 1024**2,
            b"caf\xe9.py": b"latin",
        }
    )
    wanted = [*ODD, *ODD, "d/e/f.txt", "just"]
    others = ["link", "sub", "big", "d", "d/e", "gone", "d/gone", "d/e/f.txt/x", "link/x", "caf\udce9.py"]
    refused = ["", "/", "d/", "../x", "/d/e/f.txt", "d//other", ".git/config", "a\0b", "\ud800", "x" * 5000, "."]
    found = workspaces.read_paths(repository, revision, [*wanted, *others, *refused])
    assert found == {**files, "d/e/f.txt": b"deep", "just": b"x" * 1024**2}


def test_no_paths_are_no_process_and_many_are_few(mirrored, workspaces) -> None:
    repository, revision = mirrored({f"{number}.txt": b"%d" % number for number in range(500)})
    with recorded_git() as started:
        assert workspaces.read_paths(repository, revision, ["", "gone/../x"]) == {}
        assert started == []
        found = workspaces.read_paths(repository, revision, [f"{number}.txt" for number in range(1000)])
    assert found == {f"{number}.txt": b"%d" % number for number in range(500)}
    assert len(started) < 8


def test_a_commit_is_in_the_history_or_not(mirrored, workspaces, source: Path) -> None:
    repository, first = mirrored({"a.py": b"x\n"})
    add_commit(source, {"a.py": b"y\n"}, when=WHEN - 10**6)  # dates of commits prove nothing
    second = workspaces.ensure_mirror(repository)
    asked = [CommitRequest(key="k", base_commit=first.commit, message="m", files=(("a.py", b"z\n"),))]
    own = workspaces.ensure_commits(repository, asked)["k"]
    assert workspaces.contains(repository, second, second.commit)
    assert workspaces.contains(repository, second, first.commit)
    assert not workspaces.contains(repository, first, second.commit)
    assert not workspaces.contains(repository, second, own)


def test_a_merge_brings_a_commit_in(mirrored, workspaces, source: Path) -> None:
    repository, _ = mirrored({"a.py": b"x\n"})
    tree = git(source, "rev-parse", "main^{tree}")
    side = git(source, "commit-tree", tree, "-p", "main", "-m", "side")
    git(source, "update-ref", "refs/heads/main", git(source, "commit-tree", tree, "-p", "main", "-p", side, "-m", "m"))
    assert workspaces.contains(repository, workspaces.ensure_mirror(repository), side)


def test_what_is_no_commit_of_the_mirror_is_not_in_it(mirrored, workspaces) -> None:
    repository, revision = mirrored({"a.py": b"x\n"})
    odd = ["1" * 40, revision.tree, "", "HEAD", "--all", "a\nb", revision.commit[:12], revision.commit + "^", "\ud800"]
    assert [name for name in odd if workspaces.contains(repository, revision, name)] == []


def test_a_shallow_history_ends_somewhere(mirrored, workspaces, source: Path, tmp_path: Path) -> None:
    old = make_repo(tmp_path / "full", {"a.py": b"x\n", "b.py": b"x\n"})
    add_commit(tmp_path / "full", {"a.py": b"y\n"})
    add_commit(tmp_path / "full", {"a.py": b"z\n"})
    git(tmp_path, "clone", "-q", "--bare", "--depth=2", f"file://{tmp_path}/full", str(source))
    repository, revision = mirrored()
    assert not workspaces.contains(repository, revision, old)
    assert workspaces.churn(repository, revision, EVER) == {"a.py": 1}


def history(mirrored, workspaces: GitWorkspaces, source: Path) -> tuple[Repository, Revision]:
    repository, _ = mirrored({"a.py": b"0", "b.py": b"0"})
    for number in (1, 2, 3):
        add_commit(source, {"a.py": b"%d" % number, "d/c.py": b"%d" % number}, when=WHEN + number * 1000)
    return repository, workspaces.ensure_mirror(repository)


def test_how_often_paths_were_touched_since_then(mirrored, workspaces, source: Path) -> None:
    repository, revision = history(mirrored, workspaces, source)
    assert workspaces.churn(repository, revision, EVER) == {"a.py": 4, "b.py": 1, "d/c.py": 3}
    assert workspaces.churn(repository, revision, at(WHEN + 2000)) == {"a.py": 2, "d/c.py": 2}
    assert workspaces.churn(repository, revision, at(WHEN + 3001)) == {}
    assert workspaces.churn(repository, revision, at(-5)) == {"a.py": 4, "b.py": 1, "d/c.py": 3}


def test_merges_and_renames_are_what_they_touch(mirrored, workspaces, source: Path) -> None:
    repository, _ = mirrored({"a.py": b"x\n" * 50})
    blob = git(source, "rev-parse", "main:a.py")
    tree = git(source, "mktree", stdin=f"100644 blob {blob}\tnew.py\n".encode())
    side = git(source, "commit-tree", tree, "-p", "main", "-m", "side")
    git(source, "update-ref", "refs/heads/main", git(source, "commit-tree", tree, "-p", "main", "-p", side, "-m", "m"))
    revision = workspaces.ensure_mirror(repository)
    assert workspaces.churn(repository, revision, EVER) == {"a.py": 2, "new.py": 1}


def test_hostile_paths_are_counted_as_they_are(mirrored, workspaces) -> None:
    names: list[str | bytes] = [*ODD, b"caf\xe9.py", "commit 1234"]
    repository, revision = mirrored(dict.fromkeys(names, b"x"))
    expected = dict.fromkeys([*ODD, "caf\udce9.py", "commit 1234"], 1)
    assert workspaces.churn(repository, revision, EVER) == expected


@pytest.mark.parametrize(("limit", "value"), [("MAX_CHURN_COMMITS", 2), ("MAX_CHURN_BYTES", 20)])
def test_a_long_history_is_cut_at_its_newest_commits(
    mirrored, workspaces, source: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    repository, revision = history(mirrored, workspaces, source)
    monkeypatch.setattr(history_module, limit, value)
    assert workspaces.churn(repository, revision, EVER) == {"a.py": 2, "d/c.py": 2}


@pytest.mark.parametrize("commit", ["1" * 40, "--all", "HEAD"])
def test_a_revision_that_is_not_there(mirrored, workspaces, commit: str) -> None:
    repository, revision = mirrored({"a.py": b"x\n"})
    gone = Revision(commit=commit, tree=revision.tree, branch="main", committed_at=WHEN)
    for ask in (
        lambda: workspaces.contains(repository, gone, revision.commit),
        lambda: workspaces.read_paths(repository, gone, ["a.py"]),
        lambda: workspaces.churn(repository, gone, EVER),
    ):
        with pytest.raises(RepoUnusable):
            ask()

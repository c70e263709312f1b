import os
from pathlib import Path

import pytest

from debtd.adapters.git import GitWorkspaces
from debtd.adapters.git.location import check_branch
from debtd.model.errors import RepoUnusable
from debtd.model.repo import repository_id
from tests.support.git_repo import add_trap, git, make_repo


def test_a_folder_within_a_working_tree_names_its_top(workspaces: GitWorkspaces, tmp_path: Path) -> None:
    make_repo(tmp_path / "shop", {"src/a.py": b"x\n"}, bare=False)
    (tmp_path / "link").symlink_to(tmp_path / "shop")
    top = workspaces.identify(str(tmp_path / "shop"))
    assert top.source == str(tmp_path / "shop")
    assert top.name == "shop"
    assert top.id == repository_id(top.source)
    for other in ("shop/src", "shop/.git", "shop/", "link", "link/src"):
        assert workspaces.identify(f"{tmp_path}/{other}") == top
    assert workspaces.identify(f"file://{tmp_path}/shop") == top


def test_a_bare_repository_is_itself(workspaces: GitWorkspaces, source: Path) -> None:
    make_repo(source, {"a.py": b"x\n"})
    found = workspaces.identify(str(source))
    assert (found.source, found.name) == (str(source), "source")


def test_a_relative_path_and_a_home(workspaces: GitWorkspaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_repo(tmp_path / "r", {"a.py": b"x\n"}, bare=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert workspaces.identify("r") == workspaces.identify("~/r") == workspaces.identify(str(tmp_path / "r"))


def test_a_linked_working_tree(workspaces: GitWorkspaces, tmp_path: Path) -> None:
    make_repo(tmp_path / "r", {"a.py": b"x\n"}, bare=False)
    git(tmp_path / "r", "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    repository = workspaces.identify(str(tmp_path / "side"))
    assert repository.source == str(tmp_path / "side")
    assert workspaces.ensure_mirror(repository).branch == "side"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda p: None, "there is no such path"),
        (lambda p: p.symlink_to("nowhere"), "is a broken link"),
        (lambda p: p.symlink_to(p), r"cannot be read|is a broken link"),
        (lambda p: p.write_text("x"), "is a file, not a repository"),
        (os.mkfifo, "is a file, not a repository"),
        (lambda p: p.mkdir(), "is not a git repository; `debtd scan` and `debtd fix` work on plain folders"),
        (lambda p: (p / "HEAD").mkdir(parents=True), "is not a git repository"),
    ],
)
def test_refused_paths(make, words: str, workspaces: GitWorkspaces, tmp_path: Path) -> None:
    make(tmp_path / "x")
    with pytest.raises(RepoUnusable, match=words):
        workspaces.identify(str(tmp_path / "x"))


def test_an_unreadable_folder(workspaces: GitWorkspaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may read everything
    with pytest.raises(RepoUnusable, match="permission denied"):
        workspaces.identify(str(tmp_path))


@pytest.mark.parametrize(
    ("url", "source", "name"),
    [
        ("https://github.com/Pallets/Flask.git/", "https://github.com/Pallets/Flask.git", "Flask"),
        ("HTTPS://GitHub.com/a/b", "https://github.com/a/b", "b"),
        ("ssh://git@host.example:2222/a/b.git", "ssh://git@host.example:2222/a/b.git", "b"),
        ("git@host:team/tool.git", "git@host:team/tool.git", "tool"),
        ("git@host:tool", "git@host:tool", "tool"),
    ],
)
def test_urls(url: str, source: str, name: str, workspaces: GitWorkspaces) -> None:
    found = workspaces.identify(url)
    assert (found.source, found.name, found.id) == (source, name, repository_id(source))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ext::sh -c touch% /tmp/x", "does not fetch from"),
        ("fd::7", "does not fetch from"),
        ("ext://x/y", "does not fetch from"),
        ("http://host/a", "does not fetch from"),
        ("git://host/a", "does not fetch from"),
        ("https://host/a b", "does not fetch from"),
        ("https://host/a\nb", "does not fetch from"),
        ("https://ann:hunter2@host/a", "carries a credential"),
        ("https://hunter2@host/a", "carries a credential"),
        ("ssh://git:hunter2@host/a", "carries a credential"),
        ("https://host/a?token=hunter2", "carries a credential"),
        ("ssh://-oProxyCommand=touch/a", "not the URL of a repository"),
        ("ssh://host/-a", "not the URL of a repository"),
        ("https://host", "not the URL of a repository"),
        ("git@host:-u", "there is no such path"),
        ("file://host/share", "names another machine"),
        ("--upload-pack=touch /tmp/x", "there is no such path"),
        ("-u/tmp/x", "there is no such path"),
        ("", "is not a path"),
        ("a\0b", "is not a path"),
    ],
)
def test_refused_urls(url: str, words: str, workspaces: GitWorkspaces) -> None:
    with pytest.raises(RepoUnusable, match=words) as error:
        workspaces.identify(url)
    assert "hunter2" not in str(error.value)
    assert "\n" not in str(error.value)


def test_a_name_cannot_steer_a_terminal(workspaces: GitWorkspaces, tmp_path: Path) -> None:
    make_repo(tmp_path / "a\x1b[2J\u202eb.git", {"a.py": b"x\n"})
    assert workspaces.identify(str(tmp_path / "a\x1b[2J\u202eb.git")).name == "a\\x1b[2J\\u202eb"


def test_a_trap_runs_nothing(workspaces: GitWorkspaces, tmp_path: Path) -> None:
    make_repo(tmp_path / "clone", {"a.py": b"x\n"}, bare=False)
    add_trap(tmp_path / "clone" / "ebc" / "sub", tmp_path / "ran")
    for inner in ("ebc/sub", "ebc/sub/work", "ebc"):
        try:
            workspaces.ensure_mirror(workspaces.identify(str(tmp_path / "clone" / inner)))
        except RepoUnusable:
            continue
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["main", "feature/x", "debtd/rule-id/0123456789ab", "ünï", "a$(id)", "a'b"])
def test_branches(name: str) -> None:
    assert check_branch(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "--upload-pack=x", "-u", "a b", "a:b", "a..b", "a@{1}", "@", "a~1", "a^", "a?", "a*", "a[", "a\\b", "a\nb",
     "a.lock", "a.lock/b", "a/", "/a", "a//b", ".a", "a/.b", "a.", "a\x7f", "a\u202eb", "x" * 300],
)  # fmt: skip
def test_refused_branches(name: str) -> None:
    with pytest.raises(RepoUnusable, match="is not a branch name"):
        check_branch(name)

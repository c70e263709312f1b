import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from debtd.adapters import listing
from debtd.adapters.git import GitWorkspaces, tree
from debtd.model.coverage import coverage_of
from debtd.model.errors import RepoUnusable
from debtd.model.language import Language
from debtd.model.repo import ListedTree, Repository, Revision, Source, git_blob_id
from tests.support.git_repo import (
    EXECUTABLE,
    PYTHON,
    SUBMODULE,
    SYMLINK,
    add_blob,
    commit_tree_literally,
    git,
    make_repo,
    names_in,
    reasons,
)


class Checkout:
    """A whole tree, listed, and put on disk as one."""

    def __init__(self, listing: ListedTree, sources: tuple[Source, ...]) -> None:
        self.listing = listing
        self.sources = sources


@contextmanager
def checked_out(workspaces: GitWorkspaces, repository: Repository, revision: Revision) -> Iterator[Checkout]:
    listing = workspaces.list_tree(repository, revision, PYTHON)
    with workspaces.files(repository).materialised(listing.files) as sources:
        yield Checkout(listing, sources)


def test_every_entry_has_one_outcome(mirrored, workspaces) -> None:
    repository, revision = mirrored(
        {
            "a.py": b"x = 1\n",
            "pkg/run.PY": (EXECUTABLE, b"y = 2\n"),
            "readme.md": b"hi",
            "Makefile": b"all:",
            "app.js": b"1",
            "link.py": (SYMLINK, b"/etc/passwd"),
            "up.py": (SYMLINK, b"../../outside.py"),
            "folder": (SYMLINK, b"pkg"),
            "loop.py": (SYMLINK, b"loop.py"),
            "environ.py": (SYMLINK, b"/proc/self/environ"),
            "sub": (SUBMODULE, b"1" * 40),
            "big.py": b"#" * 1_000_001,
            "edge.py": b"#" * 1_000_000,
            b"caf\xe9.py": b"x",
            "empty.py": b"",
        }
    )
    with checked_out(workspaces, repository, revision) as checkout:
        assert sorted(s.path for s in checkout.sources) == ["a.py", "edge.py", "empty.py", "pkg/run.PY"]
        assert reasons(checkout.listing) == {
            "readme.md": "no-rule",
            "Makefile": "no-rule",
            "app.js": "no-rule",
            "link.py": "symlink",
            "up.py": "symlink",
            "folder": "symlink",
            "loop.py": "symlink",
            "environ.py": "symlink",
            "sub": "submodule",
            "big.py": "too-large",
            "caf\udce9.py": "path-encoding",
        }
        coverage_of(checkout.listing.listed, [s.path for s in checkout.sources], checkout.listing.skipped)
        assert len(checkout.listing.listed) == 15
        details = {entry.path: entry.skipped.detail for entry in checkout.listing.skipped}
        assert details["readme.md"] == "no rule reads .md files"
        assert details["Makefile"] == "no rule reads files without an ending"
        assert details["app.js"] == "no rule is selected for javascript"


def test_sources_are_private_exact_and_gone_afterwards(mirrored, workspaces, state: Path) -> None:
    repository, revision = mirrored({"d/a.py": b"\xef\xbb\xbfx = 1\r\n\0", "run.py": (EXECUTABLE, b"")})
    with checked_out(workspaces, repository, revision) as checkout:
        for source in checkout.sources:
            path = Path(source.location)
            data = path.read_bytes()
            assert (source.size, source.blob) == (len(data), git_blob_id(data))
            assert stat.S_IMODE(path.stat().st_mode) == 0o400
            assert path.suffix == ".py"
            assert source.language is Language.PYTHON
        assert {s.path: s.executable for s in checkout.sources} == {"d/a.py": False, "run.py": True}
        (root,) = {Path(source.location).parent for source in checkout.sources}
        for folder in (root, state / "trees"):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert len(names_in(root)) == 2
    assert names_in(state / "trees") == ["lock"]


def test_attributes_change_nothing(mirrored, workspaces, tmp_path: Path) -> None:
    attributes = (
        b"* export-subst text eol=crlf ident filter=lfs working-tree-encoding=UTF-16\nhidden.py export-ignore\n"
    )
    text = b"# $Id$ $Format:%H$\nx = 1\n"
    repository, revision = mirrored(
        {".gitattributes": attributes, "hidden.py": text, "p.py": b"version https://git-lfs.github.com/spec/v1\n"}
    )
    with checked_out(workspaces, repository, revision) as checkout:
        found = {s.path: Path(s.location).read_bytes() for s in checkout.sources}
    assert found == {"hidden.py": text, "p.py": b"version https://git-lfs.github.com/spec/v1\n"}


@pytest.mark.parametrize(
    "name",
    [
        "two\nlines.py", "-rf.py", "--output=x.py", "$(touch x).py", "`id`.py", "'q' \"d\" \\n.py", "\x1b[2J.py",
        " lead and trail .py", "café.py", "cafe\u0301.py", "\u202egpj.py", "CON.py", "a:b.py", "dot..py", "*.py",
        "a?.py", "[x].py", ":(glob)x.py", "~/x.py", "d/$HOME.py", ".gitignore/x.py", ".github/x.py", "n" * 252 + ".py",
    ],
)  # fmt: skip
def test_odd_names_are_read(name: str, mirrored, workspaces) -> None:
    repository, revision = mirrored({name: b"x = 1\n"})
    with checked_out(workspaces, repository, revision) as checkout:
        (source,) = checkout.sources
        assert source.path == name
        assert Path(source.location).read_bytes() == b"x = 1\n"


def test_names_that_differ_only_in_case_or_form(mirrored, workspaces) -> None:
    names = ["A.py", "a.py", "caf\u00e9.py", "cafe\u0301.py"]
    repository, revision = mirrored({name: name.encode() for name in names})
    with checked_out(workspaces, repository, revision) as checkout:
        assert sorted(s.path for s in checkout.sources) == sorted(names)
        assert all(Path(s.location).read_bytes() == s.path.encode() for s in checkout.sources)


def test_very_long_paths(mirrored, workspaces) -> None:
    longest = "/".join(["d" * 200] * 20) + "/" + "x" * 70 + ".py"
    assert 4000 < len(longest) <= 4096
    repository, revision = mirrored({longest: b"long\n", "e/" + longest + "y" * 60: b"too long\n"})
    with checked_out(workspaces, repository, revision) as checkout:
        (source,) = checkout.sources
        assert source.path == longest
        assert Path(source.location).read_bytes() == b"long\n"
        assert source.location.endswith(".py")
        assert set(reasons(checkout.listing).values()) == {"path-refused"}


def test_texts_that_steer_a_scan(mirrored, workspaces) -> None:
    repository, revision = mirrored(
        {
            "pyproject.toml": b"[project]\n",
            "setup.cfg": b"[metadata]\n",
            "setup.py": b"setup()\n",
            "sub/pyproject.toml": b"[no]\n",
            ".semgrepignore": b"*\n",
            "sub/.semgrepignore": b"x\n",
            "big/.semgrepignore": b"#" * (1024**2 + 1),
            "link/.semgrepignore": (SYMLINK, b"/etc/passwd"),
        }
    )
    with checked_out(workspaces, repository, revision) as checkout:
        assert dict(checkout.listing.texts) == {
            "pyproject.toml": b"[project]\n",
            "setup.cfg": b"[metadata]\n",
            "setup.py": b"setup()\n",
            ".semgrepignore": b"*\n",
            "sub/.semgrepignore": b"x\n",
        }
        assert [s.path for s in checkout.sources] == ["setup.py"]
        assert len(checkout.listing.listed) == 8


def test_a_trap_in_the_tree_runs_nothing(mirrored, workspaces, tmp_path: Path) -> None:
    config = f"[core]\n\tworktree = .\n\tfsmonitor = touch {tmp_path}/ran\n".encode()
    repository, revision = mirrored(
        {"sub/HEAD": b"ref: refs/heads/main\n", "sub/config": config, "sub/objects/x": b"", "sub/refs/x": b"",
         "sub/a.py": b"x\n"}
    )  # fmt: skip
    with checked_out(workspaces, repository, revision) as checkout:
        assert [s.path for s in checkout.sources] == ["sub/a.py"]
    assert not (tmp_path / "ran").exists()


def test_too_many_files_and_too_many_bytes(mirrored, workspaces, monkeypatch: pytest.MonkeyPatch) -> None:
    repository, revision = mirrored({f"{n}.py": b"x\n" for n in range(4)})
    monkeypatch.setattr(tree, "MAX_TREE_BYTES", 7)
    with pytest.raises(RepoUnusable, match="8 bytes of source"), checked_out(workspaces, repository, revision):
        pass
    monkeypatch.setattr(tree, "MAX_ENTRIES", 3)
    with pytest.raises(RepoUnusable, match="more than 3 files"), checked_out(workspaces, repository, revision):
        pass


def test_a_tree_of_trees_that_never_ends(mirrored, workspaces, source: Path, state: Path) -> None:
    make_repo(source, {"a.py": b"x\n"})
    blob, node = add_blob(source, b"x\n"), ""
    for _ in range(9):
        entries = [(b"40000" if node else b"100644", b"%02d" % n, node or blob) for n in range(10)]
        commit_tree_literally(source, entries, branch="bomb")
        node = git(source, "rev-parse", "bomb^{tree}")
    git(source, "update-ref", "refs/heads/main", "bomb")
    repository, revision = mirrored()
    with (
        pytest.raises(RepoUnusable, match="more than 200000 files"),
        checked_out(workspaces, repository, revision),
    ):
        pass


def test_leftovers_of_dead_runs_are_swept_and_live_ones_kept(mirrored, workspaces, source, state: Path) -> None:
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom debtd.adapters.git import GitWorkspaces\n"
        "from debtd.model.language import Language\nw = GitWorkspaces(Path(sys.argv[1]))\n"
        "r = w.identify(sys.argv[2])\nlisting = w.list_tree(r, w.ensure_mirror(r), frozenset(Language))\n"
        "with w.files(r).materialised(listing.files) as (source,):\n"
        "    print(source.location, flush=True)\n    time.sleep(60)\n"
    )
    repository, revision = mirrored({"a.py": b"x\n"})
    child = subprocess.Popen([sys.executable, "-c", script, str(state), str(source)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    other = Path(child.stdout.readline().strip())
    with checked_out(workspaces, repository, revision):
        assert other.exists()
    child.send_signal(signal.SIGKILL)
    child.communicate()
    with checked_out(workspaces, repository, revision):
        assert not other.parent.exists()
    assert names_in(state / "trees") == ["lock"]


def test_an_exception_leaves_no_tree(mirrored, workspaces, state: Path) -> None:
    repository, revision = mirrored({"a.py": b"x\n"})
    with pytest.raises(KeyError), checked_out(workspaces, repository, revision):
        raise KeyError
    assert names_in(state / "trees") == ["lock"]


def test_any_part_of_a_tree_in_any_order(mirrored, workspaces) -> None:
    repository, revision = mirrored({f"{n}.py": b"%d\n" % n for n in range(5)})
    files = workspaces.list_tree(repository, revision, PYTHON).files
    with workspaces.files(repository).materialised([files[3], files[1]]) as sources:
        assert [(s.path, Path(s.location).read_bytes()) for s in sources] == [("3.py", b"3\n"), ("1.py", b"1\n")]
    with workspaces.files(repository).materialised([]) as sources:
        assert sources == ()


def test_listing_writes_nothing(mirrored, workspaces, state: Path) -> None:
    repository, revision = mirrored({"a.py": b"x\n"})
    before = sorted(state.rglob("*"))
    workspaces.list_tree(repository, revision, PYTHON)
    assert sorted(state.rglob("*")) == before


def test_read_blobs(mirrored, workspaces) -> None:
    big = bytes(range(256)) * 20_000
    repository, revision = mirrored({"a.py": b"x\n", "b.bin": big, "empty": b""})
    ids = [git_blob_id(data) for data in (b"x\n", big, b"")]
    assert workspaces.read_blobs(repository, [*ids, ids[0]]) == dict(zip(ids, (b"x\n", big, b""), strict=True))
    assert workspaces.read_blobs(repository, []) == {}
    for bad, words in (
        ("1" * 40, "has no object"),
        (revision.commit, "is not a file's content"),
        ("HEAD", "is not the id of an object"),
        ("--batch\nx", "is not the id of an object"),
    ):
        with pytest.raises(RepoUnusable, match=words):
            workspaces.read_blobs(repository, [ids[0], bad])


@pytest.mark.parametrize(
    "path",
    [".git/config", "a/.GIT/x", "git~1", ".git. ", ".git::$INDEX_ALLOCATION", ".g\u200cit", "x\\.git\\y", "../a", "/a",
     "a//b", "a/./b", "a/..", "", "a\0b", "x" * 256, "d/" * 2048 + "x"],
)  # fmt: skip
def test_refused_paths(path: str) -> None:
    refused = listing.refuse_path(path.encode())
    assert refused is not None
    assert refused.reason.value == "path-refused"


@pytest.mark.parametrize(
    "path", [".gitignore", ".github/a", "git", "git~2", "a.git", "x.git/y", "a:b", "CON", "a.", "..."]
)
def test_accepted_paths(path: str) -> None:
    assert listing.refuse_path(path.encode()) is None

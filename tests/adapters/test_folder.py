import os
import socket
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from debtd.adapters import folder, listing, regular_file
from debtd.adapters.folder import Folder, open_folder, write_file
from debtd.model.coverage import coverage_of
from debtd.model.errors import RepoUnusable
from debtd.model.repo import git_blob_id
from tests.support.git_repo import PYTHON, SUBMODULE, add_trap, git, make_repo, names_in, reasons


def paths(found: Folder) -> list[str]:
    tree = found.tree
    coverage_of(tree.listed, [f.path for f in tree.files], tree.skipped)
    return sorted(f.path for f in tree.files)


def put(root: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """A folder in no working tree (the temporary folder is in none)."""
    return put(tmp_path / "plain", {"a.py": b"x = 1\r\n", "d/e/b.py": b"", "readme.md": b"hi"})


def test_a_plain_folder(plain: Path) -> None:
    (plain / "run.py").write_bytes(b"r\n")
    (plain / "run.py").chmod(0o755)
    checkout = open_folder(plain, PYTHON)
    assert checkout.root == str(plain)
    assert paths(checkout) == ["a.py", "d/e/b.py", "run.py"]
    assert reasons(checkout.tree) == {"readme.md": "no-rule"}
    found = {s.path: s for s in checkout.tree.files}
    with checkout.materialised(checkout.tree.files) as sources:
        assert [s.location for s in sources] == [str(plain / s.path) for s in sources]
    assert (found["a.py"].size, found["a.py"].blob) == (7, git_blob_id(b"x = 1\r\n"))
    assert (found["a.py"].executable, found["run.py"].executable) == (False, True)


def test_blob_ids_are_gits(tmp_path: Path) -> None:
    make_repo(tmp_path / "r", {"a.py": b"x\n"}, bare=False)
    (source,) = open_folder(tmp_path / "r", PYTHON).tree.files
    assert source.blob == git(tmp_path / "r", "rev-parse", "HEAD:a.py")


def test_a_walk_skips_nothing_but_git_folders(plain: Path) -> None:
    put(
        plain,
        {".venv/x.py": b"", "node_modules/y.py": b"", ".hidden.py": b"", "d/.git/config.py": b"", "tests/t.py": b""},
    )
    put(plain, {".gitignore": b"*\n"})
    assert paths(open_folder(plain, PYTHON)) == [
        ".hidden.py", ".venv/x.py", "a.py", "d/e/b.py", "node_modules/y.py", "tests/t.py",
    ]  # fmt: skip


def test_what_is_no_file_is_never_opened(plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = put(tmp_path / "outside", {"secret.py": b"s"})
    os.mkfifo(plain / "fifo.py")
    os.mkfifo(plain / ".semgrepignore")
    os.mkfifo(plain / "pyproject.toml")
    (plain / "link.py").symlink_to(outside / "secret.py")
    (plain / "folder").symlink_to(outside)
    (plain / "loop.py").symlink_to("loop.py")
    (plain / "broken.py").symlink_to("nowhere")
    (plain / ".git").write_text("gitdir: /elsewhere\n")
    with socket.socket(socket.AF_UNIX) as listener:
        monkeypatch.chdir(plain)  # the path of a socket is short
        listener.bind("s.py")
        checkout = open_folder(plain, PYTHON)  # would hang in a pipe that it opens
    assert paths(checkout) == ["a.py", "d/e/b.py"]
    assert checkout.tree.texts == ()
    assert reasons(checkout.tree) == {
        "fifo.py": "not-a-regular-file",
        ".semgrepignore": "not-a-regular-file",
        "pyproject.toml": "not-a-regular-file",
        "s.py": "not-a-regular-file",
        "link.py": "symlink",
        "folder": "symlink",
        "loop.py": "symlink",
        "broken.py": "symlink",
        ".git": "path-refused",
        "readme.md": "no-rule",
    }


def test_sizes_and_names(plain: Path) -> None:
    (plain / "big.py").write_bytes(b"#" * 1_000_001)
    (plain / "edge.py").write_bytes(b"#" * 1_000_000)
    (plain / "caf\udce9.py").write_bytes(b"")
    (plain / ".GIT").mkdir()
    (plain / ".GIT" / "x.py").write_bytes(b"")
    checkout = open_folder(plain, PYTHON)
    assert paths(checkout) == ["a.py", "d/e/b.py", "edge.py"]
    assert reasons(checkout.tree) == {
        "big.py": "too-large",
        "caf\udce9.py": "path-encoding",
        ".GIT/x.py": "path-refused",
        "readme.md": "no-rule",
    }


def test_unreadable(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may read everything, so the refusal is played."""
    real_open, real_scan = os.open, os.scandir

    def no_open(path, flags, *rest, **more):
        if os.fsencode(path).endswith(b"/a.py"):
            raise PermissionError(13, "Permission denied")
        return real_open(path, flags, *rest, **more)

    def no_scan(path):
        if os.fsencode(path).endswith(b"/d/e"):
            raise PermissionError(13, "Permission denied")
        return real_scan(path)

    monkeypatch.setattr(os, "open", no_open)
    monkeypatch.setattr(os, "scandir", no_scan)
    checkout = open_folder(plain, PYTHON)
    assert paths(checkout) == []
    assert reasons(checkout.tree) == {"a.py": "unreadable", "d/e": "unreadable", "readme.md": "no-rule"}


def test_a_working_tree(tmp_path: Path) -> None:
    top = tmp_path / "r"
    make_repo(
        top,
        {
            ".gitignore": b"ignored.py\n.venv/\n",
            "tracked.py": b"t\n",
            "deleted.py": b"d\n",
            "sub/in.py": b"i\n",
            "became/link.py": b"l\n",
            "module": (SUBMODULE, b"1" * 40),
        },
        bare=False,
    )
    put(top, {"ignored.py": b"", ".venv/v.py": b"", "untracked.py": b"u\n", "tracked.py": b"changed\n"})
    make_repo(top / "nested", {"n.py": b"n\n"}, bare=False)
    (top / "deleted.py").unlink()
    outside = put(tmp_path / "outside", {"link.py": b"secret\n"})
    (top / "became" / "link.py").unlink()
    (top / "became").rmdir()
    (top / "became").symlink_to(outside)
    checkout = open_folder(top, PYTHON)
    assert paths(checkout) == ["sub/in.py", "tracked.py", "untracked.py"]
    assert reasons(checkout.tree) == {
        ".gitignore": "no-rule",
        "became": "symlink",
        "module": "submodule",
        "nested": "submodule",
    }
    assert {s.path: s.blob for s in checkout.tree.files}["tracked.py"] == git_blob_id(b"changed\n")


def test_a_folder_within_a_working_tree(tmp_path: Path) -> None:
    top = tmp_path / "r"
    make_repo(top, {"pyproject.toml": b"[top]\n", "a.py": b"", "sub/b.py": b"", "sub/deep/c.py": b""}, bare=False)
    checkout = open_folder(top / "sub", PYTHON)
    assert paths(checkout) == ["b.py", "deep/c.py"]
    assert checkout.root == str(top / "sub")
    assert dict(checkout.tree.texts) == {"pyproject.toml": b"[top]\n"}
    put(top, {"sub/setup.cfg": b"[own]\n"})
    assert dict(open_folder(top / "sub", PYTHON).tree.texts) == {"setup.cfg": b"[own]\n"}


def test_an_ignored_folder_that_was_named_is_read(tmp_path: Path) -> None:
    top = tmp_path / "r"
    make_repo(top, {".gitignore": b"build/\n"}, bare=False)
    put(top, {"build/x.py": b""})
    assert paths(open_folder(top / "build", PYTHON)) == ["x.py"]
    (top / ".gitignore").write_bytes(b"*\n")
    git(top, "rm", "-q", "--cached", ".gitignore")
    assert paths(open_folder(top, PYTHON)) == []


def test_odd_names_in_a_working_tree(tmp_path: Path) -> None:
    names = ["two\nlines.py", " lead.py", 'q"\\.py', "-f.py", "é.py", "\x1b.py"]
    make_repo(tmp_path / "r", dict.fromkeys(names, b"x\n"), bare=False)
    assert paths(open_folder(tmp_path / "r", PYTHON)) == sorted(names)


def test_a_trap_runs_nothing(tmp_path: Path) -> None:
    top, marker = tmp_path / "r", tmp_path / "ran"
    make_repo(top, {"a.py": b"x\n"}, bare=False)
    add_trap(top / "ebc" / "sub", marker)
    put(top, {"ebc/sub/work/b.py": b"x\n"})
    git(top, "config", "core.fsmonitor", f"touch {marker}")
    (top / ".gitattributes").write_text("* filter=x\n")
    git(top, "config", "filter.x.clean", f"touch {marker}")
    assert paths(open_folder(top, PYTHON)) == ["a.py", "ebc/sub/work/b.py"]
    assert paths(open_folder(top / "ebc" / "sub", PYTHON)) == ["work/b.py"]
    assert paths(open_folder(top / "ebc" / "sub" / "work", PYTHON)) == ["b.py"]
    assert not marker.exists()


def test_a_damaged_repository_is_walked(tmp_path: Path) -> None:
    make_repo(tmp_path / "r", {"a.py": b"x\n"}, bare=False)
    (tmp_path / "r" / ".git" / "index").write_bytes(b"junk")
    assert paths(open_folder(tmp_path / "r", PYTHON)) == ["a.py"]


def test_no_git_on_the_machine(plain: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from debtd.adapters.git import process

    process._git.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))
    try:
        assert paths(open_folder(plain, PYTHON)) == ["a.py", "d/e/b.py"]
    finally:
        process._git.cache_clear()


def test_one_file(plain: Path) -> None:
    put(plain, {"pyproject.toml": b"[x]\n", ".semgrepignore": b"y\n"})
    checkout = open_folder(plain / "a.py", PYTHON)
    assert checkout.root == str(plain)
    assert paths(checkout) == ["a.py"]
    assert checkout.tree.skipped == ()
    assert dict(checkout.tree.texts) == {"pyproject.toml": b"[x]\n", ".semgrepignore": b"y\n"}
    assert reasons(open_folder(plain / "readme.md", PYTHON).tree) == {"readme.md": "no-rule"}


def test_a_link_that_was_named_is_followed(plain: Path, tmp_path: Path) -> None:
    (tmp_path / "to").symlink_to(plain)
    (tmp_path / "to.py").symlink_to(plain / "a.py")
    assert open_folder(tmp_path / "to", PYTHON).root == str(plain)
    assert paths(open_folder(tmp_path / "to.py", PYTHON)) == ["a.py"]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda p: None, "there is no such path"),
        (lambda p: p.symlink_to("nowhere"), "there is no such path"),
        (lambda p: p.symlink_to(p), "cannot be read"),
        (os.mkfifo, "neither a folder nor a regular file"),
    ],
)
def test_refused(make, words: str, tmp_path: Path) -> None:
    make(tmp_path / "x")
    with pytest.raises(RepoUnusable, match=words):
        open_folder(tmp_path / "x", PYTHON)


def test_refused_for_the_reader(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(RepoUnusable, match="permission denied"):
        open_folder(plain, PYTHON)
    with pytest.raises(RepoUnusable, match="cannot be read"):
        open_folder(plain / "nul\0.py", PYTHON)


def test_too_many(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "MAX_ENTRIES", 2)
    with pytest.raises(RepoUnusable, match="more than 2 files; name a smaller folder"):
        open_folder(plain, PYTHON)
    assert listing.MAX_ENTRIES == 200_000


def test_write(plain: Path) -> None:
    (plain / "a.py").chmod(0o751)
    os.setxattr(plain / "a.py", "user.note", b"kept") if _has_xattr(plain) else None
    before = {p: p.stat() for p in plain.rglob("*")}
    write_file(str(plain), "a.py", git_blob_id(b"x = 1\r\n"), b"x = 2\r\n")
    assert (plain / "a.py").read_bytes() == b"x = 2\r\n"
    assert stat.S_IMODE((plain / "a.py").stat().st_mode) == 0o751
    if _has_xattr(plain):
        assert os.getxattr(plain / "a.py", "user.note") == b"kept"
    assert set(plain.rglob("*")) == before.keys()
    assert all(p.stat().st_mtime_ns == facts.st_mtime_ns for p, facts in before.items() if p.name != "a.py")


def _has_xattr(folder: Path) -> bool:
    try:
        os.setxattr(folder, "user.try", b"x")
    except OSError:
        return False
    return True


def test_write_keeps_the_owner(plain: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root gives files away")
    os.chown(plain / "a.py", 1234, 4321)
    write_file(str(plain), "a.py", git_blob_id(b"x = 1\r\n"), b"new")
    facts = (plain / "a.py").stat()
    assert (facts.st_uid, facts.st_gid) == (1234, 4321)


def test_another_hard_link_keeps_the_old_bytes(plain: Path, tmp_path: Path) -> None:
    os.link(plain / "a.py", tmp_path / "other.py")
    write_file(str(plain), "a.py", git_blob_id(b"x = 1\r\n"), b"new")
    assert (tmp_path / "other.py").read_bytes() == b"x = 1\r\n"
    assert (plain / "a.py").read_bytes() == b"new"


def changed(path: Path) -> None:
    path.write_bytes(b"x = 9\r\n")


def linked(path: Path) -> None:
    path.rename(path.with_name("target.py"))
    path.symlink_to("target.py")


def fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("meanwhile", "words"),
    [
        (changed, "has changed since it was scanned"),
        (linked, "not a regular file"),
        (fifo, "not a regular file"),
        (Path.unlink, "No such file"),
        (lambda p: p.chmod(0o444), "is read-only"),
    ],
)
def test_write_refuses_another_file(meanwhile, words: str, plain: Path) -> None:
    meanwhile(plain / "a.py")
    before = {p: (p.lstat().st_mode, p.lstat().st_mtime_ns) for p in plain.rglob("*")}
    with pytest.raises(RepoUnusable, match=words):
        write_file(str(plain), "a.py", git_blob_id(b"x = 1\r\n"), b"new")
    assert {p: (p.lstat().st_mode, p.lstat().st_mtime_ns) for p in plain.rglob("*")} == before


@pytest.mark.parametrize(
    "path", ["../outside.py", "/etc/passwd", ".git/config", "d/../a.py", "link/b.py", "", "caf\udce9"]
)
def test_write_stays_below_the_root(path: str, plain: Path, tmp_path: Path) -> None:
    put(tmp_path, {"outside.py": b"x", "away/b.py": b"x"})
    put(plain, {".git/config": b"x"})
    (plain / "link").symlink_to(tmp_path / "away")
    with pytest.raises(RepoUnusable, match="is not changed"):
        write_file(str(plain), path, git_blob_id(b"x"), b"new")
    assert (tmp_path / "outside.py").read_bytes() == (tmp_path / "away/b.py").read_bytes() == b"x"
    assert (plain / ".git/config").read_bytes() == b"x"


@pytest.mark.parametrize("step", ["fsync", "replace", "fchmod"])
def test_a_failed_write_leaves_nothing(step: str, plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(RepoUnusable, match="No space left"):
        write_file(str(plain), "a.py", git_blob_id(b"x = 1\r\n"), b"new")
    assert names_in(plain) == ["a.py", "d", "readme.md"]
    assert (plain / "a.py").read_bytes() == b"x = 1\r\n"


def test_a_change_just_before_the_replacement_wins(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = regular_file._copy_facts

    def meanwhile(*arguments: object) -> None:
        real(*arguments)  # type: ignore[arg-type]
        (plain / "a.py").write_bytes(b"by hand\n")

    monkeypatch.setattr(regular_file, "_copy_facts", meanwhile)
    with pytest.raises(RepoUnusable, match="by another program just now"):
        write_file(str(plain), "a.py", git_blob_id(b"x = 1\r\n"), b"new")
    assert (plain / "a.py").read_bytes() == b"by hand\n"


def later(found: Folder) -> Folder:
    """As if the files had been listed some seconds after they were last written."""
    return replace(found, listed_at_ns=found.listed_at_ns + 10**10)


def test_what_stands_still_is_unchanged(plain: Path) -> None:
    found = later(open_folder(plain, PYTHON))
    assert found.unchanged(found.tree.files) == {"a.py", "d/e/b.py"}


@pytest.mark.parametrize("change", ["rewritten", "rewritten with its old time", "replaced", "gone", "a link"])
def test_what_was_touched_since_it_was_listed_is_not_trusted(change: str, plain: Path) -> None:
    found = later(open_folder(plain, PYTHON))
    path = plain / "a.py"
    before = path.stat()
    if change.startswith("rewritten"):
        path.write_bytes(b"x = 2\r\n")
    if change == "rewritten with its old time":
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    if change == "replaced":
        (plain / "new").write_bytes(path.read_bytes())
        (plain / "new").rename(path)
    if change in {"gone", "a link"}:
        path.unlink()
    if change == "a link":
        path.symlink_to("d/e/b.py")
    assert found.unchanged(found.tree.files) == {"d/e/b.py"}


def test_what_was_written_just_before_it_was_listed_is_not_trusted(plain: Path) -> None:
    """One more write in the same tick of the clock would leave the same facts."""
    found = open_folder(plain, PYTHON)
    written = max(facts.changed_ns for facts in found.facts.values())
    assert replace(found, listed_at_ns=written).unchanged(found.tree.files) == frozenset()
    assert replace(found, listed_at_ns=written + 10**7).unchanged(found.tree.files) == frozenset()


def test_only_the_listed_bytes_are_read(plain: Path) -> None:
    found = open_folder(plain, PYTHON)
    (plain / "a.py").write_bytes(b"other")
    assert found.read(found.tree.files) == {"d/e/b.py": b""}

"""Real git repositories for tests, built by plumbing in a few milliseconds and free of ambient state."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from debtd.model.language import Language
from debtd.model.repo import ListedTree

FILE, EXECUTABLE, SYMLINK, SUBMODULE = "100644", "100755", "120000", "160000"
WHEN = 1_700_000_000
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "LC_ALL": "C.UTF-8",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ann",
    "GIT_AUTHOR_EMAIL": "ann@example.org",
    "GIT_AUTHOR_DATE": f"{WHEN} +0200",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@example.org",
    "GIT_COMMITTER_DATE": f"{WHEN} +0200",
}
PYTHON = frozenset({Language.PYTHON})
Content = bytes | tuple[str, bytes]


def git(repo: Path, *arguments: str, stdin: bytes = b"") -> str:
    """What git prints, without the last newline; a failure of git fails the test."""
    done = subprocess.run(
        ["git", "-C", str(repo), *arguments], input=stdin, capture_output=True, env=ENVIRONMENT, check=False
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return os.fsdecode(done.stdout).removesuffix("\n")


def make_repo(path: Path, files: Mapping[str | bytes, Content], *, bare: bool = True, branch: str = "main") -> str:
    """A repository with one commit of the files (bytes, or mode and bytes), checked out when it is not bare."""
    path.mkdir(parents=True, exist_ok=True)
    git(path, "init", "-q", "-b", branch, *(["--bare"] if bare else []))
    commit = add_commit(path, files, branch=branch)
    if not bare:
        git(path, "reset", "-q", "--hard")
    return commit


def add_commit(path: Path, files: Mapping[str | bytes, Content], *, branch: str = "main", when: int = WHEN) -> str:
    """A commit on top of the branch that sets these files; any path that git's index would refuse is possible."""
    known = subprocess.run(
        ["git", "-C", str(path), "rev-parse", "-q", "--verify", f"refs/heads/{branch}"],
        capture_output=True,
        env=ENVIRONMENT,
        check=False,
    )
    stream = [f"commit refs/heads/{branch}\ncommitter Ann <ann@example.org> {when} +0200\ndata 4\nwork\n".encode()]
    if known.returncode == 0:
        stream.append(b"from " + known.stdout)
    for name, content in files.items():
        mode, data = content if isinstance(content, tuple) else (FILE, content)
        quoted = b'"' + b"".join(b"\\%03o" % byte for byte in os.fsencode(name)) + b'"'
        if mode == SUBMODULE:
            stream.append(b"M 160000 %s %s\n" % (data, quoted))
        else:
            stream.append(b"M %s inline %s\ndata %d\n%s\n" % (mode.encode(), quoted, len(data), data))
    git(path, "fast-import", "--quiet", "--force", stdin=b"".join(stream))
    return git(path, "rev-parse", f"refs/heads/{branch}")


def commit_tree_literally(path: Path, entries: list[tuple[bytes, bytes, str]], *, branch: str = "main") -> str:
    """A commit of a tree with exactly these (mode, name, object id) entries, however broken."""
    tree = b"".join(mode + b" " + name + b"\0" + bytes.fromhex(blob) for mode, name, blob in entries)
    tree_id = git(path, "hash-object", "-t", "tree", "-w", "--stdin", "--literally", stdin=tree)
    commit = git(path, "commit-tree", tree_id, "-m", "odd")
    git(path, "update-ref", f"refs/heads/{branch}", commit)
    return commit


def add_blob(path: Path, data: bytes) -> str:
    return git(path, "hash-object", "-w", "--stdin", stdin=data)


def add_trap(folder: Path, marker: Path) -> None:
    """Files of a bare repository whose configuration runs a program that creates `marker`."""
    for name in ("objects", "refs/heads", "hooks", "work"):
        (folder / name).mkdir(parents=True)
    program = folder / "hooks" / "run"
    program.write_text(f"#!/bin/sh\ntouch {marker}\n")
    program.chmod(0o755)
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "config").write_text(
        f"[core]\n\trepositoryformatversion = 0\n\tworktree = work\n\tfsmonitor = {program}\n\tpager = {program}\n"
        f"\tsshCommand = {program}\n\thooksPath = {folder}/hooks\n\talternateRefsCommand = {program}\n"
        f"[uploadpack]\n\tpackObjectsHook = {program}\n"
    )


def reasons(tree: ListedTree) -> dict[str, str]:
    """Why each skipped path was skipped."""
    return {entry.path: entry.skipped.reason.value for entry in tree.skipped}


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())

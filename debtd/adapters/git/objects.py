"""Objects out of a repository, many in one process."""

import contextlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

from debtd.adapters.display import shown
from debtd.adapters.git.process import Command, EndOfOutput, exactly, streaming
from debtd.adapters.listing import MAX_ENTRIES
from debtd.model.errors import RepoUnusable

OBJECT_ID = re.compile(r"[0-9a-f]{40}")
_CHUNK_BYTES = 256 * 1024
_MAX_OBJECT_BYTES = 64 * 1024**2
_MAX_LISTING_BYTES = 256 * 1024**2
_COMMITTER = re.compile(rb"^committer .*> (-?\d+) [+-]\d+$", re.MULTILINE)


class Entry(NamedTuple):  # not a dataclass: there are as many as files, and those take thrice the time to make
    """One entry of a tree; `mode` as git writes it ("100644"); `size` 0 for what is no blob."""

    path: bytes
    mode: bytes
    blob: str
    size: int


@dataclass(frozen=True, slots=True)
class Commit:
    """`committed_at` is seconds since the epoch, clamped to what every tool can read."""

    id: str
    tree: str
    committed_at: int


def check_ids(ids: Sequence[str], where: str) -> None:
    """Raises RepoUnusable for what is no full SHA-1 object id."""
    for name in ids:
        if not OBJECT_ID.fullmatch(name):
            raise RepoUnusable(
                f"{shown(name)!r} is not the id of an object in {shown(where)}; scan the repository again"
            )


@contextlib.contextmanager
def listed_tree(git_dir: Path, where: str, commit: str, max_entries: int) -> Iterator[Iterator[Entry]]:
    """Every entry below the tree of a commit, in git's order. Raises RepoUnusable above the limits."""
    check_ids([commit], where)
    command = Command(
        arguments=("ls-tree", "-r", "-z", "-l", "--full-tree", commit),
        what="list the files of",
        where=where,
        directory=git_dir,
        git_dir=git_dir,
    )
    with streaming(command) as output:
        yield _entries(output, where, max_entries)


def read_files(git_dir: Path, where: str, commit: str, names: Sequence[str], max_bytes: int) -> dict[str, bytes]:
    """The regular files at these paths in a commit; larger ones, links and folders are left out. The rest of the tree
    is not listed."""
    check_ids([commit], where)
    command = Command(
        arguments=("ls-tree", "-z", "-l", "--full-tree", commit, "--", *names),
        what="list the files of",
        where=where,
        directory=git_dir,
        git_dir=git_dir,
    )
    with streaming(command) as output:
        # Git lists all of a folder that is asked for beside a path in it.
        found = [entry for entry in _entries(output, where, MAX_ENTRIES) if entry.mode.startswith(b"100")]
    wanted = {name.encode() for name in names}
    small = [entry for entry in found if entry.size <= max_bytes and entry.path in wanted]
    if not small:
        return {}
    with reading(git_dir, where, [entry.blob for entry in small]) as blobs:
        return {entry.path.decode(): data for entry, (_, _, data) in zip(small, blobs, strict=True)}


@contextlib.contextmanager
def reading(git_dir: Path, where: str, names: Sequence[str]) -> Iterator[Iterator[tuple[str, bytes, bytes]]]:
    """(id, type, bytes) of each named object, in order. Raises RepoUnusable when one is missing."""
    command = Command(
        arguments=("cat-file", "--batch"), what="read objects of", where=where, directory=git_dir, git_dir=git_dir
    )
    with streaming(command, (name.encode() + b"\n" for name in names)) as output:
        yield _objects(output, where, names)


def read_commits(git_dir: Path, where: str, names: Sequence[str]) -> tuple[Commit, ...]:
    """The named commits, in order."""
    commits = []
    with reading(git_dir, where, names) as objects:
        for name, kind, data in objects:
            found = _COMMITTER.search(data.partition(b"\n\n")[0])
            if kind != b"commit" or found is None or not data.startswith(b"tree "):
                raise RepoUnusable(f"{shown(where)} has no commit {name}; scan the repository again")
            commits.append(Commit(name, data[5:45].decode(), min(max(int(found[1]), 0), 2**32 - 1)))
    return tuple(commits)


def _entries(output: IO[bytes], where: str, max_entries: int) -> Iterator[Entry]:
    for count, record in enumerate(records(output, where), start=1):
        if count > max_entries:
            raise RepoUnusable(f"{shown(where)} has more than {max_entries} files, which debtd does not scan")
        facts, _, path = record.partition(b"\t")
        mode, _, blob, size = facts.split()
        yield Entry(path, mode, blob.decode(), int(size) if size.isdigit() else 0)


def _objects(output: IO[bytes], where: str, names: Sequence[str]) -> Iterator[tuple[str, bytes, bytes]]:
    for name in names:
        header = output.readline().split()
        if not header:
            raise EndOfOutput
        if len(header) != 3:
            raise RepoUnusable(f"{shown(where)} has no object {shown(name)}; scan the repository again")
        size = int(header[2])
        if size > _MAX_OBJECT_BYTES:
            raise RepoUnusable(f"{shown(where)} has an object {name} of {size} bytes, more than debtd reads")
        yield header[0].decode(), header[1], exactly(output, size + 1)[:-1]


def records(output: IO[bytes], where: str) -> Iterator[bytes]:
    """What git wrote, cut at its NULs. Raises RepoUnusable above the limit."""
    rest, total = b"", 0
    while data := os.read(output.fileno(), _CHUNK_BYTES):
        total += len(data)
        if total > _MAX_LISTING_BYTES:
            raise RepoUnusable(f"the file names of {shown(where)} take more than {_MAX_LISTING_BYTES} bytes")
        *records, rest = (rest + data).split(b"\0")
        yield from records
    if rest:
        raise EndOfOutput

"""A commit's tree: listed without reading a file, and any part of it on disk, private, read-only and disposable.

What is asked for stands in `<state>/trees/<random>/` under numbers: no name of a repository reaches the disk, so none
can be too long, clash with another in case, or be taken for something else. A lock beside the folder says that its
process lives.
"""

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from debtd.adapters.display import shown
from debtd.adapters.disposable import disposable
from debtd.adapters.git.mirror import Mirror
from debtd.adapters.git.objects import Entry, listed_tree, reading
from debtd.adapters.listing import MAX_ENTRIES, MAX_TEXT_BYTES, Kind, Wanted, classify, is_text
from debtd.model.coverage import SkippedFile
from debtd.model.errors import RepoUnusable, StateUnusable
from debtd.model.language import Language, ending_of
from debtd.model.repo import ListedFile, ListedTree, Source

MAX_TREE_BYTES = 4 * 1024**3
_KINDS = {b"100644": Kind.FILE, b"120000": Kind.SYMLINK, b"160000": Kind.REPOSITORY}
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def list_tree(mirror: Mirror, commit: str, languages: frozenset[Language]) -> ListedTree:
    """Every entry of the commit's tree. Raises RepoUnusable above the limits."""
    files: list[ListedFile] = []
    texts: list[Entry] = []
    skipped: list[SkippedFile] = []
    seen: set[bytes] = set()
    with listed_tree(mirror.git_dir, mirror.source, commit, MAX_ENTRIES) as listing:
        entries = tuple(listing)
    for entry in entries:
        if entry.path in seen:
            raise RepoUnusable(
                f"{shown(mirror.source)} lists {shown(repr(entry.path))} twice; check it with `git fsck`"
            )
        seen.add(entry.path)
        kind = _KINDS.get(entry.mode) or (Kind.FILE if entry.mode.startswith(b"100") else Kind.OTHER)
        outcome = classify(entry.path, kind, entry.size, languages)
        if isinstance(outcome, Wanted):
            files.append(_listed_file(entry, outcome))
        else:
            skipped.append(outcome)
        if kind is Kind.FILE and entry.size <= MAX_TEXT_BYTES and is_text(outcome.path):
            texts.append(entry)
    total = sum(file.size for file in files)
    if total > MAX_TREE_BYTES:
        raise RepoUnusable(f"{shown(mirror.source)} has {total} bytes of source, more than debtd scans at once")
    return ListedTree(files=tuple(files), skipped=tuple(skipped), texts=_read_texts(mirror, texts))


def _listed_file(entry: Entry, wanted: Wanted) -> ListedFile:
    return ListedFile(
        path=wanted.path,
        blob=entry.blob,
        size=entry.size,
        language=wanted.language,
        executable=entry.mode == b"100755",
    )


def _read_texts(mirror: Mirror, entries: Sequence[Entry]) -> tuple[tuple[str, bytes], ...]:
    if not entries:
        return ()
    with reading(mirror.git_dir, mirror.source, [entry.blob for entry in entries]) as blobs:
        return tuple(
            (entry.path.decode("utf-8", "surrogateescape"), data)
            for entry, (_, _, data) in zip(entries, blobs, strict=True)
        )


class MirrorFiles:
    """`ports.Files` over a mirror: every blob is what its id says, at any time."""

    def __init__(self, mirror: Mirror, trees: Path) -> None:
        self._mirror = mirror
        self._trees = trees

    @contextlib.contextmanager
    def materialised(self, files: Sequence[ListedFile]) -> Iterator[tuple[Source, ...]]:
        """See `ports.Files`. Raises StateUnusable when they cannot be written."""
        if not files:
            yield ()
            return
        with disposable(self._trees) as folder:
            try:
                sources = self._write(folder, files)
            except OSError as error:
                raise StateUnusable(f"{folder} cannot be written ({error.strerror}); check the disk") from error
            yield sources

    def unchanged(self, files: Sequence[ListedFile]) -> frozenset[str]:
        return frozenset(file.path for file in files)

    def _write(self, folder: Path, files: Sequence[ListedFile]) -> tuple[Source, ...]:
        mirror = self._mirror
        with reading(mirror.git_dir, mirror.source, [file.blob for file in files]) as blobs:
            return tuple(
                _written(file, data, f"{folder}/{number}{ending_of(file.path)}")
                for number, (file, (_, _, data)) in enumerate(zip(files, blobs, strict=True))
            )


def _written(file: ListedFile, data: bytes, location: str) -> Source:
    with open(os.open(location, _CREATE, 0o400), "wb") as target:  # noqa: PTH123 - a descriptor
        target.write(data)
    return Source(
        path=file.path,
        blob=file.blob,
        size=len(data),
        language=file.language,
        executable=file.executable,
        location=location,
    )

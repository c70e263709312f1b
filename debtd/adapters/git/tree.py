"""A commit's files on disk: a private, read-only, disposable tree without links, filters or `.git`.

Each tree is `<state>/trees/<random>/` with `files/` (the repository's own layout) and `long/` (files whose path would
be too long for the kernel below `files/`). A lock beside it says that its process lives.
"""

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from debtd.adapters.display import shown
from debtd.adapters.disposable import disposable
from debtd.adapters.git.mirror import Mirror
from debtd.adapters.git.objects import Entry, listed_tree, reading
from debtd.adapters.listing import MAX_ENTRIES, MAX_TEXT_BYTES, Kind, Wanted, classify, is_text
from debtd.model.coverage import Skipped, SkippedFile, SkipReason
from debtd.model.errors import RepoUnusable, StateUnusable
from debtd.model.language import Language
from debtd.model.repo import Checkout, Source

MAX_TREE_BYTES = 4 * 1024**3
_LONGEST_LOCATION = 4000
_KINDS = {b"120000": Kind.SYMLINK, b"160000": Kind.REPOSITORY}


@dataclass(frozen=True, slots=True)
class _Listed:
    wanted: tuple[tuple[Entry, Wanted], ...]
    texts: tuple[Entry, ...]
    skipped: tuple[SkippedFile, ...]


@contextlib.contextmanager
def materialised(mirror: Mirror, trees: Path, commit: str, languages: frozenset[Language]) -> Iterator[Checkout]:
    """The checkout of one commit, deleted at the end of the context."""
    listed = _list(mirror, commit, languages)
    with disposable(trees) as folder:
        try:
            (folder / "files").mkdir(mode=0o700)
            sources, refused = _write(mirror, folder, listed.wanted)
        except OSError as error:
            raise StateUnusable(f"{folder} cannot be written ({error.strerror}); check the disk") from error
        yield Checkout(
            root=str(folder / "files"),
            sources=sources,
            skipped=(*listed.skipped, *refused),
            texts=_read_texts(mirror, listed.texts),
        )


def _list(mirror: Mirror, commit: str, languages: frozenset[Language]) -> _Listed:
    wanted, texts, skipped, seen, total = [], [], [], set(), 0
    with listed_tree(mirror.git_dir, mirror.source, commit, MAX_ENTRIES) as listing:
        entries = tuple(listing)
    for entry in entries:
        if entry.path in seen:
            raise RepoUnusable(
                f"{shown(mirror.source)} lists {shown(repr(entry.path))} twice; check it with `git fsck`"
            )
        seen.add(entry.path)
        kind = _KINDS.get(entry.mode, Kind.FILE if entry.mode.startswith(b"100") else Kind.OTHER)
        outcome = classify(entry.path, kind, entry.size, languages)
        if isinstance(outcome, Wanted):
            wanted.append((entry, outcome))
            total += entry.size
        else:
            skipped.append(outcome)
        if kind is Kind.FILE and entry.size <= MAX_TEXT_BYTES and is_text(entry.path.decode("utf-8", "replace")):
            texts.append(entry)
    if total > MAX_TREE_BYTES:
        raise RepoUnusable(f"{shown(mirror.source)} has {total} bytes of source, more than debtd scans at once")
    return _Listed(tuple(wanted), tuple(texts), tuple(skipped))


def _read_texts(mirror: Mirror, entries: Sequence[Entry]) -> tuple[tuple[str, bytes], ...]:
    if not entries:
        return ()
    with reading(mirror.git_dir, mirror.source, [entry.blob for entry in entries]) as blobs:
        return tuple(
            (entry.path.decode("utf-8", "surrogateescape"), data)
            for entry, (_, _, data) in zip(entries, blobs, strict=True)
        )


def _write(
    mirror: Mirror, folder: Path, wanted: Sequence[tuple[Entry, Wanted]]
) -> tuple[tuple[Source, ...], tuple[SkippedFile, ...]]:
    sources: list[Source] = []
    refused: list[SkippedFile] = []
    made: set[str] = set()
    with reading(mirror.git_dir, mirror.source, [entry.blob for entry, _ in wanted]) as blobs:
        for (entry, file), (_, _, data) in zip(wanted, blobs, strict=True):
            location = _location(folder, file.path, len(sources))
            if not _create_file(location, data, made):
                why = "this file system takes its name for that of another file"
                refused.append(SkippedFile(file.path, Skipped(SkipReason.PATH_REFUSED, why)))
                continue
            sources.append(
                Source(
                    path=file.path,
                    blob=entry.blob,
                    size=len(data),
                    language=file.language,
                    location=location,
                    executable=entry.mode == b"100755",
                )
            )
    return tuple(sources), tuple(refused)


def _location(folder: Path, path: str, number: int) -> str:
    location = f"{folder}/files/{path}"
    if len(os.fsencode(location)) <= _LONGEST_LOCATION:
        return location
    return f"{folder}/long/{number}{PurePosixPath(path).suffix}"


def _create_file(location: str, data: bytes, made: set[str]) -> bool:
    """Whether the name was free. `made` are the folders known to exist."""
    parent = os.path.dirname(location)  # noqa: PTH120 - a string per file, a Path costs ten times as much
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        if parent not in made:
            os.makedirs(parent, mode=0o700, exist_ok=True)  # noqa: PTH103 - see above
            made.add(parent)
        descriptor = os.open(location, flags, 0o400)
    except (FileExistsError, NotADirectoryError):
        return False
    with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
        file.write(data)
    return True

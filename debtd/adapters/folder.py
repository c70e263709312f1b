"""A folder or file in place, for `debtd scan|fix PATH`: listed as git or the file system shows it, never copied.

In a git working tree the tracked and the untracked, not ignored files count; elsewhere every file outside `.git`
folders. A folder that git ignores as a whole is walked too: who names it wants it read. Nothing is followed through a
link, and nothing that is no regular file is opened.
"""

import contextlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from debtd.adapters.display import shown
from debtd.adapters.file_facts import Facts, facts_of, is_settled, now_ns
from debtd.adapters.git.worktree import list_work_tree, top_level
from debtd.adapters.listing import (
    MANIFESTS,
    MAX_ENTRIES,
    MAX_FILE_BYTES,
    MAX_TEXT_BYTES,
    Kind,
    Wanted,
    classify,
    is_text,
)
from debtd.adapters.regular_file import read_regular, write_file
from debtd.model.coverage import Skipped, SkippedFile, SkipReason
from debtd.model.errors import RepoUnusable
from debtd.model.language import Language
from debtd.model.repo import ListedFile, ListedTree, Source, git_blob_id

__all__ = ["Folder", "open_folder", "write_file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A listed folder, and `ports.Files` over it: its files are read where they stand.

    `root` is the folder's absolute path; `facts` tell, by path, what was true of each file just before it was read, at
    `listed_at_ns` or later.
    """

    root: str
    tree: ListedTree
    facts: dict[str, Facts]
    listed_at_ns: int

    @contextlib.contextmanager
    def materialised(self, files: Sequence[ListedFile]) -> Iterator[tuple[Source, ...]]:
        yield tuple(
            Source(
                path=file.path,
                blob=file.blob,
                size=file.size,
                language=file.language,
                executable=file.executable,
                location=self._location(file),
            )
            for file in files
        )

    def unchanged(self, files: Sequence[ListedFile]) -> frozenset[str]:
        return frozenset(file.path for file in files if self._is_unchanged(file))

    def read(self, files: Sequence[ListedFile]) -> dict[str, bytes]:
        """The bytes by path of the files that still are what was listed."""
        found: dict[str, bytes] = {}
        for file in files:
            with contextlib.suppress(OSError):
                data, _ = read_regular(self._location(file), MAX_FILE_BYTES)
                if git_blob_id(data) == file.blob:
                    found[file.path] = data
        return found

    def _location(self, file: ListedFile) -> str:
        return f"{self.root.rstrip('/')}/{file.path}"

    def _is_unchanged(self, file: ListedFile) -> bool:
        try:
            now = facts_of(os.lstat(self._location(file)))
        except OSError:
            return False
        return now == self.facts[file.path] and is_settled(now, self.listed_at_ns)


def open_folder(path: Path, languages: frozenset[Language]) -> Folder:
    """List a folder, or one file (its root is then the file's folder). Raises RepoUnusable.

    Manifests that the folder itself does not have are taken from the nearest folder above it in the same working
    tree: a part of a project has the project's versions.
    """
    real = _existing(path)
    folder = real if real.is_dir() else real.parent
    top = top_level(folder)
    listed_at_ns = now_ns()
    listing = _Listing(os.fsencode(folder).rstrip(b"/"), languages)
    if real == folder:
        listing.add_all(folder, top)
    else:
        listing.add(os.fsencode(real.name))
        listing.add_texts()
    listing.add_manifests_above(top)
    return Folder(
        root=str(folder),
        tree=ListedTree(
            files=tuple(listing.files),
            skipped=tuple(listing.skipped),
            texts=tuple(sorted(listing.texts.items())),
        ),
        facts=listing.facts,
        listed_at_ns=listed_at_ns,
    )


@dataclass(slots=True)
class _Listing:
    """Collects one outcome for each path."""

    root: bytes
    languages: frozenset[Language]
    files: list[ListedFile] = field(default_factory=list)
    facts: dict[str, Facts] = field(default_factory=dict)
    skipped: list[SkippedFile] = field(default_factory=list)
    texts: dict[str, bytes] = field(default_factory=dict)
    _folders: dict[bytes, bool] = field(default_factory=lambda: {b"": True})

    def add(self, raw: bytes) -> None:
        """One listed path. What is gone, or stands behind a link, is not part of the tree."""
        raw = raw.rstrip(b"/")
        if not self._is_real_folder(raw.rpartition(b"/")[0]):
            return
        location = self.root + b"/" + raw
        try:
            facts = os.lstat(location)
        except FileNotFoundError:
            return
        except OSError as error:
            self._skip(raw, SkipReason.UNREADABLE, error.strerror or "")
            return
        if (kind := _kind(facts.st_mode)) is Kind.FILE and is_text(raw.decode("utf-8", "replace")):
            self._add_text(raw.decode("utf-8", "replace"), location)
        outcome = classify(raw, kind, facts.st_size, self.languages)
        if isinstance(outcome, SkippedFile):
            self.skipped.append(outcome)
        else:
            self._add_file(raw, outcome, location)

    def add_all(self, folder: Path, top: Path | None) -> None:
        """Every path below the folder. Raises RepoUnusable when there are too many."""
        names, unreadable = list_work_tree(folder), list[bytes]()
        if names is None or (not names and folder != top):
            names, unreadable = _walk(self.root)
        if len(names) > MAX_ENTRIES:
            raise RepoUnusable(f"{shown(str(folder))} has more than {MAX_ENTRIES} files; name a smaller folder")
        for raw in names:
            self.add(raw)
        for raw in unreadable:
            self._skip(raw, SkipReason.UNREADABLE, "a folder that cannot be listed")

    def add_texts(self) -> None:
        """The texts at the root, when the listing is of one file only."""
        for name in (*MANIFESTS, ".semgrepignore"):
            self._add_text(name, self.root + b"/" + name.encode())

    def add_manifests_above(self, top: Path | None) -> None:
        folder = Path(os.fsdecode(self.root))
        if top is None or not folder.is_relative_to(top):
            return
        while folder != top and not MANIFESTS & self.texts.keys():
            folder = folder.parent
            for name in MANIFESTS:
                self._add_text(name, os.fsencode(folder / name))

    def _add_text(self, path: str, location: bytes) -> None:
        try:
            data, _ = read_regular(location, MAX_TEXT_BYTES)
        except OSError:
            return  # absent, or reported as skipped where it is listed
        if len(data) <= MAX_TEXT_BYTES:
            self.texts[path] = data

    def _add_file(self, raw: bytes, wanted: Wanted, location: bytes) -> None:
        try:
            data, facts = read_regular(location, MAX_FILE_BYTES)
        except OSError as error:
            self._skip(raw, SkipReason.UNREADABLE, error.strerror or "")
            return
        if len(data) > MAX_FILE_BYTES:
            self.skipped.append(SkippedFile(wanted.path, Skipped(SkipReason.TOO_LARGE, "it grew while it was read")))
            return
        self.facts[wanted.path] = facts_of(facts)
        self.files.append(
            ListedFile(
                path=wanted.path,
                blob=git_blob_id(data),
                size=len(data),
                language=wanted.language,
                executable=bool(facts.st_mode & stat.S_IXUSR),
            )
        )

    def _is_real_folder(self, raw: bytes) -> bool:
        """Whether every part of the path is a folder and none is a link."""
        if raw not in self._folders:
            try:
                here = stat.S_ISDIR(os.lstat(self.root + b"/" + raw).st_mode)
            except OSError:
                here = False
            self._folders[raw] = here and self._is_real_folder(raw.rpartition(b"/")[0])
        return self._folders[raw]

    def _skip(self, raw: bytes, reason: SkipReason, detail: str) -> None:
        self.skipped.append(SkippedFile(raw.decode("utf-8", "surrogateescape"), Skipped(reason, detail)))


def _existing(path: Path) -> Path:
    """The path without links. The person who named it may have named a link: that one is followed."""
    name = shown(str(path))
    try:
        real = path.expanduser().resolve(strict=True)
        mode = real.stat().st_mode
    except FileNotFoundError as error:
        raise RepoUnusable(f"there is no such path: {name} does not exist; check the spelling") from error
    except (OSError, RuntimeError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise RepoUnusable(f"{name} cannot be read ({why}); check the path and its permissions") from error
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        raise RepoUnusable(f"{name} is neither a folder nor a regular file; name one of these")
    if not os.access(real, os.R_OK | (os.X_OK if stat.S_ISDIR(mode) else 0)):
        raise RepoUnusable(f"{name} cannot be read (permission denied); run debtd as a user who may read it")
    return real


def _walk(root: bytes) -> tuple[list[bytes], list[bytes]]:
    """Every path below the root that is no folder, and every folder that cannot be read."""
    names: list[bytes] = []
    unreadable: list[bytes] = []
    folders = [b""]
    while folders and len(names) <= MAX_ENTRIES:
        folder = folders.pop()
        prefix = folder + b"/" if folder else b""
        try:
            with os.scandir(root + b"/" + folder) as entries:
                for entry in entries:
                    if not entry.is_dir(follow_symlinks=False):
                        names.append(prefix + entry.name)
                    elif entry.name != b".git":
                        folders.append(prefix + entry.name)
        except OSError:
            unreadable.append(folder)
    return sorted(names), unreadable


def _kind(mode: int) -> Kind:
    if stat.S_ISLNK(mode):
        return Kind.SYMLINK
    if stat.S_ISDIR(mode):
        return Kind.REPOSITORY
    return Kind.FILE if stat.S_ISREG(mode) else Kind.OTHER

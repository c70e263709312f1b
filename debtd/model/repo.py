"""Repositories, revisions, and the files that a scan reads."""

import hashlib
from dataclasses import dataclass

from debtd.model.coverage import SkippedFile
from debtd.model.language import Language

DETACHED = "HEAD"
"""Stands for the branch of a revision when the source's HEAD names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """`id` is stable for a source; `source` is an absolute path or a URL; `name` is for people."""

    id: str
    source: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One commit of the default branch. `committed_at` is seconds since the epoch, from the commit itself."""

    commit: str
    tree: str
    branch: str
    committed_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFile:
    """One file of a tree that rules may read.

    `path` is the repository path (POSIX, UTF-8); `blob` the git blob id of its bytes; `size` counts bytes.
    `executable` is git mode 100755.
    """

    path: str
    blob: str
    size: int
    language: Language
    executable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(ListedFile):
    """One file to scan. `location` is the absolute path of a regular file with exactly the bytes of its blob."""

    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTree:
    """A listed tree: every entry is in `files` or in `skipped`. No file of it has been read for that.

    `texts` are the bytes of the files that steer a scan, by path: the manifests at the root (pyproject.toml,
    setup.cfg, setup.py) and every `.semgrepignore`; at most 1 MiB each.
    """

    files: tuple[ListedFile, ...]
    skipped: tuple[SkippedFile, ...]
    texts: tuple[tuple[str, bytes], ...] = ()

    @property
    def listed(self) -> frozenset[str]:
        return frozenset(f.path for f in self.files) | frozenset(s.path for s in self.skipped)


def repository_id(source: str) -> str:
    """Sixteen hexadecimal digits over the canonical source: the same path or URL is the same repository."""
    return hashlib.sha256(source.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def git_blob_id(data: bytes) -> str:
    """Git's id (SHA-1) of a blob with these bytes."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()

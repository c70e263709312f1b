"""Where the local forge keeps what it has of a repository, one process at a time."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from debtd.adapters.filelock import locked
from debtd.model.errors import RepoUnusable, StateUnusable

_HEX = frozenset("0123456789abcdef")


class Branches(Protocol):
    """The git half: bare repositories that only debtd writes."""

    def ensure(self, path: Path) -> None: ...

    def commit_of(self, path: Path, branch: str) -> str | None: ...

    def delete(self, path: Path, branch: str, commit: str) -> None: ...

    def advance(self, path: Path, branch: str, commit: str) -> None: ...

    def diff(self, path: Path, commit: str) -> str: ...


class LocalFolders:
    """The folders below `root`, one for each repository."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def home(self, repository_id: str) -> Path:
        """Raises RepoUnusable for what is no id: it comes from outside, and a path is made of it."""
        if not repository_id or not set(repository_id) <= _HEX:
            raise RepoUnusable(f"{repository_id!r} is not the id of a repository; enrol it again")
        return self._root / repository_id

    def git_dir(self, repository_id: str) -> Path:
        return self.home(repository_id) / "repository.git"

    @contextlib.contextmanager
    def opened(self, repository_id: str, name: str) -> Iterator[Path]:
        """The folder of that name ("pulls", "issues"), while no other process uses it."""
        home = self.home(repository_id)
        with locked(home / f"{name}.lock", f"the local forge of repository {repository_id}"):
            folder = home / name
            try:
                folder.mkdir(mode=0o700, exist_ok=True)
                for half in folder.glob(".half-*"):
                    half.unlink()
                yield folder
            except OSError as error:
                raise StateUnusable(f"{folder} cannot be used ({error.strerror}); check the state directory") from error

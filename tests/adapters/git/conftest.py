from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from debtd.adapters.git import GitWorkspaces
from debtd.model.repo import Repository, Revision
from tests.support.forges.fixtures import park
from tests.support.git_repo import Content, make_repo

__all__ = ["park"]

Mirrored = Callable[..., tuple[Repository, Revision]]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "source.git"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def workspaces(state: Path) -> GitWorkspaces:
    return GitWorkspaces(state)


@pytest.fixture
def mirrored(workspaces: GitWorkspaces, source: Path) -> Mirrored:
    """Make `source` of these files and fetch it."""

    def mirror(files: Mapping[str | bytes, Content] | None = None) -> tuple[Repository, Revision]:
        if files is not None:
            make_repo(source, files)
        repository = workspaces.identify(str(source))
        return repository, workspaces.ensure_mirror(repository)

    return mirror

"""The manifests that decide the floor, read without listing the tree."""

from collections.abc import Mapping

import pytest

from debtd.adapters.git import GitWorkspaces
from debtd.adapters.listing import MANIFESTS, MAX_TEXT_BYTES
from debtd.model.repo import Repository, Revision
from tests.support.git_repo import EXECUTABLE, SUBMODULE, SYMLINK, Content
from tests.support.processes import recorded_git

LARGEST = b"#" * MAX_TEXT_BYTES
TREES: dict[str, Mapping[str | bytes, Content]] = {
    "all three": {"pyproject.toml": b"a", "setup.cfg": (EXECUTABLE, b"b"), "setup.py": b"", "sub/setup.py": b"no"},
    "none": {"a.py": b"x", "SETUP.PY": b"no", "setup.py.txt": b"no"},
    "a link, a folder and one that is too large": {
        "pyproject.toml": (SYMLINK, b"other.toml"), "setup.cfg/x": b"no", "setup.py": LARGEST + b"#",
    },
    "a repository, and the largest": {"pyproject.toml": (SUBMODULE, b"1" * 40), "setup.cfg": LARGEST},
}  # fmt: skip


@pytest.mark.parametrize("files", TREES.values(), ids=TREES)
def test_they_are_those_of_the_listed_tree(files: Mapping[str | bytes, Content], mirrored, workspaces) -> None:
    repository, revision = mirrored(files)
    listed = workspaces.list_tree(repository, revision, frozenset())
    expected = {path: data for path, data in listed.texts if path in MANIFESTS}
    assert workspaces.manifests(repository, revision) == expected


def test_they_cost_no_listing(mirrored, workspaces: GitWorkspaces) -> None:
    made: tuple[Repository, Revision] = mirrored({"pyproject.toml": b"a", **{f"{n}.py": b"x" for n in range(50)}})
    with recorded_git() as started:
        assert workspaces.manifests(*made) == {"pyproject.toml": b"a"}
    assert started == ["ls-tree", "cat-file"]

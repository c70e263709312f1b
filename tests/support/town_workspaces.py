"""The Workspaces and Scratch ports over a town. A source's location is its text."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from debtd.model.errors import DebtdError, RepoUnusable
from debtd.model.language import Language
from debtd.model.repo import ListedTree, Repository, Revision, Source, git_blob_id
from debtd.ports import CommitRequest, Files
from tests.support.engines import TreeFiles, tree_of
from tests.support.fakes import WordDetector
from tests.support.town import Town


class TextDetector(WordDetector):
    """Reads the text that is the source's location."""

    def _read(self, source: Source) -> bytes:
        return source.location.encode()


class TextScratch:
    @contextmanager
    def sources(self, files: Sequence[tuple[str, bytes, Language]]) -> Iterator[tuple[Source, ...]]:
        yield tuple(
            Source(path=path, blob=git_blob_id(data), size=len(data), language=language, location=data.decode())
            for path, data, language in files
        )


@dataclass
class TownWorkspaces:
    town: Town

    def identify(self, location: str) -> Repository:
        return self.town.repository

    def ensure_mirror(self, repository: Repository) -> Revision:
        return self.town.revision

    def list_tree(self, repository: Repository, revision: Revision, languages: frozenset[Language]) -> ListedTree:
        return tree_of(self._code(revision))

    def files(self, repository: Repository) -> Files:
        return TreeFiles(self._code(self.town.revision))

    def manifests(self, repository: Repository, revision: Revision) -> Mapping[str, bytes]:
        return {}

    def read_blobs(self, repository: Repository, blobs: Sequence[str]) -> Mapping[str, bytes]:
        return {blob: self.town.blobs[blob] for blob in blobs}

    def ensure_commits(self, repository: Repository, requests: Sequence[CommitRequest]) -> Mapping[str, str]:
        trees = self.town.trees
        return {
            one.key: self.town.commit(trees[one.base_commit] | dict(one.files), one.base_commit, message=one.message)
            for one in requests
        }

    def push_new_branch(self, repository: Repository, commit: str, branch: str, remote: str) -> None:
        for error in self.push_new_branches(repository, {branch: commit}, remote).values():
            raise error

    def push_new_branches(
        self, repository: Repository, commits: Mapping[str, str], remote: str
    ) -> Mapping[str, DebtdError]:
        hindered: dict[str, DebtdError] = {}
        for branch, commit in commits.items():
            there = self.town.branches.setdefault(branch, commit)
            if there != commit:
                hindered[branch] = RepoUnusable(f"branch {branch} exists with another commit")
            else:
                self._pushed(branch, commit)
        return hindered

    def replace_branch(self, repository: Repository, branch: str, old: str, new: str, remote: str) -> None:
        there = self.town.branches.get(branch)
        if there not in {old, new}:
            raise RepoUnusable(f"branch {branch} is not at {old[:12]} any more")
        self.town.branches[branch] = new
        self._pushed(branch, new)
        self.town.follow()

    def contains(self, repository: Repository, revision: Revision, commit: str) -> bool:
        return commit in self.town.history(revision.commit)

    def read_paths(self, repository: Repository, revision: Revision, paths: Sequence[str]) -> Mapping[str, bytes]:
        tree = self.town.trees[revision.commit]
        return {path: tree[path] for path in paths if path in tree}

    def churn(self, repository: Repository, revision: Revision, since: datetime) -> Mapping[str, int]:
        return {}

    def _code(self, revision: Revision) -> dict[str, bytes]:
        return {path: data for path, data in self.town.trees[revision.commit].items() if path.endswith(".py")}

    def _pushed(self, branch: str, commit: str) -> None:
        if (branch, commit) not in self.town.pushes:
            self.town.pushes.append((branch, commit))

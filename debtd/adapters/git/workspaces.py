"""The Workspaces port over git plumbing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

from debtd.adapters.git import history
from debtd.adapters.git.access import AccessFor
from debtd.adapters.git.commits import write_commits
from debtd.adapters.git.location import repository_at
from debtd.adapters.git.mirror import mirror_of, refresh, writing
from debtd.adapters.git.objects import check_ids, read_files, reading
from debtd.adapters.git.push import push_all_new, push_new, replace_branch
from debtd.adapters.git.tree import MirrorFiles, list_tree
from debtd.adapters.listing import MANIFESTS, MAX_TEXT_BYTES, refuse_path
from debtd.model.errors import DebtdError, RepoUnusable
from debtd.model.language import Language
from debtd.model.repo import ListedTree, Repository, Revision
from debtd.ports import CommitRequest, Files

_PATHS_AT_ONCE = 400  # of at most 4096 bytes each on the command line, which takes 2 MiB


class GitWorkspaces:
    """Mirrors in `<state_dir>/mirrors`, disposable trees in `<state_dir>/trees`; both mode 0700. `access_for` has the
    credentials for remotes, by URL."""

    def __init__(self, state_dir: Path, access_for: AccessFor | None = None) -> None:
        self._state_dir = state_dir.absolute()
        self._access_for = access_for

    def identify(self, location: str) -> Repository:
        return repository_at(location)

    def ensure_mirror(self, repository: Repository) -> Revision:
        with writing(mirror_of(self._state_dir, repository, self._access_for)) as mirror:
            return refresh(mirror)

    def list_tree(self, repository: Repository, revision: Revision, languages: frozenset[Language]) -> ListedTree:
        return list_tree(mirror_of(self._state_dir, repository), revision.commit, languages)

    def files(self, repository: Repository) -> Files:
        return MirrorFiles(mirror_of(self._state_dir, repository), self._state_dir / "trees")

    def manifests(self, repository: Repository, revision: Revision) -> Mapping[str, bytes]:
        mirror = mirror_of(self._state_dir, repository)
        return read_files(mirror.git_dir, mirror.source, revision.commit, sorted(MANIFESTS), MAX_TEXT_BYTES)

    def read_blobs(self, repository: Repository, blobs: Sequence[str]) -> Mapping[str, bytes]:
        if not blobs:
            return {}
        mirror = mirror_of(self._state_dir, repository)
        names = sorted(set(blobs))
        check_ids(names, repository.source)
        found: dict[str, bytes] = {}
        with reading(mirror.git_dir, repository.source, names) as objects:
            for name, kind, data in objects:
                if kind != b"blob":
                    raise RepoUnusable(f"object {name} is not a file's content; scan the repository again")
                found[name] = data
        return found

    def ensure_commits(self, repository: Repository, requests: Sequence[CommitRequest]) -> Mapping[str, str]:
        if not requests:
            return {}
        with writing(mirror_of(self._state_dir, repository)) as mirror:
            return write_commits(mirror, requests)

    def push_new_branch(self, repository: Repository, commit: str, branch: str, remote: str) -> None:
        push_new(mirror_of(self._state_dir, repository, self._access_for), commit, branch, remote, self._state_dir)

    def push_new_branches(
        self, repository: Repository, commits: Mapping[str, str], remote: str
    ) -> Mapping[str, DebtdError]:
        return push_all_new(mirror_of(self._state_dir, repository, self._access_for), commits, remote, self._state_dir)

    def replace_branch(self, repository: Repository, branch: str, old: str, new: str, remote: str) -> None:
        mirror = mirror_of(self._state_dir, repository, self._access_for)
        replace_branch(mirror, branch, old, new, remote, self._state_dir)

    def contains(self, repository: Repository, revision: Revision, commit: str) -> bool:
        return history.contains(mirror_of(self._state_dir, repository), revision.commit, commit)

    def read_paths(self, repository: Repository, revision: Revision, paths: Sequence[str]) -> Mapping[str, bytes]:
        mirror = mirror_of(self._state_dir, repository)
        left = iter(sorted(path for path in set(paths) if refuse_path(path.encode("utf-8", "surrogatepass")) is None))
        found: dict[str, bytes] = {}
        while chunk := list(islice(left, _PATHS_AT_ONCE)):
            found |= read_files(mirror.git_dir, mirror.source, revision.commit, chunk, MAX_TEXT_BYTES)
        return found

    def churn(self, repository: Repository, revision: Revision, since: datetime) -> Mapping[str, int]:
        return history.churn(mirror_of(self._state_dir, repository), revision.commit, since)

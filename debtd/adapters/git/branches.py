"""Branches of bare repositories that only debtd writes: the local forge's."""

from pathlib import Path

from debtd.adapters.git.location import check_branch
from debtd.adapters.git.mirror import ensure_bare, writing_own
from debtd.adapters.git.objects import check_ids
from debtd.adapters.git.process import Command, run
from debtd.model.errors import RepoUnusable


class BareBranches:
    """The git half of the local forge."""

    def ensure(self, path: Path) -> None:
        """An empty bare repository, if there is none."""
        ensure_bare(path)

    def commit_of(self, path: Path, branch: str) -> str | None:
        """The commit that a branch stands at; None when there is no such branch."""
        wanted = f"refs/heads/{check_branch(branch)}"
        output = _run(path, "for-each-ref", "--format=%(objectname) %(refname)", "--", wanted)
        for line in output.decode("utf-8", "surrogateescape").splitlines():
            commit, _, name = line.partition(" ")
            if name == wanted:
                return commit
        return None

    def delete(self, path: Path, branch: str, commit: str) -> None:
        """Delete a branch that stands at the commit. Raises RepoUnusable or Retryable when it does not."""
        check_ids([commit], str(path))
        with writing_own(path):
            _run(path, "update-ref", "--no-deref", "-d", f"refs/heads/{check_branch(branch)}", commit)

    def advance(self, path: Path, branch: str, commit: str) -> None:
        """Move a branch forward to the commit, unless there is no such branch or it has the commit already. Raises
        RepoUnusable when it has others that the commit has not."""
        check_ids([commit], str(path))
        with writing_own(path):
            there = self.commit_of(path, branch)
            if there is None or not _run(path, "rev-list", "--max-count=1", commit, f"^{there}"):
                return
            if _run(path, "rev-list", "--max-count=1", there, f"^{commit}"):
                raise RepoUnusable(f"branch {branch} of {path} has commits that {commit} has not; merge them by hand")
            _run(path, "update-ref", "--no-deref", f"refs/heads/{branch}", commit, there)

    def diff(self, path: Path, commit: str) -> str:
        """What a commit changes against its first parent, as `git diff` prints it; empty when git cannot tell."""
        check_ids([commit], str(path))
        try:
            output = _run(path, "diff-tree", "-p", "--no-ext-diff", "--no-textconv", "--no-color", "--root", commit)
        except RepoUnusable:  # the parent is not here
            return ""
        return output.decode("utf-8", "replace")


def _run(path: Path, *arguments: str) -> bytes:
    return run(Command(arguments=arguments, what="read", where=str(path), directory=path, git_dir=path))

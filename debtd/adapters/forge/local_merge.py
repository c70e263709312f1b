"""Merging on the local forge. The source repository is never written to: there people merge."""

from dataclasses import replace
from pathlib import Path

from debtd.adapters.forge.local_folders import Branches
from debtd.adapters.forge.local_records import Record
from debtd.model.errors import RepoUnusable


def merged(record: Record, commit: str, git_dir: Path, branches: Branches) -> Record:
    """The record of a merge, once the base branch of the forge's own repository has the commit, where it has that
    branch. Raises RepoUnusable when the head is not at the commit, or the base branch has gone another way."""
    if record.state == "merged":
        return record
    if record.state == "closed":
        raise RepoUnusable(f"pull request {record.number} is closed; debtd does not merge it")
    if branches.commit_of(git_dir, record.head) != commit:
        raise RepoUnusable(
            f"pull request {record.number} has another head than {commit}; debtd does not merge what it has not proven"
        )
    branches.advance(git_dir, record.base, commit)
    return replace(record, state="merged", merge_commit=commit)

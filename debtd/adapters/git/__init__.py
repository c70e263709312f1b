"""Repositories: mirrors, checkouts, commits and pushes, by git plumbing."""

from debtd.adapters.git.access import AccessFor, GitAccess
from debtd.adapters.git.branches import BareBranches
from debtd.adapters.git.mirror import ensure_bare
from debtd.adapters.git.process import MINIMUM_GIT, check_git_version, git_version
from debtd.adapters.git.workspaces import GitWorkspaces
from debtd.adapters.git.worktree import list_work_tree, top_level

__all__ = [
    "MINIMUM_GIT",
    "AccessFor",
    "BareBranches",
    "GitAccess",
    "GitWorkspaces",
    "check_git_version",
    "ensure_bare",
    "git_version",
    "list_work_tree",
    "top_level",
]

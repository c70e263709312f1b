"""What became of the pull requests. On the local forge: one whose findings are all proven gone is over.

A scan speaks for the branch that it read. A working copy may have another branch out today: what is gone there may
still stand on the branch that a pull request is for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from debtd.model.finding import Finding, FindingState
from debtd.model.pull_request import PullRequest, PullRequestState
from debtd.model.repo import DETACHED
from debtd.model.task import FixTask


def settled(
    branch: str, pull_requests: Iterable[PullRequest], tasks: Mapping[str, FixTask], findings: Mapping[str, Finding]
) -> tuple[PullRequest, ...]:
    """The open pull requests onto `branch`, or onto a detached HEAD, with nothing left to fix, as they must be
    recorded."""
    return tuple(
        replace(pull_request, state=PullRequestState.CLOSED, reason=f"none of its findings is found on {branch} now")
        for pull_request in pull_requests
        if pull_request.state is PullRequestState.OPEN
        and pull_request.base_branch in {branch, DETACHED}
        and all(
            findings[fingerprint].state is FindingState.RESOLVED for fingerprint in tasks[pull_request.key].fingerprints
        )
    )

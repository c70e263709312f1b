"""What became of the pull requests. On the local forge: one whose findings are all proven gone is over."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from debtd.model.finding import Finding, FindingState
from debtd.model.pull_request import PullRequest, PullRequestState
from debtd.model.task import FixTask


def settled(
    pull_requests: Iterable[PullRequest], tasks: Mapping[str, FixTask], findings: Mapping[str, Finding]
) -> tuple[PullRequest, ...]:
    """The open pull requests with nothing left to fix, as they must be recorded."""
    return tuple(
        replace(pull_request, state=PullRequestState.CLOSED, reason="all its findings are gone from the base branch")
        for pull_request in pull_requests
        if pull_request.state is PullRequestState.OPEN
        and all(
            findings[fingerprint].state is FindingState.RESOLVED for fingerprint in tasks[pull_request.key].fingerprints
        )
    )

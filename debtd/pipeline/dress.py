"""What a new pull request is given besides its text: labels, people, a status with the evidence. Once, when it is
opened; what people change afterwards is theirs."""

from collections.abc import Callable, Iterator
from functools import partial

from debtd.model.evidence import Evidence
from debtd.model.forge import OWN_STATUS, CommitStatus, StatusState
from debtd.model.policy import Policy
from debtd.model.pull_request import PullRequest
from debtd.pipeline.burden import logins_of
from debtd.ports import Forge


def dressing(
    pull_request: PullRequest, evidence: Evidence | None, policy: Policy, forge: Forge
) -> Iterator[Callable[[], object]]:
    """The steps, each safe to repeat. Logins that the forge does not know are left out."""
    if policy.labels:
        yield partial(forge.change_labels, pull_request, add=policy.labels)
    people = logins_of(pull_request.owners)
    if people and (policy.reviewers or policy.assignees):
        yield partial(
            forge.assign,
            pull_request,
            assignees=[login for login in people if "/" not in login] if policy.assignees else (),
            reviewers=people if policy.reviewers else (),
        )
    if policy.status and evidence is not None:
        yield partial(forge.set_status, pull_request, status_of(evidence))


def status_of(evidence: Evidence) -> CommitStatus:
    """One line of evidence beside the commit."""
    passed = sum(check.passed for check in evidence.checks)
    state = StatusState.SUCCESS if evidence.accepted else StatusState.FAILURE
    base = evidence.base_commit[:12]
    summary = f"{passed} of {len(evidence.checks)} gates passed on {base}; the repository's own tests were not run"
    return CommitStatus(name=OWN_STATUS, state=state, summary=summary)

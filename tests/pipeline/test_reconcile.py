"""Which pull requests a scan settles: only those onto the branch that it read."""

import pytest

from debtd.model.finding import FindingState
from debtd.model.pull_request import PullRequest, PullRequestState
from debtd.model.repo import DETACHED
from debtd.model.task import FixTask
from debtd.pipeline.reconcile import settled
from tests.support.builders import finding, match

TASK = FixTask(key="k" * 40, repository_id="r", rule_id="a-b", fingerprints=("f",), base_commit="c", inputs="")


def pull_request(base_branch: str, state: PullRequestState = PullRequestState.OPEN) -> PullRequest:
    return PullRequest(
        key=TASK.key,
        repository_id="r",
        rule_id="a-b",
        branch=TASK.branch,
        base_branch=base_branch,
        commit="c",
        title="t",
        body="b",
        state=state,
    )


def reasons(branch: str, given: PullRequest, state: FindingState) -> list[str]:
    return [found.reason for found in settled(branch, [given], {TASK.key: TASK}, {"f": finding("f", match(), state)})]


@pytest.mark.parametrize(
    ("branch", "given", "state"),
    [
        ("topic", pull_request("main"), FindingState.RESOLVED),
        ("main", pull_request("main"), FindingState.OPEN),
        ("main", pull_request("main"), FindingState.UNVERIFIED),
        ("main", pull_request("main", PullRequestState.REJECTED), FindingState.RESOLVED),
    ],
)
def test_is_left_alone(branch: str, given: PullRequest, state: FindingState) -> None:
    assert reasons(branch, given, state) == []


@pytest.mark.parametrize("base_branch", ["main", DETACHED])
def test_is_over_when_its_findings_are_gone_from_the_branch(base_branch: str) -> None:
    found = reasons("main", pull_request(base_branch), FindingState.RESOLVED)
    assert found == ["none of its findings is found on main now"]

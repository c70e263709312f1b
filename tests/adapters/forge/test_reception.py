"""What one forge alone has to say about checks, reviews, drafts and merges."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from debtd.adapters.forge.github.graphql import graphql_home_of
from debtd.adapters.forge.hosted.reception import reception_of
from debtd.model.errors import RepoUnusable, Retryable
from debtd.model.forge import ChecksState, ReviewState
from tests.support.forges import faults
from tests.support.forges.github import GitHubWire
from tests.support.forges.gitlab import GitLabWire
from tests.support.forges.park import Park
from tests.support.forges.site import Fault, Site
from tests.support.forges.wire import Call, Reply
from tests.support.forges.world import HostedWorld, opened


@pytest.fixture
def github(park: Park, tmp_path: Path) -> HostedWorld:
    return park.world("github", tmp_path)


@pytest.fixture
def gitlab(park: Park, tmp_path: Path) -> HostedWorld:
    return park.world("gitlab", tmp_path)


def checks(world: HostedWorld) -> ChecksState:
    return world.forge().reception(opened(world)).checks


@pytest.mark.parametrize(
    ("conclusion", "state"),
    [
        ("neutral", ChecksState.GREEN),
        ("skipped", ChecksState.GREEN),
        ("cancelled", ChecksState.RED),
        ("timed_out", ChecksState.RED),
        ("action_required", ChecksState.RED),
        ("startup_failure", ChecksState.RED),
        ("stale", ChecksState.PENDING),
        ("brilliant", ChecksState.PENDING),
    ],
)
def test_conclusions_of_github(conclusion: str, state: ChecksState, github: HostedWorld) -> None:
    made = opened(github)
    github.check(made.commit, "a", conclusion)
    github.check(made.commit, "b", "success")
    assert github.forge().reception(made).checks is state


def test_checks_on_many_pages(github: HostedWorld) -> None:
    made = opened(github)
    for number in range(220):
        github.check(made.commit, f"job {number}", "success")
    assert github.forge().reception(made).checks is ChecksState.GREEN
    github.check(made.commit, "the last", "failure")
    assert github.forge().reception(made).checks is ChecksState.RED


def test_a_github_run_is_never_debtds_own(github: HostedWorld) -> None:
    """debtd makes statuses only; a job of that name is somebody else's."""
    made = opened(github)
    github.check(made.commit, "debtd", "failure")
    assert github.forge().reception(made).checks is ChecksState.RED


def test_checks_that_may_not_be_read_are_not_green(github: HostedWorld) -> None:
    assert isinstance(github.site.wire, GitHubWire)
    github.site.wire.merging.sees_checks = False
    assert checks(github) is ChecksState.PENDING


def test_an_approval_without_a_time_counts_while_there_was_no_other_head(gitlab: HostedWorld) -> None:
    assert isinstance(gitlab.site.wire, GitLabWire)
    gitlab.site.wire.merging.tells_time = False
    made = opened(gitlab)
    gitlab.review(made.number, "ann", "approved")
    assert gitlab.forge().reception(made).review is ReviewState.APPROVED
    gitlab.make_branch(made.branch, {"b.py": b"x = 3\n"})
    gitlab.forge().read_pull_request(made)
    new = gitlab.project.pulls[0].commit
    assert gitlab.forge().reception(replace(made, commit=new)).review is ReviewState.NONE


def test_a_pipeline_that_made_no_jobs_is_a_check(gitlab: HostedWorld) -> None:
    made = opened(gitlab)
    gitlab.site.fail_at(1, adds_pipeline("failed", sha=made.commit))
    assert gitlab.forge().reception(made).checks is ChecksState.RED


def test_a_pipeline_of_a_trial_merge_is_a_check(gitlab: HostedWorld) -> None:
    made = opened(gitlab)
    gitlab.check(made.commit, "tests", "success")
    gitlab.site.fail_at(1, adds_pipeline("running", sha="d" * 40))
    assert gitlab.forge().reception(made).checks is ChecksState.PENDING


def test_a_pipeline_that_was_skipped_proves_nothing(gitlab: HostedWorld) -> None:
    made = opened(gitlab)
    gitlab.site.fail_at(1, adds_pipeline("skipped", sha=made.commit))
    assert gitlab.forge().reception(made).checks is ChecksState.NONE


def adds_pipeline(status: str, *, sha: str) -> Fault:
    """The answer about a merge request, with this pipeline."""

    def fault(site: Site, call: Call, do: Callable[[], Reply]) -> Reply:
        reply = site.wire.answer(call, site.origin)
        reply.value["head_pipeline"] = {"id": 9, "sha": sha, "status": status, "source": "merge_request_event"}
        return reply

    return fault


def test_gitlab_that_goes_on_merging_after_its_answer(gitlab: HostedWorld) -> None:
    made = opened(gitlab)
    assert isinstance(gitlab.site.wire, GitLabWire)
    gitlab.site.wire.merging.slow = 99
    for words in ("does not show pull request 1 as merged yet", "may be merged later"):
        with pytest.raises(Retryable, match=words):
            gitlab.forge().merge_pull_request(made)
    gitlab.site.wire.merging.slow = 1
    gitlab.forge().merge_pull_request(made)


def test_gitlab_says_401_to_those_who_may_not_merge(gitlab: HostedWorld) -> None:
    made = opened(gitlab)
    assert isinstance(gitlab.site.wire, GitLabWire)
    gitlab.site.wire.merging.may_merge = False
    with pytest.raises(RepoUnusable, match="may not merge into this branch; allow it for the role Developer"):
        gitlab.forge().merge_pull_request(made)


@pytest.mark.parametrize("kind", ["github", "gitea"])
def test_a_forge_that_has_to_think_is_asked_later(kind: str, park: Park, tmp_path: Path) -> None:
    world = park.world(kind, tmp_path)
    made = opened(world)
    world.site.wire.merging.busy = 1  # type: ignore[attr-defined]
    with pytest.raises(Retryable, match="may be merged later"):
        world.forge().merge_pull_request(made)
    world.forge().merge_pull_request(made)
    assert [one.state for one in world.seen()] == ["merged"]


def test_a_refusal_is_told_in_the_words_of_the_forge(github: HostedWorld) -> None:
    made = opened(github)
    github.project.refusal = "At least 2 approving reviews are required."
    with pytest.raises(RepoUnusable, match=r"may not be merged: .*405.*At least 2 approving reviews are required"):
        github.forge().merge_pull_request(made)


def test_a_person_pushes_while_debtd_merges(github: HostedWorld) -> None:
    made = opened(github)
    github.site.fail_at(0, faults.meanwhile(lambda: github.make_branch(made.branch, {"b.py": b"theirs\n"})))
    with pytest.raises(RepoUnusable, match="has another head"):
        github.forge().merge_pull_request(made)
    assert [one.state for one in github.seen()] == ["open"]


def test_a_person_merges_while_debtd_merges(github: HostedWorld) -> None:
    made = opened(github)
    github.site.fail_at(0, faults.meanwhile(lambda: github.end(made.number, "ann", "merged")))
    github.forge().merge_pull_request(made)


def test_a_graphql_fault_is_told(github: HostedWorld) -> None:
    made = opened(github, draft=True)
    words = {"data": None, "errors": [{"type": "FORBIDDEN", "message": "Resource not accessible by integration"}]}
    github.site.fail_at(2, lambda site, call, do: Reply(200, words))
    with pytest.raises(RepoUnusable, match=r"refused a change \(Resource not accessible by integration\)"):
        github.forge().mark_ready(made)
    limited = {"errors": [{"type": "RATE_LIMITED", "message": "slow down"}]}
    github.site.fail_at(2, lambda site, call, do: Reply(200, limited))
    with pytest.raises(Retryable, match="asks for fewer calls"):
        github.forge().mark_ready(made)


@pytest.mark.parametrize(
    ("rest", "home"),
    [
        ("https://api.github.com", "https://api.github.com"),
        ("https://api.acme.ghe.com", "https://api.acme.ghe.com"),
        ("https://git.example.org/api/v3", "https://git.example.org/api"),
    ],
)
def test_where_graphql_is(rest: str, home: str) -> None:
    assert graphql_home_of(rest) == home


def test_an_author_does_not_approve_the_own_pull_request() -> None:
    words = {"bot": ReviewState.APPROVED}
    assert reception_of([], words, "bot").review is ReviewState.NONE
    assert reception_of([], words, "ann").review is ReviewState.APPROVED

"""Two at once, people in between, and pull requests that look like debtd's and are not."""

from dataclasses import replace
from pathlib import Path

import pytest

from debtd.model.errors import RepoUnusable, Retryable
from tests.contracts.forge_case import HOSTED
from tests.support.forges import faults
from tests.support.forges.park import Park
from tests.support.forges.project import BOT
from tests.support.forges.world import KEY, HostedWorld, again, branched, opened


@pytest.fixture(params=HOSTED)
def world(request: pytest.FixtureRequest, park: Park, tmp_path: Path) -> HostedWorld:
    return park.world(request.param, tmp_path)


def test_a_second_daemon_between_the_look_and_the_creation(world: HostedWorld) -> None:
    recorded = branched(world)
    others: list[int] = []
    world.site.fail_at(0, faults.meanwhile(lambda: others.append(world.forge().ensure_pull_request(recorded).number)))
    mine = world.forge().ensure_pull_request(recorded)
    assert [mine.number] == others
    assert len(world.seen()) == 1


def test_a_second_daemon_while_lists_are_stale(world: HostedWorld) -> None:
    """The forge says that there is one and does not show it: later, not another one."""
    recorded = branched(world)
    opened_by_other = world.forge().ensure_pull_request(recorded)
    world.project.hide(opened_by_other.number, 3600)
    with pytest.raises(Retryable, match="does not list it yet"):
        world.forge().ensure_pull_request(recorded)
    assert len(world.seen()) == 1
    world.clock.advance(3600)
    assert world.forge().ensure_pull_request(recorded).number == opened_by_other.number


def test_a_pull_request_of_somebody_else_from_our_branch(world: HostedWorld) -> None:
    recorded = branched(world)
    world.project.open_pull(recorded.branch, "main", "Mine", "No mark.", "ann")
    with pytest.raises(RepoUnusable, match="is not debtd's; close it, or rename its branch"):
        world.forge().ensure_pull_request(recorded)
    assert len(world.seen()) == 1


def test_a_pull_request_of_another_key_from_our_branch(world: HostedWorld) -> None:
    recorded = branched(world)
    world.project.open_pull(recorded.branch, "main", "x", f"<!-- debtd-key: {'0' * 40} -->", BOT)
    with pytest.raises(RepoUnusable, match="is not debtd's"):
        world.forge().ensure_pull_request(recorded)


def test_a_fork_with_our_branch_name_and_our_mark(world: HostedWorld) -> None:
    recorded = branched(world)
    pull = world.project.open_pull(recorded.branch, "main", "x", recorded.body, "stranger")
    pull.fork = "stranger/shop"
    made = world.forge().ensure_pull_request(recorded)
    assert made.number != pull.number
    assert world.forge().ensure_pull_request(again(made)).number == made.number


def test_a_foreign_one_that_is_closed_is_no_obstacle(world: HostedWorld) -> None:
    recorded = branched(world)
    world.project.open_pull(recorded.branch, "main", "x", "No mark.", "ann").state = "closed"
    assert world.forge().ensure_pull_request(recorded).number == 2


def test_a_closed_one_is_found_behind_many_others(world: HostedWorld) -> None:
    """The tombstone stands on the third page of the list."""
    made = opened(world)
    world.end(made.number, "ann", "closed")
    for _ in range(230):
        world.project.open_pull(made.branch, "main", "x", "No mark.", "ann").state = "closed"
    after = world.forge().ensure_pull_request(again(made))
    assert (after.number, after.state.value) == (made.number, "rejected")


def test_a_title_and_a_body_that_people_changed(world: HostedWorld) -> None:
    made = opened(world)
    pull = world.project.pulls[0]
    pull.title, pull.body = "Entirely another title", f"My own words.\r\n\r\n<!-- debtd-key: {KEY} -->"
    assert world.forge().ensure_pull_request(again(made)).number == made.number
    pull.body = "The mark is gone."
    assert world.forge().ensure_pull_request(made).number == made.number, "by its number"
    with pytest.raises(RepoUnusable, match="is not debtd's"):
        world.forge().ensure_pull_request(again(made))


def test_a_number_of_another_forge(world: HostedWorld) -> None:
    made = opened(world)
    world.project.open_pull("feature", "main", "x", "y", "ann")
    elsewhere = replace(made, number=2, url="https://old.example/pull/2")
    with pytest.raises(RepoUnusable, match=r"another one than https://old\.example/pull/2"):
        world.forge().close_pull_request(elsewhere, "x")
    assert world.seen()[1].state == "open"


def test_a_branch_without_commits_or_without_itself(world: HostedWorld) -> None:
    recorded = replace(branched(world), branch="not-there")
    with pytest.raises(RepoUnusable):
        world.forge().ensure_pull_request(recorded)
    assert world.seen() == []


def test_a_person_closes_it_while_debtd_closes_it(world: HostedWorld) -> None:
    made = opened(world)
    world.site.fail_at(0, faults.meanwhile(lambda: world.end(made.number, "ann", "closed")))
    world.forge().close_pull_request(made, "gone")
    assert world.seen()[0].state == "closed"


def test_a_person_pushes_while_debtd_deletes_the_branch(world: HostedWorld) -> None:
    made = opened(world)
    world.make_branch(made.branch, {"b.py": b"by hand\n"})
    assert world.forge().delete_branch(made) is False
    assert made.branch in world.branches()


def test_another_account_of_debtds_does_not_repeat_itself(world: HostedWorld) -> None:
    """The token was replaced by one of a new account, which has told already that a person's commit is left alone."""
    made = opened(world)
    world.project.pulls[0].author = "debtd-old"
    for _ in range(3):
        world.forge().ensure_comment(made, "hands-off", "Hands off.")
    assert len(world.seen()[0].comments) == 1


def issue(world: HostedWorld) -> int:
    return world.forge().ensure_issue(world.repository, "dashboard", "debtd", "x").number


def test_a_second_daemon_creates_the_issue_between_the_look_and_the_creation(world: HostedWorld) -> None:
    """Forges let everybody create as many as they like: the lowest number stays, the other is closed."""
    others: list[int] = []
    world.site.fail_at(1, faults.meanwhile(lambda: others.append(issue(world))))
    assert [issue(world)] == others
    assert [state for _, state, _ in world.issues()] == ["open", "closed"]


def test_two_issues_that_no_list_showed_in_time(world: HostedWorld) -> None:
    issue(world)
    world.project.hide(1, 3600)
    issue(world)
    assert [state for _, state, _ in world.issues()] == ["open", "open"]
    world.clock.advance(3600)
    assert issue(world) == 1
    assert [state for _, state, _ in world.issues()] == ["open", "closed"]


def test_an_issue_that_lists_do_not_show_yet_is_not_made_again_by_the_same_daemon(world: HostedWorld) -> None:
    world.project.freeze_lists(3600)
    forge = world.forge()
    for text in ("one", "two"):
        forge.ensure_issue(world.repository, "dashboard", "debtd", text)
    assert [body.splitlines()[-1] for _, _, body in world.issues()] == ["two"]


def test_an_issue_that_people_deleted_is_made_again(world: HostedWorld) -> None:
    forge = world.forge()
    forge.ensure_issue(world.repository, "dashboard", "debtd", "x")
    world.project.issues.clear()
    assert forge.ensure_issue(world.repository, "dashboard", "debtd", "x").is_open
    assert len(world.issues()) == 1


def test_people_close_the_issue_while_debtd_writes_it(world: HostedWorld) -> None:
    number = issue(world)
    world.site.fail_at(1, faults.meanwhile(lambda: world.close_issue(number)))
    world.forge().ensure_issue(world.repository, "dashboard", "debtd", "y")
    assert [state for _, state, _ in world.issues()] == ["closed"]


def test_a_person_makes_it_ready_while_debtd_does(world: HostedWorld) -> None:
    made = opened(world, draft=True)

    def by_hand() -> None:
        pull = world.project.pulls[0]
        pull.draft, pull.title = False, pull.title.removeprefix("Draft: ").removeprefix("WIP: ")

    world.site.fail_at(0, faults.meanwhile(by_hand))
    world.forge().mark_ready(made)
    assert [one.draft for one in world.seen()] == [False]

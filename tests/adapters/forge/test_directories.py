"""What the credentials see and may do, and how busy the checks are, forge by forge."""

from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest

from debtd.adapters.forge.github import directory as github
from debtd.adapters.forge.gitlab import connect as gitlab
from debtd.model.errors import ConfigError, Retryable
from debtd.model.forge_settings import ForgeSettings
from debtd.ports import Directory
from debtd.wiring.forges import check_forge, connect
from tests.contracts.forge_case import HOSTED
from tests.support.command import ROOT
from tests.support.forges import faults
from tests.support.forges.gitea import GiteaWire
from tests.support.forges.gitlab import GitLabWire
from tests.support.forges.park import Park
from tests.support.forges.project import BOT, Check
from tests.support.forges.world import HostedWorld, again, opened


@pytest.fixture(params=HOSTED)
def world(request: pytest.FixtureRequest, park: Park, tmp_path: Path) -> HostedWorld:
    return park.world(request.param, tmp_path)


def directory(world: HostedWorld, *, issues: bool = False, merging: bool = False) -> Directory:
    clock = world.clock
    return connect(
        world.settings, world.forge_settings, clock=clock, sleep=clock.sleep, issues=issues, merging=merging
    ).directory


def wrong(world: HostedWorld, **uses: bool) -> list[str]:
    return [fact.name for fact in directory(world, **uses).check_access(world.project.path) if not fact.ok]


def test_all_repositories_of_an_owner(world: HostedWorld) -> None:
    for number in range(120):
        world.site.add_listed(f"acme/more{number}", topics=["debtd"] if number < 3 else [])
    world.project.archived = world.project.fork = True
    found = directory(world).repositories("acme")
    assert len(found) == 121
    (mine,) = [one for one in found if one.project == world.project.path]
    assert (mine.url, mine.default_branch) == (f"{world.repository.source}.git", "main")
    assert (mine.archived, mine.fork) == (True, True)
    assert [one.project for one in directory(world).repositories("acme", "debtd")] == [
        f"acme/more{n}" for n in range(3)
    ]
    assert world.site.violations == []


def test_the_least_rights_are_enough(world: HostedWorld) -> None:
    world.project.people[BOT] = "write"
    assert wrong(world) == []
    assert world.site.violations == []


def test_missing_rights_are_named(world: HostedWorld) -> None:
    world.project.people[BOT] = "read"
    assert wrong(world) == [f"push to {world.project.path}"]


def test_an_archived_repository_is_named(world: HostedWorld) -> None:
    world.project.archived = True
    assert wrong(world) == [f"{world.project.path} takes changes"]


def test_issues_are_looked_at_only_where_debtd_keeps_one(world: HostedWorld) -> None:
    assert wrong(world, issues=True) == []
    world.project.has_issues = False
    assert wrong(world) == []
    assert wrong(world, issues=True) == [f"issues of {world.project.path}"]
    assert world.site.violations == []


@pytest.mark.parametrize("kind", ["gitlab", "gitea"])
def test_the_protection_of_the_branch_is_looked_at_only_where_debtd_merges(
    kind: str, park: Park, tmp_path: Path
) -> None:
    world = park.world(kind, tmp_path)
    assert wrong(world, merging=True) == []
    world.project.protected = True
    assert wrong(world) == []
    assert wrong(world, merging=True) == [f"merge into main of {world.project.path}"]
    assert world.site.violations == []


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_too_many_rights_are_named(kind: str, park: Park, tmp_path: Path) -> None:
    world = park.world(kind, tmp_path)
    world.project.people[BOT] = "admin"
    assert len(wrong(world)) == 1


@pytest.mark.parametrize(("scopes", "names"), [(["read_api"], ["scope api"]), (["api", "sudo"], ["scope sudo"])])
def test_scopes_of_gitlab(scopes: list[str], names: list[str], park: Park, tmp_path: Path) -> None:
    world = park.world("gitlab", tmp_path)
    assert isinstance(world.site.wire, GitLabWire)
    world.site.wire.scopes = scopes
    assert wrong(world) == names


def test_gitea_tells_rights_to_administrators_only(park: Park, tmp_path: Path) -> None:
    """Unknown is no permission: commands in comments then do nothing, but the owner's."""
    world = park.world("gitea", tmp_path)
    assert isinstance(world.site.wire, GiteaWire)
    world.site.wire.sees_rights = False
    made = opened(world)
    for author in ("ann", "acme"):
        world.comment(made.number, author, "/debtd rebase")
    assert [(c.author, c.may_write) for c in world.forge().comments(made)] == [("ann", False), ("acme", True)]


def test_an_old_gitea_that_knows_no_head(park: Park, tmp_path: Path) -> None:
    world = park.world("gitea", tmp_path)
    assert isinstance(world.site.wire, GiteaWire)
    world.site.wire.knows_head = False
    made = opened(world)
    for _ in range(120):
        world.project.open_pull("other", "main", "t", "b", "ann").state = "closed"
    assert world.forge().ensure_pull_request(again(made)).number == made.number


def test_doctor_tells_a_forge_that_is_down(world: HostedWorld) -> None:
    for call in range(4):
        world.site.fail_at(call, faults.answers(502))
    with pytest.raises(Retryable):
        check_forge(world.settings, world.forge_settings, clock=world.clock, sleep=world.clock.sleep)
    world.site.fail_at(0, faults.answers(401))
    with pytest.raises(ConfigError, match="does not accept debtd's credential"):
        check_forge(world.settings, world.forge_settings, clock=world.clock, sleep=world.clock.sleep)


def test_how_busy_the_checks_are(world: HostedWorld) -> None:
    made = opened(world)
    now = world.clock.now()
    began = now - timedelta(hours=1)
    main = world.project.base_commit
    world.project.checks = [
        Check(main, "completed", began, began + timedelta(seconds=90)),
        Check(made.commit, "completed", began, began + timedelta(seconds=600)),
        Check(made.commit, "queued", began, None),
    ]
    load = world.forge().ci_load(world.repository)
    assert (load.queued, load.running, sorted(load.latencies_seconds)) == (1, 0, [90, 600])
    assert world.site.violations == []


def test_no_checks_at_all(world: HostedWorld) -> None:
    load = world.forge().ci_load(world.repository)
    assert (load.queued, load.running, load.latencies_seconds) == (0, 0, ())


def test_the_page_names_every_right_that_is_refused() -> None:
    page = (ROOT / "docs/reference/forges.md").read_text()
    refused = {*github._NEVER, *github._NEVER_SCOPES, *gitlab._NEVER_SCOPES} - {"site_admin"}
    assert [name for name in sorted(refused) if f"`{name}`" not in page] == []


def test_the_page_names_every_key() -> None:
    page = (ROOT / "docs/reference/forges.md").read_text()
    assert [field.name for field in fields(ForgeSettings) if f"`{field.name}`" not in page] == []

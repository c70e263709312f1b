"""Discovery: what a forge lists, and why some of it is left out. Over all forges, and against hostile lists."""

from dataclasses import replace
from pathlib import Path

import pytest

from debtd.adapters.git import GitWorkspaces
from debtd.model.discovery import Discovery, discovery
from debtd.model.enrolment import EnrolmentState
from debtd.model.forge import ListedRepository
from debtd.model.forge_settings import forge_settings
from debtd.pipeline.discover import discover, enrol_found, reason_to_leave_out
from debtd.settings import Settings
from debtd.wiring.durable import open_store
from debtd.wiring.forges import connect
from tests.support.forges.fixtures import park
from tests.support.forges.park import Park
from tests.support.samples import FixedClock

__all__ = ["park"]

HUB = forge_settings({"kind": "github", "repositories": ["acme/*"], "token_env": "T"}, "t")
WANTED = discovery({"owner": "acme", "include": ["*"], "exclude": ["secret-*"]}, [HUB], "t")


def listed(project: str, **values: object) -> ListedRepository:
    given = ListedRepository(
        project=project, url="https://evil.example/x.git", default_branch="main", archived=False, fork=False, topics=()
    )
    return replace(given, **values)  # type: ignore[arg-type]


class Listing:
    """A directory that lists what a test says."""

    def __init__(self, *repositories: ListedRepository) -> None:
        self._repositories = repositories

    def repositories(self, owner: str, topic: str = "") -> tuple[ListedRepository, ...]:
        return self._repositories

    def check_access(self, project: str | None = None) -> tuple[()]:
        return ()


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (listed("acme/shop"), ""),
        (listed("ACME/Shop"), ""),
        (listed("acme/shop", archived=True), "it is archived"),
        (listed("acme/shop", fork=True), "it is a fork"),
        (listed("acme/shop", default_branch=""), "it is empty"),
        (listed("acme/secret-x"), "the patterns of [[discover]] do not name it"),
        (listed("beta/shop"), "it does not belong to acme"),
        (listed("acme-evil/shop"), "it does not belong to acme"),
        (listed("acme/../../etc"), "its name is not one that debtd can use"),
        (listed("acme/a..b"), "its name is not one that debtd can use"),
        (listed("acme/-upload-pack=x"), "its name is not one that debtd can use"),
        (listed("acme/x?y#z"), "its name is not one that debtd can use"),
        (listed("acme/\u202eshop"), "its name is not one that debtd can use"),
        (listed("acme/x\n[[forge]]"), "its name is not one that debtd can use"),
        (listed("acme/" + "x" * 300), "its name is not one that debtd can use"),
        (listed(""), "its name is not one that debtd can use"),
    ],
)
def test_what_is_left_out_and_why(one: ListedRepository, reason: str) -> None:
    assert reason_to_leave_out(one, WANTED) == reason


def test_archived_ones_and_forks_when_asked_for() -> None:
    wanted = replace(WANTED, archived=True, forks=True)
    assert reason_to_leave_out(listed("acme/shop", archived=True, fork=True), wanted) == ""


def test_what_no_forge_may_publish_is_told() -> None:
    narrow = replace(WANTED, forge=replace(HUB, repositories=("acme/lib-*",)))
    assert "no `repositories` pattern" in reason_to_leave_out(listed("acme/shop"), narrow)


def test_urls_come_from_the_settings_and_never_from_the_list(tmp_path: Path) -> None:
    with open_store(Settings(state_dir=tmp_path)) as store:
        found = discover(WANTED, Listing(listed("acme/shop")), store, GitWorkspaces(tmp_path))
    assert [one.source for one in found.new] == ["https://github.com/acme/shop"]


def test_twice_is_once_and_a_no_is_remembered(tmp_path: Path) -> None:
    clock = FixedClock()
    workspaces = GitWorkspaces(tmp_path)
    directory = Listing(listed("acme/shop"), listed("acme/Shop"), listed("acme/lib"))
    with open_store(Settings(state_dir=tmp_path)) as store:
        store.ensure_repository(workspaces.identify("https://github.com/acme/lib.git"))
        for _ in range(2):
            found = discover(WANTED, directory, store, workspaces)
            enrol_found(found.new, WANTED, store, clock)
        sources = {one.source for one in store.repositories()}
        assert sources == {"https://github.com/acme/lib.git", "https://github.com/acme/shop"}
        first = store.enrolments()[0]
        assert (first.state, first.reason) == (EnrolmentState.FOUND, "found in acme on https://github.com")
        store.save_enrolment(replace(first, state=EnrolmentState.OPTED_OUT, number=7))
        found = discover(WANTED, directory, store, workspaces)
        enrol_found((*found.new, *found.known), WANTED, store, clock)
        assert (found.new, store.enrolments()[0].state) == ((), EnrolmentState.OPTED_OUT)


def test_what_is_not_listed_any_more_is_told_and_stays(tmp_path: Path) -> None:
    workspaces = GitWorkspaces(tmp_path)
    with open_store(Settings(state_dir=tmp_path)) as store:
        enrol_found(discover(WANTED, Listing(listed("acme/shop")), store, workspaces).new, WANTED, store, FixedClock())
        gone = discover(WANTED, Listing(), store, workspaces)
        assert gone.vanished == ("https://github.com/acme/shop",)
        assert discover(WANTED, Listing(listed("acme/shop", archived=True)), store, workspaces).vanished == ()
        assert len(store.enrolments()) == 1


@pytest.mark.parametrize("kind", ["github", "gitlab", "gitea"])
def test_over_every_forge(kind: str, park: Park, tmp_path: Path) -> None:
    world = park.world(kind, tmp_path)
    for name, topics in (("lib-a", ["pay"]), ("lib-b", []), ("old", []), ("copy", [])):
        world.site.add_listed(f"acme/{name}", topics)
    world.site.projects["acme/old"].archived = True
    world.site.projects["acme/copy"].fork = True
    wanted = Discovery(forge=world.forge_settings, owner="acme", exclude=("lib-b",))
    directory = connect(world.settings, world.forge_settings, clock=world.clock, sleep=world.clock.sleep).directory
    with open_store(world.settings) as store:
        found = discover(wanted, directory, store, world.workspaces())
        topical = discover(replace(wanted, topic="pay"), directory, store, world.workspaces())
    origin = world.site.origin
    assert f"{origin}/acme/lib-a" in [one.source for one in found.new]
    assert {left.project: left.reason for left in found.left_out} == {
        "acme/lib-b": "the patterns of [[discover]] do not name it",
        "acme/old": "it is archived",
        "acme/copy": "it is a fork",
    }
    assert [one.source for one in topical.new] == [f"{origin}/acme/lib-a"]
    assert world.site.violations == []

"""git over https with a token: it works, and nobody else sees the token."""

import os
from base64 import b64encode
from pathlib import Path

import pytest

from debtd.adapters.git.access import GitAccess, private_settings, reach
from debtd.adapters.git.process import Command
from debtd.adapters.git.workspaces import GitWorkspaces
from debtd.model.errors import ConfigError, RepoUnusable
from debtd.model.secret import Secret
from tests.support.forges.park import Park
from tests.support.forges.site import TOKEN
from tests.support.forges.world import HostedWorld, committed
from tests.support.git_repo import git

PAIR = b64encode(f"x-access-token:{TOKEN}".encode())


@pytest.fixture
def world(park: Park, tmp_path: Path) -> HostedWorld:
    return park.world("github", tmp_path)


def visible_secrets() -> list[str]:
    """Where the token stands in the arguments or the environment of any process of this machine."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            try:
                data = (process / name).read_bytes()
            except OSError:
                continue
            if (TOKEN.encode() in data or PAIR in data) and process.name != str(os.getpid()):
                found.append(f"{process.name}/{name}: {data[:200]!r}")
    return found


def test_fetch_and_push_while_others_look(world: HostedWorld) -> None:
    """The server looks at all processes while git waits for its answer."""
    seen: list[list[str]] = []
    world.site.on_git = lambda: seen.append(visible_secrets())
    workspaces = world.workspaces()
    recorded = committed(world, workspaces)
    workspaces.push_new_branch(world.repository, recorded.commit, recorded.branch, f"{world.repository.source}.git")
    assert world.project.branch_commit(recorded.branch) == recorded.commit
    assert len(seen) >= 5
    assert [found for found in seen if found] == []


def test_nothing_is_kept_on_disk(world: HostedWorld) -> None:
    workspaces = world.workspaces()
    recorded = committed(world, workspaces)
    workspaces.push_new_branch(world.repository, recorded.commit, recorded.branch, f"{world.repository.source}.git")
    for path in world.state_dir.rglob("*"):
        if path.is_file():
            assert TOKEN.encode() not in path.read_bytes()
            assert PAIR not in path.read_bytes()


def test_without_a_credential_nothing_is_read(world: HostedWorld) -> None:
    access = GitAccess(username="x", password=Secret("wrong-token-000"), ca_file=str(world.site.ca_file))
    workspaces = GitWorkspaces(world.state_dir, lambda url: access)
    with pytest.raises(RepoUnusable, match="did not let debtd in") as error:
        workspaces.ensure_mirror(world.repository)
    assert "wrong-token" not in str(error.value)


def test_an_unknown_authority_is_refused(world: HostedWorld) -> None:
    access = GitAccess(username="x", password=Secret(TOKEN))
    with pytest.raises(RepoUnusable, match="certificate"):
        GitWorkspaces(world.state_dir, lambda url: access).ensure_mirror(world.repository)
    assert world.site.git_calls == []


def test_the_credential_is_for_one_host(world: HostedWorld) -> None:
    """git itself binds it: what is set up for one host is not sent to another."""
    access = GitAccess(username="x", password=Secret(TOKEN), ca_file=str(world.site.ca_file))
    there = world.repository.source
    command = Command(
        arguments=("ls-remote", "--", there, "HEAD"), what="reach", where=there, directory=Path("/"),
        protocols="https", settings=(f"http.sslCAInfo={world.site.ca_file}",),
    )  # fmt: skip
    assert reach(command, there, lambda url: access) != b""
    with pytest.raises(RepoUnusable, match="did not let debtd in"):
        reach(command, "https://git.example.org/acme/shop", lambda url: access)


def test_a_replay_is_a_no_op_and_another_branch_is_left(world: HostedWorld) -> None:
    workspaces = world.workspaces()
    recorded = committed(world, workspaces)
    remote = f"{world.repository.source}.git"
    for _ in range(2):
        workspaces.push_new_branch(world.repository, recorded.commit, recorded.branch, remote)
    git(world.project.folder, "update-ref", f"refs/heads/{recorded.branch}", world.project.base_commit)
    with pytest.raises(RepoUnusable, match="another commit"):
        workspaces.push_new_branch(world.repository, recorded.commit, recorded.branch, remote)


@pytest.mark.parametrize(
    "url", ["http://host/x", "ssh://host/x", "/path", "https:///x", "https://ho\nst/x", 'https://h"/x']
)
def test_only_whole_https_addresses(url: str) -> None:
    with pytest.raises(ConfigError) as error:
        private_settings(url, GitAccess(username="x", password=Secret(TOKEN)))
    assert TOKEN not in str(error.value)

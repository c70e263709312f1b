"""`debtd run` to a forge, as an operator sets it up; and what happens when nobody did."""

from pathlib import Path

import pytest

from tests.support.command import Ran, debtd
from tests.support.forges.fixtures import park
from tests.support.forges.github import GitHubWire
from tests.support.forges.park import Park
from tests.support.forges.site import TOKEN
from tests.support.forges.world import HostedWorld

__all__ = ["park"]

MODERN = b'[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\n'
RULE = "class-inherits-object"
CREATE = "debtd.adapters.forge.github.api:GitHubApi.create"
STATE = "debtd.adapters.db.store:SqlStore.save_pull_request"


@pytest.fixture
def world(park: Park, tmp_path: Path) -> HostedWorld:
    world = park.world("github", tmp_path)
    world.make_branch("main", {"shop.py": b"class Basket(object):\n    pass\n", "pyproject.toml": MODERN})
    write_config(world, tmp_path, [world.project.path])
    return world


def write_config(world: HostedWorld, folder: Path, repositories: list[str], kind: str = "github") -> None:
    (folder / "token").chmod(0o600)
    (folder / "debtd.toml").write_text(
        f'[[forge]]\nkind = "{kind}"\nbase_url = "{world.site.origin}"\nrepositories = {repositories}\n'
        f'token_file = "{folder}/token"\nca_file = "{world.site.ca_file}"\n'
    )


def run(world: HostedWorld, folder: Path, *arguments: str, killed_at: str = "") -> Ran:
    options: list[str | Path] = ["--config", folder / "debtd.toml", "--state-dir", folder / "state"]
    return debtd(folder, "run", world.repository.source, "--rule", RULE, *options, *arguments, killed_at=killed_at)


def secret_files(folder: Path) -> list[Path]:
    return [path for path in (folder / "state").rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()]


def test_a_pull_request_on_the_forge(world: HostedWorld, tmp_path: Path) -> None:
    ran = [run(world, tmp_path) for _ in range(2)]
    assert [one.code for one in ran] == [0, 0], ran[0].err + ran[1].err
    (pull,) = world.project.pulls
    assert (pull.title, pull.state, pull.base) == (f"Fix {RULE}: 1 place in shop.py", "open", "main")
    assert world.branches() == [pull.head, "main"]
    assert world.site.violations == []
    options = ("--config", tmp_path / "debtd.toml", "--state-dir", tmp_path / "state")
    (listed,) = debtd(tmp_path, "pr", "list", "--format", "json", *options).json()
    assert listed["url"] == f"{world.site.origin}/{world.project.path}/pull/{pull.number}"
    key = pull.head.rpartition("/")[2]
    rejected = debtd(tmp_path, "pr", "reject", key, "--reason", "not now", *options)
    assert rejected.code == 0, rejected.err
    assert (pull.state, [note.body.splitlines()[-1] for note in pull.notes]) == ("closed", ["Closed by debtd: not now"])
    assert run(world, tmp_path).code == 0
    assert len(world.project.pulls) == 1, "a no is remembered"
    assert secret_files(tmp_path) == []
    assert all(TOKEN not in one.out + one.err for one in (*ran, rejected))


@pytest.mark.parametrize("moment", [f"{CREATE}@before#1", f"{CREATE}@after#1", f"{STATE}@before#2"])
def test_killed_while_it_publishes(moment: str, world: HostedWorld, tmp_path: Path) -> None:
    assert run(world, tmp_path, killed_at=moment).code == -9
    assert run(world, tmp_path).code == 0
    assert [pull.state for pull in world.project.pulls] == ["open"]
    assert len(world.branches()) == 2


def test_the_local_forge_when_the_operator_says_so(world: HostedWorld, tmp_path: Path) -> None:
    assert run(world, tmp_path, "--forge", "local").code == 0
    assert world.site.calls == []
    assert world.branches() == ["main"]
    assert list((tmp_path / "state" / "forge").rglob("1.json"))


def test_a_repository_that_no_forge_names_stays_here(world: HostedWorld, tmp_path: Path) -> None:
    write_config(world, tmp_path, ["acme/other"])
    ran = run(world, tmp_path, "--forge", "github")
    assert ran.code == 4
    assert "no [[forge]] of kind 'github' in debtd.toml names" in ran.err
    assert (world.site.calls, world.branches()) == ([], ["main"])


@pytest.mark.parametrize("kind", ["gitlab", "gitpit"])
def test_a_forge_that_is_not_set_up(kind: str, world: HostedWorld, tmp_path: Path) -> None:
    ran = run(world, tmp_path, "--forge", kind)
    assert (ran.code, len(ran.err.strip().splitlines())) == (4, 1)
    assert world.branches() == ["main"]


@pytest.mark.parametrize(
    ("scopes", "role", "code", "words"),
    [
        ("repo", "write", 0, "ok    forge github"),
        ("repo, workflow", "write", 4, "scope workflow: debtd must not have it"),
        ("repo", "read", 4, "push to {}: missing; give the account the role Write"),
        ("repo", "admin", 4, "no administration of {}: an administrator; Write is enough"),
    ],
)
def test_doctor(scopes: str, role: str, code: int, words: str, world: HostedWorld, tmp_path: Path) -> None:
    assert isinstance(world.site.wire, GitHubWire)
    world.site.wire.scopes = scopes
    world.project.people["debtd-bot"] = role
    ran = debtd(tmp_path, "doctor", "--config", tmp_path / "debtd.toml", "--state-dir", tmp_path / "state")
    assert (ran.code, words.format(world.project.path) in ran.out) == (code, True), ran.out + ran.err
    assert TOKEN not in ran.out + ran.err


def test_doctor_sees_a_token_that_everybody_can_read(world: HostedWorld, tmp_path: Path) -> None:
    (tmp_path / "token").chmod(0o644)
    ran = debtd(tmp_path, "doctor", "--config", tmp_path / "debtd.toml", "--state-dir", tmp_path / "state")
    assert "can be read by others; chmod 600 it" in ran.out


def test_settings_that_are_wrong(tmp_path: Path) -> None:
    (tmp_path / "debtd.toml").write_text('[forge]\nkind = "github"\nrepositories = ["*"]\ntoken = "x"')
    ran = debtd(tmp_path, "doctor", "--config", tmp_path / "debtd.toml", "--state-dir", tmp_path / "state")
    assert (ran.code, "unknown key 'token' in [[forge]]" in ran.err) == (4, True), ran.err


@pytest.mark.parametrize("token", [None, "", "two words"])
def test_a_token_file_that_holds_none(token: str | None, world: HostedWorld, tmp_path: Path) -> None:
    (tmp_path / "token").unlink()
    if token is not None:
        (tmp_path / "token").write_text(token)
    ran = run(world, tmp_path)
    assert (ran.code, len(ran.err.strip().splitlines())) == (4, 1), ran.err
    assert not token or token not in ran.err

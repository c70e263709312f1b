"""A GitHub App: signed assertions, tokens for one repository, renewed in time."""

from datetime import timedelta
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from debtd.adapters.forge.github.connect import api_url_of
from debtd.model.errors import ConfigError, RepoUnusable
from debtd.wiring.forges import check_forge, connect, git_access
from tests.support.forges import faults
from tests.support.forges.github import APP_TOKEN, GitHubWire
from tests.support.forges.park import Park
from tests.support.forges.world import HostedWorld, opened

_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_PEM = _KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()


@pytest.fixture
def world(park: Park, tmp_path: Path) -> HostedWorld:
    key_file = tmp_path / "app.pem"
    key_file.write_text(_PEM)
    key_file.chmod(0o600)
    world = park.world("github", tmp_path, app_id="7", private_key_file=str(key_file))
    world.site.tokens.add(APP_TOKEN)
    return world


def wire_of(world: HostedWorld) -> GitHubWire:
    wire = world.site.wire
    assert isinstance(wire, GitHubWire)
    return wire


def test_a_pull_request_by_the_app(world: HostedWorld) -> None:
    made = opened(world)
    world.forge().ensure_comment(made, "hello", "Hello.")
    world.forge().ensure_comment(made, "hello", "Hello again.")
    assert [len(one.comments) for one in world.seen()] == [1]
    create = next(call for call in world.site.calls if call.method == "POST" and call.path.endswith("/pulls"))
    assert create.headers["authorization"] == f"Bearer {APP_TOKEN}"
    assert world.site.violations == []


def test_tokens_are_for_one_repository_and_three_rights(world: HostedWorld) -> None:
    opened(world)
    name = world.project.path.partition("/")[2]
    permissions = {"contents": "write", "pull_requests": "write", "metadata": "read"}
    assert wire_of(world).issued == [{"repositories": [name], "permissions": permissions}]


@pytest.mark.parametrize(
    ("granted", "asked"),
    [
        ({"issues": "write", "workflows": "write"}, {"issues": "write"}),
        ({"issues": "read"}, {}),
        ({"statuses": "read", "checks": "read"}, {"statuses": "read", "checks": "read"}),
        ({"statuses": "write", "checks": "write"}, {"statuses": "write", "checks": "read"}),
    ],
)
def test_what_an_operator_granted_beyond_that_is_used_when_it_is_useful(
    granted: dict[str, str], asked: dict[str, str], world: HostedWorld
) -> None:
    least = dict(wire_of(world).app_permissions)
    wire_of(world).app_permissions |= granted
    opened(world)
    (issued,) = wire_of(world).issued
    assert issued["permissions"] == least | asked


@pytest.mark.parametrize(
    ("uses", "missing"),
    [
        ({}, []),
        ({"issues": True}, ["permission issues: missing; give the App `issues: write`"]),
        (
            {"merging": True},
            [f"permission {name}: missing; give the App `{name}: read`" for name in ("checks", "statuses")],
        ),
    ],
)
def test_doctor_wants_more_only_for_what_is_on(uses: dict[str, bool], missing: list[str], world: HostedWorld) -> None:
    told = ""
    try:
        check_forge(world.settings, world.forge_settings, clock=world.clock, sleep=world.clock.sleep, **uses)
    except ConfigError as error:
        told = str(error)
    assert told == "; ".join(missing)


def test_an_issue_without_the_right_to_write_one(world: HostedWorld) -> None:
    wire_of(world).issues.allowed = False
    with pytest.raises(RepoUnusable, match="give debtd the right to write them, or do without"):
        world.forge().ensure_issue(world.repository, "dashboard", "debtd", "x")
    assert opened(world).number == 1


def test_a_draft_made_ready_by_the_app(world: HostedWorld) -> None:
    made = opened(world, draft=True)
    world.forge().mark_ready(made)
    assert [one.draft for one in world.seen()] == [False]
    assert world.site.calls[-1].headers["authorization"] == f"Bearer {APP_TOKEN}"


def test_the_assertion_is_signed_and_short_lived(world: HostedWorld) -> None:
    now = world.clock.now()
    opened(world)
    unchecked: jwt.types.Options = {"verify_exp": False, "verify_iat": False}
    token = wire_of(world).assertions[0]
    claims = jwt.decode(token, _KEY.public_key(), algorithms=["RS256"], options=unchecked)
    assert claims["iss"] == "7"
    assert claims["iat"] == int((now - timedelta(seconds=60)).timestamp())
    assert claims["exp"] - claims["iat"] <= 600, "GitHub allows ten minutes"


def test_a_token_is_used_again_and_renewed_before_it_ends(world: HostedWorld) -> None:
    made = opened(world)
    wire_of(world).issued.clear()
    forge = world.forge()
    for minutes in (0, 50, 6, 1):
        world.clock.advance(minutes * 60)
        forge.read_pull_request(made)
    assert len(wire_of(world).issued) == 2


def test_git_gets_the_tokens_too(world: HostedWorld) -> None:
    access = git_access(world.settings, clock=world.clock, sleep=world.clock.sleep)(f"{world.repository.source}.git")
    assert access is not None
    assert (access.username, access.password.reveal()) == ("x-access-token", APP_TOKEN)
    assert APP_TOKEN not in repr(access)


def test_a_lost_answer_to_the_request_for_a_token(world: HostedWorld) -> None:
    """The token that was lost dies by itself; nothing else was done."""
    world.site.fail_at(1, faults.hangs_up(acted=True))
    assert opened(world).number == 1
    assert len(wire_of(world).issued) == 2


def test_repositories_of_an_organisation(world: HostedWorld) -> None:
    directory = connect(world.settings, world.forge_settings, clock=world.clock, sleep=world.clock.sleep).directory
    world.project.topics = ["debtd"]
    other = world.site.add_project("acme/other")
    other.archived = True
    found = directory.repositories("acme")
    assert {(one.project, one.archived) for one in found} == {(world.project.path, False), ("acme/other", True)}
    assert [one.project for one in directory.repositories("acme", "debtd")] == [world.project.path]


@pytest.mark.parametrize(
    ("permissions", "words"),
    [
        ({"contents": "read"}, "permission contents: read"),
        ({"pull_requests": None}, "permission pull_requests: missing; give the App `pull_requests: write`"),
        ({"workflows": "write"}, "permission workflows: debtd must not have it; take it from the App"),
        ({"administration": "read"}, "permission administration"),
    ],
)
def test_doctor_wants_the_least_rights(permissions: dict[str, str | None], words: str, world: HostedWorld) -> None:
    granted = wire_of(world).app_permissions | permissions
    wire_of(world).app_permissions = {name: level for name, level in granted.items() if level}
    with pytest.raises(ConfigError) as error:
        check_forge(world.settings, world.forge_settings, clock=world.clock, sleep=world.clock.sleep)
    assert words in str(error.value)


def test_doctor_is_content(world: HostedWorld) -> None:
    line = check_forge(world.settings, world.forge_settings, clock=world.clock, sleep=world.clock.sleep)
    assert line.startswith("app debtd, permission contents write")


@pytest.mark.parametrize("text", ["", "x", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "ec"])
def test_a_key_that_is_none(text: str, world: HostedWorld) -> None:
    if text == "ec":
        text = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()  # fmt: skip
    Path(world.forge_settings.private_key_file).write_text(text)
    with pytest.raises(ConfigError, match="private key of the GitHub App is no RSA key") as error:
        opened(world)
    assert "AAAA" not in str(error.value)


@pytest.mark.parametrize(
    ("base", "api"),
    [
        ("https://github.com", "https://api.github.com"),
        ("https://acme.ghe.com", "https://api.acme.ghe.com"),
        ("https://git.example.org", "https://git.example.org/api/v3"),
    ],
)
def test_where_the_api_is(base: str, api: str) -> None:
    assert api_url_of(base) == api

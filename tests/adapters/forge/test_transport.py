"""The shared transport, through the port, against a server that misbehaves."""

import ssl
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from debtd.adapters.forge.http.client import Client, Limits
from debtd.model.errors import ConfigError, DebtdError, RepoUnusable, Retryable
from debtd.wiring.forges import forge_for
from tests.support.forges import faults
from tests.support.forges.faults import moves_away
from tests.support.forges.park import Park
from tests.support.forges.site import TOKEN, Fault, Outcome, Site
from tests.support.forges.wire import Call, Reply
from tests.support.forges.world import HostedWorld, branched, opened

SHORT = Limits(connect_seconds=30, read_seconds=2, total_seconds=120)


@pytest.fixture
def world(park: Park, tmp_path: Path) -> HostedWorld:
    return park.world("github", tmp_path)


def redirects(status: int, target: Callable[[Site, Call], str]) -> Fault:
    def fault(site: Site, call: Call, do: Callable[[], Reply]) -> Outcome:
        return Reply(status, {"message": "Moved"}, {"Location": target(site, call)})

    return fault


@pytest.mark.parametrize("acted", [False, True])
def test_silence_after_a_write_ends_in_one_pull_request(world: HostedWorld, *, acted: bool) -> None:
    recorded = branched(world)
    world.site.fail_at(0, faults.at_the_first_write(faults.stalls(acted=acted)))
    if acted:
        assert world.forge(SHORT).ensure_pull_request(recorded).number == 1
    else:
        with pytest.raises(Retryable, match="did not answer in time"):
            world.forge(SHORT).ensure_pull_request(recorded)
        assert world.forge().ensure_pull_request(recorded).number == 1
    assert len(world.seen()) == 1


@pytest.mark.parametrize(
    ("head", "drip"),
    [(b"", b"H"), (b"HTTP/1.1 200 x\r\nContent-Length: 100000\r\n\r\n", b" ")],
    ids=["of the head", "of the body"],
)
def test_a_drip_of_bytes_does_not_hold_debtd(
    world: HostedWorld, monkeypatch: pytest.MonkeyPatch, head: bytes, drip: bytes
) -> None:
    """Each byte is in time; the whole never ends, and its time is up once it has begun to drip."""
    allowed: list[float] = []

    class TimeIsUp(threading.Timer):
        def __init__(self, interval: float, function: Callable[[], None]) -> None:
            super().__init__(0, function)
            allowed.append(interval)

        def run(self) -> None:
            while not self.finished.is_set() and not world.site.stalled.acquire(timeout=0.02):
                pass
            super().run()

    recorded = branched(world)
    for call in range(4):
        world.site.fail_at(call, faults.stalls(acted=False, head=head, drip=drip))
    monkeypatch.setattr("debtd.adapters.forge.http.client.threading.Timer", TimeIsUp)
    with pytest.raises(Retryable):
        world.forge(Limits(connect_seconds=30, read_seconds=60, total_seconds=600)).ensure_pull_request(recorded)
    assert allowed == [600] * 4, "a read is tried four times"
    assert len(world.site.calls) == 4


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_read_follows_on_the_same_host(status: int, world: HostedWorld) -> None:
    """A renamed repository."""
    made = opened(world)
    renamed = world.project.path.replace("acme/", "acme-corp/")
    world.site.projects[renamed] = world.project
    world.site.fail_at(0, redirects(status, lambda site, call: call.target.replace("acme/", "acme-corp/")))
    assert world.forge().read_pull_request(made) is not None
    assert [call.path.split("/")[4] for call in world.site.calls[-2:]] == ["acme", "acme-corp"]


def test_a_write_is_not_sent_to_another_address(world: HostedWorld) -> None:
    recorded = branched(world)
    world.site.fail_at(1, redirects(307, lambda site, call: call.target.replace("acme/", "acme-corp/")))
    with pytest.raises(RepoUnusable, match="it has moved, use the new address"):
        world.forge().ensure_pull_request(recorded)
    assert len(world.site.calls) == 2


@pytest.mark.parametrize(
    "target",
    [
        "https://localhost:1/x",
        "http://127.0.0.1:1/api/v3/x",
        "//evil.example/api/v3/x",
        "https://127.0.0.1:1@x/api/v3/",
        "",
    ],
)
def test_no_credential_for_another_host(target: str, world: HostedWorld) -> None:
    made = opened(world)
    world.site.fail_at(0, redirects(301, lambda site, call: target or f"{site.origin}/elsewhere"))
    with pytest.raises(RepoUnusable, match="takes its credential nowhere else"):
        world.forge().read_pull_request(made)


def test_another_name_of_the_same_machine_gets_no_call(world: HostedWorld) -> None:
    made = opened(world)
    before = len(world.site.calls)
    world.site.fail_at(0, moves_away())
    with pytest.raises(RepoUnusable):
        world.forge().read_pull_request(made)
    assert len(world.site.calls) == before + 1
    assert world.site.violations == []


def test_redirects_without_end(world: HostedWorld) -> None:
    made = opened(world)
    for call in range(6):
        world.site.fail_at(call, redirects(302, lambda site, call: call.target))
    with pytest.raises(RepoUnusable, match="without end"):
        world.forge().read_pull_request(made)


def test_a_list_leads_to_another_host(world: HostedWorld) -> None:
    def fault(site: Site, call: Call, do: Callable[[], Reply]) -> Outcome:
        return Reply(200, [], {"Link": '<https://evil.example/api/v3/x>; rel="next"'})

    world.site.fail_at(0, fault)
    with pytest.raises(ConfigError, match=r"next page is at evil\.example; debtd does not go there"):
        world.forge().open_pull_requests(world.repository)


def test_a_list_without_end(world: HostedWorld) -> None:
    def fault(site: Site, call: Call, do: Callable[[], Reply]) -> Outcome:
        return Reply(200, [], {"Link": f'<{site.origin}{call.target}>; rel="next"'})

    for call in range(60):
        world.site.fail_at(call, fault)
    with pytest.raises(RepoUnusable, match="over 50 pages"):
        world.forge().open_pull_requests(world.repository)
    assert len(world.site.calls) == 50


def test_all_pages_are_read(world: HostedWorld) -> None:
    made = opened(world)
    for number in range(230):
        world.project.note(world.project.pulls[0], "ann", f"comment {number}")
    assert [comment.body for comment in world.forge().comments(made)] == [f"comment {n}" for n in range(230)]


def test_what_has_not_changed_is_not_sent_again(world: HostedWorld) -> None:
    made = opened(world)
    forge = world.forge()
    first, second = forge.read_pull_request(made), forge.read_pull_request(made)
    assert first == second
    assert "if-none-match" not in world.site.calls[-2].headers
    assert "if-none-match" in world.site.calls[-1].headers
    world.end(made.number, "ann", "closed")
    third = forge.read_pull_request(made)
    assert third is not None
    assert third.state.value == "closed", "a change is seen"


def test_reads_are_tried_again_with_pauses_and_writes_are_not(world: HostedWorld) -> None:
    made = opened(world)
    for call in range(3):
        world.site.fail_at(call, faults.answers(502))
    before = len(world.site.calls)
    assert world.forge().read_pull_request(made) is not None
    assert len(world.site.calls) - before == 4
    assert world.clock.slept[-3:] == [1, 4, 15]


def test_a_limit_that_is_announced_is_kept(world: HostedWorld) -> None:
    """The last call that was free says so; the next one waits, also in another process."""

    def fault(site: Site, call: Call, do: Callable[[], Reply]) -> Outcome:
        reply = do()
        reset = int(site.clock.now().timestamp()) + 900
        reply.headers |= {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}
        return reply

    made = opened(world)
    world.site.fail_at(0, fault)
    assert world.forge().read_pull_request(made) is not None
    calls = len(world.site.calls)
    with pytest.raises(Retryable) as error:
        world.forge().read_pull_request(made)
    assert error.value.after_seconds == 900
    assert len(world.site.calls) == calls
    world.clock.advance(901)
    assert world.forge().read_pull_request(made) is not None


def test_secondary_limits_one_after_the_other(world: HostedWorld) -> None:
    made = opened(world)
    waits: list[float] = []
    for call in range(9):
        world.site.fail_at(call, faults.secondary_limit())
    while len(waits) < 5:
        try:
            world.forge().read_pull_request(made)
        except Retryable as error:
            waits.append(error.after_seconds)
            world.clock.advance(error.after_seconds)
    assert waits == sorted(waits)
    assert waits[-1] == 3600


def test_an_unknown_authority_is_refused(world: HostedWorld) -> None:
    settings = replace(world.settings, forges=(replace(world.forge_settings, ca_file=""),))
    forge = forge_for(settings, world.repository, clock=world.clock, sleep=world.clock.sleep)
    with pytest.raises(ConfigError, match=r"certificate of 127.0.0.1:.* is not trusted; name its authority"):
        forge.open_pull_requests(world.repository)
    assert world.site.calls == []


def test_plain_http_is_refused_but_on_the_loopback() -> None:
    Client("http://127.0.0.1:1/api")
    for origin in ("http://git.example.org", "http://127.0.0.1.example.org", "ftp://127.0.0.1", "127.0.0.1"):
        with pytest.raises(ConfigError, match="is not an https:// address"):
            Client(origin)


def test_nothing_of_the_environment_is_used(
    world: HostedWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login x password y\n")
    for name, value in {
        "HOME": str(tmp_path),
        "HTTPS_PROXY": "http://127.0.0.1:1",
        "SSL_CERT_FILE": "/nowhere",
    }.items():
        monkeypatch.setenv(name, value)
    opened(world)
    assert world.site.calls[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert not (tmp_path / "keys").exists()


def test_a_forge_that_is_not_there(world: HostedWorld) -> None:
    base = "https://127.0.0.1:1"
    settings = replace(world.settings, forges=(replace(world.forge_settings, base_url=base),))
    repository = replace(world.repository, source=world.repository.source.replace(world.site.origin, base))
    forge = forge_for(settings, repository, clock=world.clock, sleep=world.clock.sleep)
    with pytest.raises(Retryable, match="cannot be reached"):
        forge.open_pull_requests(repository)


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "null",
        "1",
        '"x"',
        "{}",
        '{"number": "1"}',
        '{"number": true, "html_url": 3}',
        "[" * 100_000,
        "\xff\x00",
        "<html>",
    ],
)
def test_answers_of_another_shape(text: str, world: HostedWorld) -> None:
    made = opened(world)
    for call in range(4):
        world.site.fail_at(call, lambda site, call, do: Reply(200, text=text))
    with pytest.raises(DebtdError) as error:
        world.forge().read_pull_request(made)
    assert "\n" not in str(error.value)


def test_ten_megabytes_are_enough(world: HostedWorld) -> None:
    made = opened(world)
    world.site.fail_at(0, faults.enormous())
    with pytest.raises(RepoUnusable, match="answered with more than 10 MB, which debtd does not read"):
        world.forge().read_pull_request(made)
    recorded = branched(world, "5c" * 20)
    world.site.fail_at(1, faults.enormous())
    assert world.forge().ensure_pull_request(recorded).number == 2, "done, though the answer was not readable"
    assert len(world.seen()) == 2


def test_the_trust_store_is_the_systems() -> None:
    """httpx would bring its own list of authorities; the operator's machine decides."""
    client = Client("https://git.example.org")._client
    pool = client._transport._pool  # type: ignore[attr-defined]
    assert pool._ssl_context.verify_mode is ssl.CERT_REQUIRED
    assert pool._ssl_context.check_hostname

"""A whole life while one call goes wrong: whatever happens, it ends as it should.

The life is lived by a daemon that is started again after every fault: later when it was told when, and with the cause
mended when an operator had to be called.
"""

import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from debtd.model.errors import DebtdError, Retryable
from tests.contracts.forge_case import consequence_of
from tests.contracts.forge_lives import Life
from tests.support.forges import faults
from tests.support.forges.site import TOKEN, Fault
from tests.support.forges.world import HostedWorld, branched

_RESTARTS = 8


@dataclass(frozen=True)
class FaultCase:
    """`stops` are the consequences that the fault may have at a call; `wait` is the time that the forge names."""

    name: str
    fault: Callable[[], Fault]
    stops: frozenset[str]
    wait: float = 0.0


_LATER = frozenset({"", "Retryable"})
_STOPPED = frozenset({"", "RepoUnusable", "ConfigError"})

FAULTS = (
    FaultCase("hangs up before it acts", lambda: faults.hangs_up(acted=False), _LATER),
    FaultCase("hangs up after it acted", lambda: faults.hangs_up(acted=True), _LATER),
    FaultCase("500 before it acts", lambda: faults.answers(500), _LATER),
    FaultCase("500 after it acted", lambda: faults.answers(500, acted=True), _LATER),
    FaultCase("502 after it acted", lambda: faults.answers(502, acted=True), _LATER),
    FaultCase("503 with Retry-After", lambda: faults.answers(503, acted=True, Retry_After="200"), _LATER, 200),
    FaultCase("429, Retry-After in seconds", lambda: faults.answers(429, Retry_After="300"), _LATER, 300),
    FaultCase("429, Retry-After short enough to wait for", lambda: faults.answers(429, Retry_After="7"), _LATER, 7),
    FaultCase("429, Retry-After as a date", lambda: faults.limited_until(240), _LATER, 240),
    FaultCase("403, rate limit spent", lambda: faults.limited_by_rate(1800), _LATER, 1800),
    FaultCase("403, secondary limit without a header", faults.secondary_limit, _LATER, 60),
    FaultCase("401", lambda: faults.answers(401), _STOPPED),
    FaultCase("403", lambda: faults.answers(403), _STOPPED),
    FaultCase("404", lambda: faults.answers(404), _STOPPED),
    FaultCase("301 to another host", faults.moves_away, _STOPPED),
    FaultCase("connection ends in the middle of the JSON", faults.truncated, _LATER),
    FaultCase("JSON is cut", faults.cut_json, _LATER),
    FaultCase("more than 10 MB of JSON", faults.enormous, _LATER | _STOPPED),
    FaultCase("lists are stale for half a minute", lambda: faults.stale(30), _LATER),
    FaultCase("answer lost and lists stale", lambda: faults.stale(30, then=faults.hangs_up(acted=True)), _LATER),
)


@dataclass(frozen=True)
class Lived:
    """How it ended, and the faults on the way."""

    end: str
    stops: tuple[str, ...]
    calls: int
    problems: tuple[str, ...]


def live(world: HostedWorld, life: Life, case: FaultCase | None, call: int) -> Lived:
    """The whole life, with the fault at the call of this number."""
    world.recorded = branched(world)
    world.project.note(world.project.open_pull("other", "main", "t", "b", "ann"), "ann", "x")  # numbers do not agree
    if case is not None:
        world.site.fail_at(call, case.fault())
    stops: list[str] = []
    texts: list[str] = []
    for _ in range(_RESTARTS):
        try:
            life.live(world, world.forge())
            break
        except DebtdError as error:
            stops.append(consequence_of(error))
            texts += [str(error), repr(error), *traceback.format_exception(error)]
            world.clock.advance(error.after_seconds if isinstance(error, Retryable) else 60)
    early = [
        c
        for c in world.site.calls[call + 1 :]
        if case and (c.at - world.site.calls[call].at).total_seconds() < case.wait
    ]
    problems = [f"a call {c.method} {c.path} came before the time that the forge named" for c in early]
    problems += [f"a secret is in: {place}" for place in _leaks(world, texts)]
    problems += world.site.violations
    return Lived(life.end(world), tuple(stops), len(world.site.calls), tuple(problems))


def problems_of(life: Life, case: FaultCase, lived: Lived) -> list[str]:
    """What is not as it must be."""
    found = list(lived.problems)
    if lived.end != life.expected:
        found.append(f"ended with {lived.end}")
    found += [f"stopped with {stop}" for stop in lived.stops if stop not in case.stops]
    if len(lived.stops) > 2:
        found.append(f"needed {len(lived.stops)} restarts")
    return found


def telling_calls(world: HostedWorld, life: Life) -> list[int]:
    """The numbers of the calls, in a life without faults, that change what counts most."""
    live(world, life, None, 0)
    return life.telling([number for number, call in enumerate(world.site.calls) if call.method != "GET"])


def all_calls(world: HostedWorld, life: Life) -> list[int]:
    live(world, life, None, 0)
    return list(range(len(world.site.calls)))


def _leaks(world: HostedWorld, texts: list[str]) -> Iterator[str]:
    """Where the token is and must not be."""
    if any(TOKEN in text for text in texts):
        yield "an error"
    if any(
        TOKEN in f"{pull.title}{pull.body}" or any(TOKEN in n.body for n in pull.notes) for pull in world.project.pulls
    ):
        yield "a pull request"
    if any(TOKEN in f"{issue.title}{issue.body}" for issue in world.project.issues):
        yield "an issue"
    if any(TOKEN in call.target for call in world.site.calls):
        yield "a URL"
    for path in world.state_dir.rglob("*"):
        if path.is_file() and TOKEN.encode() in path.read_bytes():
            yield f"the state directory, {path.name}"

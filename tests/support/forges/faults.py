"""What goes wrong between debtd and a forge, one call at a time."""

import json
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime

from tests.support.forges.site import TOKEN, Fault, Outcome, Site, Stalled
from tests.support.forges.wire import Call, Reply

_ECHO = {"message": f"you sent {TOKEN} and that is wrong"}  # a forge that tells secrets


def answers(status: int, *, acted: bool = False, **headers: str) -> Fault:
    """An error status, before or after the forge did what was asked."""

    def fault(site: Site, call: Call, do: Callable[[], Reply]) -> Outcome:
        if acted:
            do()
        return Reply(status, _ECHO, {name.replace("_", "-"): value for name, value in headers.items()})

    return fault


def hangs_up(*, acted: bool) -> Fault:
    def fault(site: Site, call: Call, do: Callable[[], Reply]) -> Outcome:
        if acted:
            do()
        return None

    return fault


def stalls(*, acted: bool, head: bytes = b"", drip: bytes = b"") -> Fault:
    """A client must run into its own time limits."""

    def fault(site: Site, call: Call, do: Callable[[], Reply]) -> Outcome:
        if acted:
            do()
        return Stalled(head, drip)

    return fault


def at_the_first_write(fault: Fault) -> Fault:
    """Wait for a call that is no read: there may be more reads than expected, for those that take long are repeated."""

    def waiting(site: Site, call: Call, do: Callable[[], Reply]) -> Outcome:
        if call.method != "GET":
            return fault(site, call, do)
        site.fail_at(0, waiting)
        return do()

    return waiting


def limited_until(seconds: int) -> Fault:
    """429 with a Retry-After that is a date."""

    def fault(site: Site, call: Call, do: Callable[[], Reply]) -> Outcome:
        ends = format_datetime(site.clock.now() + timedelta(seconds=seconds), usegmt=True)
        return Reply(429, _ECHO, {"Retry-After": ends})

    return fault


def limited_by_rate(seconds: int) -> Fault:
    """403 with the headers of a spent rate limit."""

    def fault(site: Site, call: Call, do: Callable[[], Reply]) -> Outcome:
        reset = int(site.clock.now().timestamp()) + seconds
        return Reply(403, _ECHO, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)})

    return fault


def secondary_limit() -> Fault:
    """403 in GitHub's words, without any header."""
    message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    return lambda site, call, do: Reply(403, {"message": message, "documentation_url": "x"})


def moves_away() -> Fault:
    """To another name of the same machine, so that a client that follows is seen."""

    def fault(site: Site, call: Call, do: Callable[[], Reply]) -> Outcome:
        return Reply(301, _ECHO, {"Location": f"{site.origin.replace('127.0.0.1', 'localhost')}{call.target}"})

    return fault


def truncated(*, acted: bool = True) -> Fault:
    """Half of the JSON, then the end of the connection."""

    def fault(site: Site, call: Call, do: Callable[[], Reply]) -> Outcome:
        content = do().content() if acted else b'{"a": "bcdef"}'
        head = f"HTTP/1.1 200 x\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        return head.encode() + content[: len(content) // 2]

    return fault


def cut_json() -> Fault:
    """A whole answer whose JSON is cut."""

    def fault(site: Site, call: Call, do: Callable[[], Reply]) -> Outcome:
        reply = do()
        return Reply(reply.status, text=json.dumps(reply.value)[:-3] if reply.status < 300 else "{")

    return fault


def enormous() -> Fault:
    """More than 10 MB of JSON."""

    def fault(site: Site, call: Call, do: Callable[[], Reply]) -> Outcome:
        return Reply(do().status if call.method != "DELETE" else 200, text='{"a": "' + "x" * 10_000_001 + '"}')

    return fault


def stale(seconds: float, then: Fault | None = None) -> Fault:
    """Lists do not show what is new, for a while."""

    def fault(site: Site, call: Call, do: Callable[[], Reply]) -> Outcome:
        for project in site.projects.values():
            project.freeze_lists(seconds)
        return then(site, call, do) if then else do()

    return fault


def meanwhile(act: Callable[[], object]) -> Fault:
    """Something else happens between this answer and the next call."""

    def fault(site: Site, call: Call, do: Callable[[], Reply]) -> Outcome:
        reply = do()
        act()
        return reply

    return fault

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from debtd.adapters.forge.http.client import RawAnswer
from debtd.adapters.forge.http.limits import is_limited, named_wait

NOW = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)
SERVER = NOW + timedelta(hours=3)  # its clock is wrong, or ours is
DATE = format_datetime(SERVER, usegmt=True)


def at(seconds: int) -> str:
    return format_datetime(SERVER + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "120"}, 120),
        ({"retry-after": at(90)}, 90),
        ({"retry-after": at(-90)}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "9" * 400}, None),
        ({"x-ratelimit-remaining": "7", "x-ratelimit-reset": str(int(SERVER.timestamp()) + 60)}, None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(SERVER.timestamp()) + 60)}, 60),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "30"}, 30),
        ({"ratelimit-remaining": "0", "ratelimit-reset": "?"}, None),
        ({"retry-after": "5", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "900"}, 5),
    ],
)
def test_the_time_that_the_forge_names(headers: dict[str, str], seconds: float | None) -> None:
    assert named_wait({"date": DATE} | headers, NOW) == seconds


def test_without_a_date_our_own_clock_counts() -> None:
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW.timestamp()) + 60)}
    assert named_wait(headers, NOW) == 60


@pytest.mark.parametrize(
    ("status", "headers", "body", "limited"),
    [
        (200, {"x-ratelimit-remaining": "0"}, b"", False),
        (429, {}, b"", True),
        (403, {}, b'{"message": "Resource not accessible by integration"}', False),
        (403, {"x-ratelimit-remaining": "4999"}, b"{}", False),
        (403, {"x-ratelimit-remaining": "0"}, b"{}", True),
        (403, {"retry-after": "60"}, b"{}", True),
        (403, {}, b'{"message": "You have exceeded a secondary rate limit."}', True),
        (403, {}, b'{"documentation_url": "https://docs.github.com/x#abuse-rate-limits"}', True),
        (404, {"retry-after": "60"}, b"{}", False),
    ],
)
def test_what_is_a_limit(status: int, headers: dict[str, str], body: bytes, *, limited: bool) -> None:
    assert is_limited(RawAnswer(status, headers, body)) is limited

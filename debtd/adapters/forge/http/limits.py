"""How long a forge asks to be left alone: Retry-After in both forms, rate limit headers, secondary limits.

Times are reckoned on the server's own clock (its Date header): ours may be wrong.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from debtd.adapters.forge.http.client import RawAnswer

_EPOCH_FROM = 1_000_000_000.0  # a smaller "reset" is a number of seconds, a larger one a time
_SECONDARY = (b"secondary rate limit", b"secondary-rate-limit", b"abuse detection", b"abuse-rate-limit")


def named_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds until the forge wants the next call; None when it does not say."""
    server_now = _date(headers.get("date", "")) or now
    if "retry-after" in headers:
        return _retry_after(headers["retry-after"].strip(), server_now)
    for prefix in ("x-ratelimit", "ratelimit"):
        if headers.get(f"{prefix}-remaining", "").strip() == "0":
            reset = _number(headers.get(f"{prefix}-reset", ""))
            if reset is not None:
                return max(0.0, reset - server_now.timestamp() if reset >= _EPOCH_FROM else reset)
    return None


def is_limited(answer: RawAnswer) -> bool:
    """Whether the answer says "too much, come again later" and nothing was done."""
    if answer.status == 429:
        return True
    if answer.status != 403:
        return False
    spent = any(answer.headers.get(f"{p}-remaining", "").strip() == "0" for p in ("x-ratelimit", "ratelimit"))
    return spent or "retry-after" in answer.headers or any(word in answer.body.lower() for word in _SECONDARY)


def _retry_after(value: str, server_now: datetime) -> float | None:
    seconds = _number(value)
    if seconds is not None:
        return max(0.0, seconds)
    date = _date(value)
    return None if date is None else max(0.0, (date - server_now).total_seconds())


def _number(value: str) -> float | None:
    value = value.strip()
    return float(value) if value.isascii() and value.isdigit() and len(value) < 15 else None


def _date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)

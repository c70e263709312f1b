"""Which proven patch goes first: severity x effort x churn x deadline x acceptance, and the time that it has waited."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from debtd.model.finding import Severity

_SEVERITY = {Severity.LOW: 1.0, Severity.MEDIUM: 3.0, Severity.HIGH: 9.0}
_DOUBLES_EVERY = timedelta(days=4)
_DEADLINE_COUNTS_FROM = timedelta(days=365)
_MOST_URGENT = 8.0
_MAX_COUNT = 1_000  # beyond it, more effort or churn changes nothing: the product stays bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A proven patch that could become a pull request.

    `teams` own the changed files; `group` is what its rule belongs to ("" for none). `lines` are to be reviewed.
    `effort_minutes` is what a person would need to do it; `churn` is how many commits touched the files lately;
    `deadline` is when what it mends stops working; `acceptance` is the share of such pull requests that people take,
    the careful estimate of `acceptance.py`. `waiting_since` is when it was proven.
    """

    key: str
    repository_id: str
    waiting_since: datetime
    severity: Severity
    effort_minutes: int
    lines: int
    churn: int = 0
    acceptance: float = 0.5
    deadline: date | None = None
    teams: tuple[str, ...] = ()
    group: str = ""


def worth(candidate: Candidate, today: date) -> float:
    """The product without the waiting; between `LEAST` and `MOST`. Numbers out of range count as the nearest one."""
    acceptance = candidate.acceptance if math.isfinite(candidate.acceptance) else 0.0
    return (
        _SEVERITY[candidate.severity]
        * _slow(candidate.effort_minutes / 5)
        * _slow(candidate.churn)
        * _urgency(candidate.deadline, today)
        * (0.1 + 0.9 * min(max(acceptance, 0.0), 1.0))
    )


def ranked(candidates: Iterable[Candidate], now: datetime) -> tuple[Candidate, ...]:
    """The best first. What waits doubles its worth every four days, so that nothing worth more but younger can pass it
    for ever: after `longest_overtaking()` nothing can. Equal ones go by age, then by key."""
    today = now.astimezone(UTC).date()

    def order(candidate: Candidate) -> tuple[float, datetime, str]:
        waited = max(now - candidate.waiting_since, timedelta())
        return -(math.log2(worth(candidate, today)) + waited / _DOUBLES_EVERY), candidate.waiting_since, candidate.key

    return tuple(sorted(candidates, key=order))


LEAST = 0.1
MOST = _SEVERITY[Severity.HIGH] * (1 + math.log2(1 + _MAX_COUNT)) ** 2 * _MOST_URGENT


def longest_overtaking() -> timedelta:
    """How long something can be passed by younger ones: until its waiting outweighs the largest difference in worth."""
    return _DOUBLES_EVERY * math.log2(MOST / LEAST)


def _slow(count: float) -> float:
    """1 for 0, 2 for 1, 3 for 3, 4 for 7: much more is worth a little more."""
    return 1 + math.log2(1 + min(max(count, 0.0), _MAX_COUNT))


def _urgency(deadline: date | None, today: date) -> float:
    """1 without a deadline or a year before it, rising evenly to 8 on the day and after it."""
    if deadline is None:
        return 1.0
    left = min(max((deadline - today) / _DEADLINE_COUNTS_FROM, 0.0), 1.0)
    return 1 + (_MOST_URGENT - 1) * (1 - left)

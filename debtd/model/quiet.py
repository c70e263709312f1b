"""`auto` windows: the hours at which the people of a repository do not work, from the dates of their commits."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from debtd.model.weekly import WEEK, Weekly, render_days

MIN_COMMITS = 100
MIN_DAYS = 20
PERIOD = timedelta(weeks=26)
MAX_SHARE = 0.02  # of all commits may fall into the quiet hours, or onto a quiet day
MIN_HOURS = 4

_ROBOT = re.compile(
    r"\[bot\]|\bbot\b|^(dependabot|renovate|greenkeeper|snyk|github-actions|gitlab-ci|jenkins|travis|debtd)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class AuthorDate:
    """When a commit was written: seconds since the epoch, and the author's own offset from UTC in minutes."""

    author: str
    email: str
    seconds: int
    offset_minutes: int

    @property
    def is_person(self) -> bool:
        return not _ROBOT.search(self.author) and not _ROBOT.search(self.email)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """`weekly` are the windows; `basis` says what they rest on, for people."""

    weekly: tuple[Weekly, ...]
    basis: str


def find_quiet_hours(dates: Iterable[AuthorDate], zone: ZoneInfo, now: datetime) -> QuietHours | str:
    """The quiet hours of the last half year of work before `now`, on the clock of a zone; or why there are none.

    Robots and dates in the future do not count. The window ends an hour before people begin, so that what it
    set off is over by then.
    """
    people = _recent([date for date in dates if date.is_person], now)
    moments = [datetime.fromtimestamp(date.seconds, UTC).astimezone(zone) for date in people]
    days = len({moment.date() for moment in moments})
    if len(people) < MIN_COMMITS or days < MIN_DAYS:
        return (
            f"the history has {len(people)} commits by people on {days} days of half a year, and `auto` needs"
            f" {MIN_COMMITS} on {MIN_DAYS}"
        )
    start, hours = _longest_quiet([moment.hour for moment in moments])
    if hours < MIN_HOURS:
        return f"people commit around the clock ({len(people)} commits, by the clock of {zone.key})"
    weekly = [_window(WEEK, start, hours, zone)]
    if quiet_days := _quiet_days([moment.weekday() for moment in moments]):
        weekly.append(_window(quiet_days, 0, 24, zone))
    authors = len({date.email for date in people})
    basis = f"{len(people)} commits by {authors} people on {days} days{_other_clocks(people, moments)}"
    return QuietHours(tuple(weekly), basis)


def _recent(dates: Sequence[AuthorDate], now: datetime) -> list[AuthorDate]:
    latest = max((date.seconds for date in dates if 0 <= date.seconds <= now.timestamp()), default=0)
    return [date for date in dates if latest - PERIOD.total_seconds() <= date.seconds <= latest]


def _longest_quiet(hours: Sequence[int]) -> tuple[int, int]:
    """(first hour, number of hours) of the longest quiet stretch around the clock, without its last hour."""
    counts = Counter(hours)
    best = (0, 0, 0)
    for start in range(24):
        total = 0
        for length in range(1, 24):
            total += counts[(start + length - 1) % 24]
            if total > MAX_SHARE * len(hours):
                break
            best = max(best, (length, -total, -start))
    length, _, start = best
    return -start, length - 1


def _quiet_days(weekdays: Sequence[int]) -> frozenset[int]:
    counts = Counter(weekdays)
    return frozenset(day for day in WEEK if counts[day] <= MAX_SHARE * len(weekdays))


def _window(days: frozenset[int], start: int, hours: int, zone: ZoneInfo) -> Weekly:
    later, end = divmod(start + hours, 24)
    shown = f"{render_days(days)} {start:02}:00-{end or 24:02}:00".strip()
    return Weekly(days, time(start), time(end), later, zone, shown)


def _other_clocks(people: Sequence[AuthorDate], moments: Sequence[datetime]) -> str:
    """A remark when most authors' own clocks are not those of the zone."""
    offsets = Counter(timedelta(minutes=date.offset_minutes) for date in people)
    same = sum(
        moment.utcoffset() == timedelta(minutes=date.offset_minutes)
        for date, moment in zip(people, moments, strict=True)
    )
    if same * 2 >= len(people):
        return ""
    minutes = offsets.most_common(1)[0][0] // timedelta(minutes=1)
    sign = "-" if minutes < 0 else "+"
    return f"; most of their clocks are elsewhere (UTC{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02})"

"""Weekly windows by the clock on the wall: "Mon-Fri 22:00-06:00 Europe/Berlin".

Each named day opens one window, whatever the clocks do:

- It begins when the clock shows its beginning and will not fall behind it again; it ends when the clock first shows its
  end. So it is never open while the clock shows a time outside it, also in the hour that is shown twice.
- A beginning or end that the clock skips is the moment of the change.
- A window that lies within the hour that is shown twice opens in its first showing.
- A window that lies within the hour that is skipped opens at the change, for its full length.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from debtd.model.interval import Interval
from debtd.model.zone import moments_of

_MICROSECOND = timedelta(microseconds=1)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEK = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Weekly:
    """`days` on which it begins (0 is Monday), `begins` at a wall time, `ends` `days_later` days after that day.

    `text` is how its author wrote it.
    """

    days: frozenset[int]
    begins: time
    ends: time
    days_later: int
    zone: ZoneInfo
    text: str

    def intervals(self, start: datetime, end: datetime) -> Iterator[Interval]:
        """Those that touch `[start, end)`, one for each day on which the window begins."""
        day = start.astimezone(self.zone).date() - timedelta(days=self.days_later + 1)
        last = end.astimezone(self.zone).date() + timedelta(days=1)
        while day <= last:
            if day.weekday() in self.days:
                interval = self.beginning_on(day)
                if interval.start < end and start < interval.end:
                    yield interval
            day += timedelta(days=1)

    def beginning_on(self, day: date) -> Interval:
        """The one window that begins on a day."""
        return _beginning_on(self, day)


@lru_cache(maxsize=10_000)  # a pass asks for the same days again, repository after repository
def _beginning_on(weekly: Weekly, day: date) -> Interval:
    begins = datetime.combine(day, weekly.begins)
    ends = datetime.combine(day + timedelta(days=weekly.days_later), weekly.ends)
    start_first, start_last = moments_of(begins, weekly.zone)
    end_first, _ = moments_of(ends, weekly.zone)
    if start_last < end_first:
        falls_behind = (start_last - _MICROSECOND).astimezone(weekly.zone).replace(tzinfo=None) < begins
        return Interval(start_last if falls_behind else start_first, end_first)
    if start_first < end_first:
        return Interval(start_first, end_first)
    return Interval(start_first, start_first + (ends - begins))


def render_days(days: frozenset[int]) -> str:
    """ "Mon-Thu,Sun"; "" for the whole week."""
    if days == WEEK:
        return ""
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(DAYS[run[0]] if len(run) == 1 else f"{DAYS[run[0]]}-{DAYS[run[-1]]}" for run in runs)

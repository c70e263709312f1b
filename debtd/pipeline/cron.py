"""Windows that open at the moments of a cron expression, by cronsim.

Days of the week count as in cron: 0 and 7 are Sunday, 1 is Monday; names are clearer. A moment that the clock skips
is the moment of the change; a fixed time that the clock shows twice counts the first time only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from debtd.model.interval import Interval

MIN_APART = timedelta(minutes=15)
_PROBED = 100
_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_LIKE = 'write five fields such as "0 2 * * 1-5", or see `man 5 crontab`'


@dataclass(frozen=True, slots=True)
class Cron:
    """`expression` has five fields; each moment opens the window for `lasts`."""

    expression: str
    lasts: timedelta
    zone: ZoneInfo

    @property
    def text(self) -> str:
        return f"cron {self.expression} for {render_duration(self.lasts)} {self.zone.key}"

    def intervals(self, start: datetime, end: datetime) -> Iterator[Interval]:
        """Those that touch `[start, end)`."""
        for moment in self._moments(start - self.lasts - timedelta(days=1)):
            if moment >= end:
                return
            if start < moment + self.lasts:
                yield Interval(moment, moment + self.lasts)

    def _moments(self, after: datetime) -> Iterator[datetime]:
        from cronsim import CronSim  # noqa: PLC0415  (only where a schedule uses cron)

        for moment in CronSim(self.expression, after.astimezone(self.zone)):
            yield moment.astimezone(UTC)

    def opens(self, count: int) -> tuple[datetime, ...]:
        """The first moments after a fixed day; fewer when the expression has no more within fifty years."""
        return tuple(islice(self._moments(_SOME_DAY), count))


def parse_cron(expression: str, lasts: timedelta, zone: ZoneInfo) -> Cron:
    """A window by cron. Raises ValueError with what to write instead."""
    from cronsim import CronSimError  # noqa: PLC0415  (only where a schedule uses cron)

    if len(expression.split()) != 5:
        raise ValueError(f"it has {len(expression.split())} fields; {_LIKE}")
    made = Cron(" ".join(expression.split()), lasts, zone)
    try:
        moments = made.opens(_PROBED)
    except CronSimError as error:
        raise ValueError(f"{str(error).lower()}; {_LIKE}") from None
    if not moments:
        raise ValueError("no day in the calendar fits it; " + _LIKE)
    if any(later - earlier < MIN_APART for earlier, later in pairwise(moments)):
        raise ValueError(
            'it opens more often than every 15 minutes; write a weekly window such as "Mon-Fri 22:00-06:00"'
        )
    return made


def render_duration(duration: timedelta) -> str:
    """ "4h", "90m"."""
    minutes = duration // timedelta(minutes=1)
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"

"""IANA time zones, and what the clock on the wall says in them.

A wall clock is changed twice a year. It then skips a stretch (a gap) or shows a stretch twice (an overlap).
"""

import difflib
import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_MICROSECOND = timedelta(microseconds=1)


def load_zone(name: str) -> ZoneInfo:
    """The zone of that name: `Area/City`, or `UTC`. Raises ValueError with a sentence.

    Names such as EST or CET are refused: some of them never change their clocks, and few people know which.
    """
    if name != "UTC" and "/" not in name:
        raise ValueError(f"{name!r} is not a time zone by place; write one such as Europe/Berlin, or UTC")
    try:
        return ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        pass
    known = zoneinfo.available_timezones()
    if not known:
        raise ValueError(f"this machine has no time zones, so {name!r} cannot be used; `pip install tzdata`")
    near = difflib.get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]}?" if near else "write one such as Europe/Berlin, or UTC"
    raise ValueError(f"there is no time zone {name!r}; {hint}")


def moments_of(wall: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first and the last moment (UTC) at which the clock shows `wall` (naive): the same but in an overlap.

    In a gap both are the moment of the change, when the clock jumps past `wall`.
    """
    first, last = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first > last:
        return (change := _change_between(last, first, zone)), change
    return first, last


def day_in(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The half-open span of UTC in which the calendar shows `day`; empty for a day that the zone left out."""
    start, _ = moments_of(datetime.combine(day, time()), zone)
    first, last = moments_of(datetime.combine(day + timedelta(days=1), time()), zone)
    # Where the clock is set back across midnight, the old day is shown once more.
    end = last if (last - _MICROSECOND).astimezone(zone).date() <= day else first
    return start, end


def _change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The second at which the offset changes, by halving: `before` still has the old one, `after` the new one."""
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after

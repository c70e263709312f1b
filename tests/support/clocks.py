"""Zones whose clocks behave in every known way, the moments of their changes, and what a clock shows there."""

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from debtd.model.weekly import Weekly

BERLIN, NEW_YORK, KOLKATA = (ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Asia/Kolkata"))
ZONES = (
    BERLIN,
    NEW_YORK,
    KOLKATA,  # half an hour off, and no changes
    ZoneInfo("Australia/Lord_Howe"),  # changes by half an hour
    ZoneInfo("Europe/Dublin"),  # its winter time is the saving
    ZoneInfo("Africa/Casablanca"),  # changes around Ramadan
    ZoneInfo("Africa/Cairo"),  # skips midnight
    ZoneInfo("Atlantic/Azores"),  # shows midnight twice
    ZoneInfo("America/Havana"),  # both
    ZoneInfo("America/Sao_Paulo"),  # gave up changing in 2019
    ZoneInfo("Pacific/Apia"),  # left out a day in 2011, gave up changing in 2021
)
START, END = datetime(2019, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)


@cache
def changes(zone: ZoneInfo) -> tuple[datetime, ...]:
    """The minutes in UTC at which the clock is changed between START and END, found by looking at the clock."""
    found = []
    hours = int((END - START).total_seconds() // 3600)
    offsets = [(moment := START + timedelta(hours=n), moment.astimezone(zone).utcoffset()) for n in range(0, hours, 6)]
    for (before, old), (after, new) in pairwise(offsets):
        if old != new:
            minutes = (before + timedelta(minutes=n) for n in range(int((after - before).total_seconds() // 60) + 1))
            found.append(next(minute for minute in minutes if minute.astimezone(zone).utcoffset() != old))
    return tuple(found)


def shows(weekly: Weekly, moment: datetime) -> bool:
    """Whether the clock shows a time inside the window: what a person with the text and a watch would say."""
    wall = moment.astimezone(weekly.zone).replace(tzinfo=None)
    for back in range(weekly.days_later + 1):
        day = wall.date() - timedelta(days=back)
        begins = datetime.combine(day, weekly.begins)
        ends = datetime.combine(day + timedelta(days=weekly.days_later), weekly.ends)
        if day.weekday() in weekly.days and begins <= wall < ends:
            return True
    return False


def is_shown_once(moment: datetime, zone: ZoneInfo) -> bool:
    wall = moment.astimezone(zone).replace(tzinfo=None)
    return wall.replace(tzinfo=zone, fold=0).utcoffset() == wall.replace(tzinfo=zone, fold=1).utcoffset()

"""Weekly windows as people write them: "Mon-Fri 22:00-06:00 Europe/Berlin", "Fri 18:00-Mon 06:00", "00:00-24:00"."""

import re
from datetime import time
from zoneinfo import ZoneInfo

from debtd.model.weekly import DAYS, WEEK, Weekly
from debtd.model.zone import load_zone

_SHAPE = re.compile(
    r"(?:(?P<days>[^\d:]\S*(?:\s*,\s*\S+)*)\s+)?(?P<begins>\d{1,2}:\d{2})\s*-\s*"
    r"(?:(?P<last>[A-Za-z]+)\s+)?(?P<ends>\d{1,2}:\d{2})(?:\s+(?P<zone>[A-Za-z]\S*))?",
    re.ASCII,
)
_LIKE = 'write it like "Mon-Fri 22:00-06:00" or "Fri 18:00-Mon 06:00"'
_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def parse_weekly(text: str, zone: ZoneInfo | None) -> Weekly:
    """The window; `zone` is for a text that names none. Raises ValueError with what to write instead."""
    if re.match(r"\s*\d+(\s*[-,]\s*\d+)*\s+\d", text):
        raise ValueError("days are named, not numbered, because programs count them differently; " + _LIKE)
    found = _SHAPE.fullmatch(text.strip())
    if found is None:
        raise ValueError(_LIKE)
    if found["zone"]:
        zone = load_zone(found["zone"])
    if zone is None:
        raise ValueError(f'it names no time zone; write "{text.strip()} Europe/Berlin", or set `zone`')
    days = _days(found["days"]) if found["days"] else WEEK
    begins, begins_later = _time(found["begins"])
    ends, ends_later = _time(found["ends"])
    if begins_later:
        raise ValueError("a window begins before 24:00; write 00:00 and the next day")
    if found["last"]:
        later = _days_between(days, found["last"])
    elif begins == ends and not ends_later:
        raise ValueError("it ends when it begins; write 00:00-24:00 for whole days")
    else:
        later = 0 if ends_later or begins < ends else 1
    if later == 0 and not ends_later and ends <= begins:
        raise ValueError("it ends before it begins; name the day after which it ends, or leave that day out")
    return Weekly(days, begins, ends, later + ends_later, zone, " ".join(text.split()))


def _time(text: str) -> tuple[time, int]:
    """The time, and 1 for 24:00, which is midnight of the next day."""
    hour, minute = map(int, text.split(":"))
    if (hour, minute) == (24, 0):
        return time(), 1
    if hour > 23 or minute > 59:
        raise ValueError(f"there is no time {text}; hours go to 23 (or 24:00) and minutes to 59")
    return time(hour, minute), 0


def _days(text: str) -> frozenset[int]:
    if text.lower() == "daily":
        return WEEK
    found: set[int] = set()
    for part in re.split(r"\s*,\s*", text):
        first, dash, last = part.partition("-")
        start = _day(first)
        count = (_day(last) - start) % 7 if dash else 0
        found.update((start + step) % 7 for step in range(count + 1))
    return frozenset(found)


def _day(text: str) -> int:
    name = text.strip().lower()
    for number, full in enumerate(_NAMES):
        if name in {full, full[:3]}:
            return number
    raise ValueError(f"{text!r} is not a day; days are {', '.join(DAYS)}, or ranges such as Mon-Fri")


def _days_between(days: frozenset[int], last: str) -> int:
    if len(days) != 1:
        raise ValueError('a window over several days begins on one of them; write "Fri 18:00-Mon 06:00"')
    return (_day(last) - next(iter(days))) % 7

"""Days on which windows stay closed: freezes, and holidays. A day is that of the window's own zone."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from debtd.model.interval import Interval
from debtd.model.zone import day_in

Holidays = Callable[[date], str | None]
"""The name of the holiday on a day; None for an ordinary day."""

_SHAPE = re.compile(r"(?P<first>\S+?)(?:\.\.(?P<last>\S+))?(?:\s+(?P<name>\S.*))?")
_MAX_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Freeze:
    """Whole days, both ends included; `name` may be empty."""

    first: date
    last: date
    name: str = ""

    def __str__(self) -> str:
        days = f"{self.first}" if self.first == self.last else f"{self.first}..{self.last}"
        return f"{days} {self.name}".rstrip()


def parse_freeze(text: str) -> Freeze:
    """`2026-12-24`, `2026-12-20..2027-01-06`, each perhaps with a name behind it. Raises ValueError."""
    found = _SHAPE.fullmatch(text.strip())
    if found is None:
        raise ValueError("write a day such as 2026-12-24, or a range such as 2026-12-20..2027-01-06")
    first = _day(found["first"])
    last = _day(found["last"]) if found["last"] else first
    if last < first:
        raise ValueError(f"it ends before it begins; write {last}..{first}")
    if (last - first).days > _MAX_DAYS:
        raise ValueError("it lasts longer than ten years; use `never` for a window that does not open")
    return Freeze(first, last, found["name"] or "")


@dataclass(frozen=True, slots=True)
class ClosedDays:
    """`calendars` are pairs of a calendar's name and its holidays."""

    freezes: tuple[Freeze, ...] = ()
    calendars: tuple[tuple[str, Holidays], ...] = ()

    def reason(self, day: date) -> str:
        """Why a day is closed, for people; "" when it is open."""
        for freeze in self.freezes:
            if freeze.first <= day <= freeze.last:
                return f"frozen: {freeze}"
        for name, holiday_on in self.calendars:
            if holiday := holiday_on(day):
                return f"holiday: {day} {holiday} ({name})"
        return ""

    def intervals(self, zone: ZoneInfo, start: datetime, end: datetime) -> tuple[Interval, ...]:
        """The closed days that touch `[start, end)`."""
        if not self.freezes and not self.calendars:
            return ()
        day = start.astimezone(zone).date() - timedelta(days=1)
        last = end.astimezone(zone).date() + timedelta(days=1)
        found = []
        while day <= last:
            if self.reason(day):
                begins, ends = day_in(day, zone)
                if begins < ends:
                    found.append(Interval(begins, ends))
            day += timedelta(days=1)
        return tuple(found)


NO_CLOSED_DAYS = ClosedDays()


def _day(text: str) -> date:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise ValueError(f"there is no day {text}; check the calendar") from None
    raise ValueError(f"{text!r} is not a day; write one such as 2026-12-24")

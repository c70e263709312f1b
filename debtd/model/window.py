"""A window: when one kind of work may be done. A set of half-open stretches of real time (UTC)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from debtd.model.closed_days import NO_CLOSED_DAYS, ClosedDays
from debtd.model.interval import Interval, clipped, union, without

HORIZON = timedelta(days=366)
"""How far ahead the next opening is looked for; beyond it, a window counts as one that does not open."""

_MOMENT = timedelta(microseconds=1)


class WindowKind(StrEnum):
    """SCAN and GENERATE take machines, PUBLISH pushes and opens pull requests, MAINTAIN brings open ones up to date
    (a push, so their checks run again), MERGE merges by itself."""

    SCAN = "scan"
    GENERATE = "generate"
    PUBLISH = "publish"
    MAINTAIN = "maintain"
    MERGE = "merge"


class Openings(Protocol):
    """One way to say when a window opens, by the clock of a zone. `text` is how its author wrote it."""

    @property
    def text(self) -> str: ...

    @property
    def zone(self) -> ZoneInfo: ...

    def intervals(self, start: datetime, end: datetime) -> Iterable[Interval]:
        """Those that touch `[start, end)`, in no order; they may overlap one another."""
        ...


@dataclass(frozen=True, slots=True)
class Window:
    """Open where one of its `openings` is, but for the closed days of that opening's zone.

    Without openings it is never open, for the `reason` ("": because it was set so). `zone` is the one to show its
    times in; `note` is a remark on where the openings come from.
    """

    openings: tuple[Openings, ...]
    zone: ZoneInfo
    closed_days: ClosedDays = NO_CLOSED_DAYS
    reason: str = ""
    note: str = ""

    @property
    def text(self) -> str:
        return ", ".join(opening.text for opening in self.openings) or "never"

    def intervals(self, start: datetime, end: datetime) -> tuple[Interval, ...]:
        """The open stretches in `[start, end)`, in order, none touching another."""
        if start >= end:
            return ()
        found: list[Interval] = []
        for opening in self.openings:
            wanted = clipped(opening.intervals(start, end), start, end)
            found += without(wanted, self.closed_days.intervals(opening.zone, start, end))
        return union(found)

    def is_open(self, at: datetime) -> bool:
        return bool(self.intervals(at, at + _MOMENT))

    def openings_after(self, at: datetime) -> Iterator[Interval]:
        """The open stretches that end after `at`, within the horizon. The first contains `at` if it is open then;
        its start is `at`, and the end of the last may be the horizon's."""
        limit = at + HORIZON
        days, told = 8, at
        while told < limit:
            end = min(at + timedelta(days=days), limit)
            for interval in self.intervals(told, end):
                if interval.end == end < limit:
                    break
                yield interval
                told = interval.end
            else:
                told = end
            days *= 4

    def opening_at_or_after(self, at: datetime) -> Interval | None:
        """The first of `openings_after`."""
        return next(self.openings_after(at), None)

    def closed_because(self, at: datetime) -> str:
        """Why it is not open, for people: a closed day, no openings, or simply the hour; "" when it is open."""
        if self.is_open(at):
            return ""
        if not self.openings:
            return self.reason or "set to never"
        for opening in self.openings:
            if clipped(opening.intervals(at, at + _MOMENT), at, at + _MOMENT):
                return self.closed_days.reason(at.astimezone(opening.zone).date())
        return f"outside {self.text}"

    def held_back_by(self, start: datetime, end: datetime) -> tuple[str, ...]:
        """The closed days without which it would be open at some moment of `[start, end)`, for people."""
        reasons: list[str] = []
        for opening in self.openings:
            wanted = union(clipped(opening.intervals(start, end), start, end))
            closed = self.closed_days.intervals(opening.zone, start, end)
            missed = (day for day in closed if clipped(wanted, day.start, day.end))
            reasons += (self.closed_days.reason(day.start.astimezone(opening.zone).date()) for day in missed)
        return tuple(dict.fromkeys(reasons))

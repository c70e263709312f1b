"""The five windows of a repository, and what cannot work about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from debtd.model.closed_days import NO_CLOSED_DAYS, ClosedDays
from debtd.model.window import HORIZON, Window, WindowKind

ROAD = (WindowKind.SCAN, WindowKind.GENERATE, WindowKind.PUBLISH)
"""The order in which a finding becomes a pull request."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """`windows` has every kind; `origins` says which setting decided it. `closed_days` are those of the windows that
    keep them; `zone` is the clock of the schedule as a whole."""

    windows: Mapping[WindowKind, Window]
    origins: Mapping[WindowKind, str]
    zone: ZoneInfo
    closed_days: ClosedDays = NO_CLOSED_DAYS

    def __getitem__(self, kind: WindowKind) -> Window:
        return self.windows[kind]


def earliest_passage(schedule: Schedule, now: datetime) -> tuple[WindowKind, datetime] | datetime:
    """When a finding met from `now` on could be published at the earliest, if work took no time; or the kind that
    never opens again after the moment at which the kinds before it could be done."""
    moment = now
    for kind in ROAD:
        opening = schedule[kind].opening_at_or_after(moment)
        if opening is None:
            return kind, moment
        moment = opening.start
    return moment


def problems(schedule: Schedule, now: datetime) -> tuple[str, ...]:
    """What an operator should know: windows that do not open within a year although they are meant to, and a road
    that cannot reach its end. One sentence each."""
    found = []
    for kind, window in schedule.windows.items():
        if not window.openings:
            if window.reason:
                found.append(f"{kind} never opens: {window.reason}.")
        elif window.opening_at_or_after(now) is None:
            day = f"{now + HORIZON:%Y-%m-%d}"
            closed = "closed days cover all of it" if _opens_without_closed_days(window, now) else "it has no opening"
            found.append(f"{kind} does not open before {day}: {closed}; see {schedule.origins[kind]}.")
    passage = earliest_passage(schedule, now)
    if isinstance(passage, tuple):
        kind, moment = passage
        if moment > now and schedule[kind].opening_at_or_after(now) is not None:
            before = ROAD[ROAD.index(kind) - 1]
            found.append(
                f"{kind} can never follow {before}: {before} next opens on {moment:%Y-%m-%d} at {moment:%H:%M} UTC,"
                f" and {kind} does not open after that; see {schedule.origins[kind]}."
            )
    return tuple(found)


def _opens_without_closed_days(window: Window, now: datetime) -> bool:
    return Window(window.openings, window.zone).opening_at_or_after(now) is not None

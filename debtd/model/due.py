"""Whether a run is owed. A window that passed without one is caught up at the next opening, never forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from debtd.model.interval import Interval
from debtd.model.window import HORIZON, Window

DAY = timedelta(days=1)
_LONGEST_OPENING = timedelta(days=8)  # the beginning of a longer one is taken to be as long ago as that


class DueState(StrEnum):
    """DONE: the present opening, or the last one, was served. DUE: owed by the present opening, or never yet run.
    OVERDUE: at least one whole opening has passed without a run that was completed."""

    DONE = "done"
    DUE = "due"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Due:
    """`go_at` is when the run may go: now, at the next opening, or None when there is none within the horizon (then
    the window's own reason tells why). `missed` counts the openings that passed without a run."""

    state: DueState
    go_at: datetime | None
    missed: int = 0


def judge_due(window: Window, last_completed: datetime | None, now: datetime) -> Due:
    """What is owed to a stage. `last_completed` is the time of its last completed run; a run that was cut off is none.

    An opening longer than a day owes one run for each 24 hours from its beginning. A clock that was set back (a last
    run in the future) counts as a run now: nothing is done twice on its account.
    """
    if last_completed is None:
        return Due(DueState.DUE, _start(window, now))
    last = min(last_completed, now)
    soon = now + _LONGEST_OPENING
    turns = _turns(window, max(last, now - HORIZON), soon)
    owing = [turn for turn in turns if last < turn.start <= now]
    if owing:
        missed = sum(1 for turn in owing if turn.end <= now)
        return Due(DueState.OVERDUE if missed else DueState.DUE, _start(window, now), missed)
    upcoming = (turn.start for turn in turns if turn.start > now)
    return Due(DueState.DONE, next(upcoming, None) or _start(window, soon))


def _start(window: Window, at: datetime) -> datetime | None:
    opening = window.opening_at_or_after(at)
    return None if opening is None else opening.start


def _turns(window: Window, start: datetime, end: datetime) -> tuple[Interval, ...]:
    """What owes one run each, from the one under way at `start` to those begun before `end`."""
    return tuple(
        Interval(begin, min(begin + DAY, opening.end))
        for opening in window.intervals(start - _LONGEST_OPENING, end)
        for begin in _every_day(opening)
    )


def _every_day(opening: Interval) -> Iterator[datetime]:
    begin = opening.start
    while begin < opening.end:
        yield begin
        begin += DAY

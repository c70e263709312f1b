"""What an operator wants to know about the windows of a repository at a moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from debtd.model.due import Due, judge_due
from debtd.model.interval import Interval
from debtd.model.repo import Repository
from debtd.model.schedule import Schedule, earliest_passage, problems
from debtd.model.window import HORIZON, Window, WindowKind
from debtd.pipeline.waiting import Queue, Waiting

CLOSED_DAYS_AHEAD = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowNow:
    """One window at a moment. `openings` are the next ones; while it is open, the first is the present one and
    begins at the moment. An end at `horizon` only means that nobody looked further. `held_back_by` are the closed
    days without which it would be open now or before the next opening."""

    kind: WindowKind
    window: Window
    origin: str
    is_open: bool
    reason: str
    openings: tuple[Interval, ...]
    held_back_by: tuple[str, ...]
    waiting: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """`repository` is None for the schedule of those that no pattern matches; `queue` None where nothing is enrolled.
    `earliest` is when something found now could be published at the earliest; None when it never could."""

    repository: Repository | None
    at: datetime
    horizon: datetime
    windows: tuple[WindowNow, ...]
    queue: Queue | None
    scan_due: Due | None
    closed_days: tuple[str, ...]
    earliest: datetime | None
    problems: tuple[str, ...]


def explain_schedule(
    schedule: Schedule, at: datetime, count: int, repository: Repository | None = None, queue: Queue | None = None
) -> Explanation:
    """The state of all windows at `at`, with `count` openings each."""
    passage = earliest_passage(schedule, at)
    return Explanation(
        repository=repository,
        at=at,
        horizon=at + HORIZON,
        windows=tuple(_window_now(schedule, kind, at, count, queue) for kind in WindowKind),
        queue=queue,
        scan_due=None if queue is None else judge_due(schedule[WindowKind.SCAN], queue.scanned_at, at),
        closed_days=_closed_days(schedule, at),
        earliest=None if isinstance(passage, tuple) else passage,
        problems=problems(schedule, at),
    )


def _window_now(schedule: Schedule, kind: WindowKind, at: datetime, count: int, queue: Queue | None) -> WindowNow:
    window = schedule[kind]
    waiting: Mapping[WindowKind, tuple[Waiting, ...]] = {} if queue is None else queue.waiting
    upcoming = window.opening_at_or_after(at)
    return WindowNow(
        kind=kind,
        window=window,
        origin=schedule.origins[kind],
        is_open=window.is_open(at),
        reason=window.closed_because(at),
        openings=tuple(islice(window.openings_after(at), count)),
        held_back_by=window.held_back_by(at, upcoming.start if upcoming else at + HORIZON),
        waiting=waiting.get(kind, ()),
    )


def _closed_days(schedule: Schedule, at: datetime) -> tuple[str, ...]:
    """Each freeze and holiday of the days ahead, once, on the calendar of the windows that keep them."""
    frozen = (window for window in schedule.windows.values() if window.closed_days == schedule.closed_days)
    zone = next((window.zone for window in frozen), None)
    if zone is None:
        return ()
    today = at.astimezone(zone).date()
    reasons = (schedule.closed_days.reason(today + timedelta(days=day)) for day in range(CLOSED_DAYS_AHEAD))
    return tuple(dict.fromkeys(reason for reason in reasons if reason))

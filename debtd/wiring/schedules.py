"""The windows of a repository, put together from its settings, its holiday calendars and its history."""

from collections.abc import Callable
from datetime import datetime
from functools import cache

from debtd.adapters.holiday_calendar import holiday_calendar
from debtd.model.closed_days import NO_CLOSED_DAYS, ClosedDays
from debtd.model.quiet import AuthorDate, QuietHours, find_quiet_hours
from debtd.model.repo import Repository
from debtd.model.schedule import Schedule
from debtd.model.window import Window
from debtd.pipeline.window_value import WindowValue
from debtd.schedule_settings import Plan, ScheduleSettings
from debtd.settings import Settings


def schedule_of(settings: Settings, repository: Repository | None, now: datetime) -> Schedule:
    """The five windows. `None` stands for a repository that no pattern of the settings matches.

    Raises ConfigError for a holiday calendar that cannot be read. Quiet hours that cannot be found (`auto`) leave the
    window closed, with the reason.
    """
    plan = (settings.schedule or ScheduleSettings()).plan_for(repository)
    calendars = tuple((code, holiday_calendar(code, plan.holidays_origin)) for code in plan.holidays)
    closed = ClosedDays(plan.freezes, calendars)
    quiet = cache(lambda: _quiet_hours(settings, repository, plan, now))
    windows = {
        kind: _window(value, plan, closed if kind in plan.frozen else NO_CLOSED_DAYS, quiet)
        for kind, value in plan.windows.items()
    }
    return Schedule(windows, plan.origins, plan.clock, closed)


def _window(value: WindowValue, plan: Plan, closed: ClosedDays, quiet: Callable[[], QuietHours | str]) -> Window:
    if not value.auto:
        shown_in = value.openings[0].zone if value.openings else plan.clock
        return Window(value.openings, shown_in, closed)
    found = quiet()
    if isinstance(found, str):
        return Window((), plan.clock, closed, reason=f"`auto` finds no quiet hours: {found}")
    return Window(found.weekly, found.weekly[0].zone, closed, note=f"auto, from {found.basis}")


def _quiet_hours(settings: Settings, repository: Repository | None, plan: Plan, now: datetime) -> QuietHours | str:
    if repository is None:
        return "they are found in the history of a repository"
    return find_quiet_hours(_author_dates(settings, repository), plan.clock, now)


def _author_dates(settings: Settings, repository: Repository) -> tuple[AuthorDate, ...]:
    from debtd.adapters.git.history import read_author_dates  # noqa: PLC0415  (only for `auto`)

    return read_author_dates(settings.state_dir, repository)

"""The windows of a repository, put together from its settings, its holiday calendars and its history."""

from collections.abc import Callable
from datetime import datetime, time
from functools import cache, partial

from debtd.adapters.holiday_calendar import holiday_calendar
from debtd.model.closed_days import NO_CLOSED_DAYS, ClosedDays
from debtd.model.errors import ConfigError
from debtd.model.quiet import AuthorDate, QuietHours, find_quiet_hours
from debtd.model.repo import Repository
from debtd.model.schedule import Schedule, problems
from debtd.model.weekly import WEEK, Weekly
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
    return _schedule(plan, lambda: _quiet_hours(settings, repository, plan, now))


def check_schedules(settings: Settings, now: datetime) -> str:
    """What is set, for people. Raises ConfigError for a calendar that cannot be read and for windows that cannot work.

    `auto` counts as open: whether quiet hours are found is another question for every repository.
    """
    if settings.schedule is None:
        return "no windows are set: always open, but for merging"
    plans = settings.schedule.plans()
    for plan in plans:
        if found := problems(_schedule(plan, partial(_always, plan)), now):
            raise ConfigError(found[0])
    return f"set and can open; [[repository]] tables: {len(plans) - 1}"


def _always(plan: Plan) -> QuietHours:
    return QuietHours((Weekly(WEEK, time(), time(), 1, plan.clock, "auto"),), "")


def _schedule(plan: Plan, find_quiet: Callable[[], QuietHours | str]) -> Schedule:
    calendars = tuple((code, holiday_calendar(code, plan.holidays_origin)) for code in plan.holidays)
    closed = ClosedDays(plan.freezes, calendars)
    quiet = cache(find_quiet)
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

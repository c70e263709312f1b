"""Windows as a person with the text and a watch reads them: without debtd's own arithmetic."""

from datetime import datetime, time, timedelta

from debtd.model.window import WindowKind
from tests.simulation.charter import Hours
from tests.support.clocks import shows

_STEP = timedelta(minutes=15)  # every window here begins and ends at a quarter of an hour
_DAY = timedelta(days=1)


def is_open(hours: Hours, kind: WindowKind, at: datetime) -> bool:
    today = at.astimezone(hours.zone).date()
    frozen = any(first <= today <= last for first, last in hours.freezes)
    return not frozen and any(shows(weekly, at) for weekly in hours.weekly[kind])


def night_began(hours: Hours, at: datetime) -> datetime:
    """The beginning of the opening for publishing that `at` lies in; of a longer one than a day, the last noon."""
    quarter = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
    begin = quarter
    while at - begin < _DAY and is_open(hours, WindowKind.PUBLISH, begin - _STEP):
        begin -= _STEP
    if at - begin < _DAY:
        return begin
    local = at.astimezone(hours.zone)
    noon = datetime.combine(local.date(), time(12), hours.zone)
    return noon if noon <= at else datetime.combine(local.date() - _DAY, time(12), hours.zone)

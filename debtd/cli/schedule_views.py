"""How windows are shown: to people in the zone of each window and in UTC, and as JSON."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from debtd.cli.output import plural
from debtd.model.due import Due, DueState
from debtd.model.interval import Interval
from debtd.model.window import WindowKind
from debtd.pipeline.explain_schedule import CLOSED_DAYS_AHEAD, Explanation, WindowNow
from debtd.pipeline.waiting import Waiting

_INDENT = " " * 10


def render_explanation(explanation: Explanation) -> Iterator[str]:
    """Lines for a person."""
    repository = explanation.repository
    yield "the schedule in general" if repository is None else f"{repository.name} ({repository.source})"
    zone = explanation.windows[0].window.zone
    yield f"at {_moment(explanation.at, zone)}"
    yield ""
    for window in explanation.windows:
        yield from _window(window, explanation)
    yield ""
    if explanation.earliest is not None:
        yield f"What is found now can be published {_when(explanation.earliest, explanation.at, zone)}."
    if explanation.closed_days:
        yield f"Closed days in the next {CLOSED_DAYS_AHEAD} days:"
    for reason in explanation.closed_days:
        yield f"  {reason}"
    for problem in explanation.problems:
        yield f"Problem: {problem}"


def _window(now: WindowNow, explanation: Explanation) -> Iterator[str]:
    zone, at = now.window.zone, explanation.at
    openings = list(now.openings)
    if now.is_open:
        present = openings.pop(0)
        yield f"{now.kind:<10}OPEN    {now.window.text}{_left(present, explanation, zone)}"
    else:
        yield f"{now.kind:<10}closed  {now.reason}"
    if now.window.note:
        yield f"{_INDENT}{now.window.note}"
    if "`repository" in now.origin:
        yield f"{_INDENT}set in  {now.origin}"
    for reason in now.held_back_by:
        if reason != now.reason:
            yield f"{_INDENT}skips   {reason}"
    for number, opening in enumerate(openings):
        word = "then" if number or now.is_open else "opens"
        wait = "" if number or now.is_open else f", in {_duration(opening.start - at)}"
        yield f"{_INDENT}{word:<8}{_opening(opening, zone)}{wait}"
    if not now.is_open and now.window.openings and not openings:
        yield f"{_INDENT}no opening before {explanation.horizon:%Y-%m-%d}"
    yield from _queued(now, explanation, zone)


def _queued(now: WindowNow, explanation: Explanation, zone: ZoneInfo) -> Iterator[str]:
    """What waits for the window, and of what was proven already, what for besides."""
    told = [_waiting(waiting) for waiting in now.waiting]
    if told:
        yield f"{_INDENT}waiting {', '.join(told)}"
    if explanation.queue is None:
        return
    if now.kind is WindowKind.PUBLISH:
        for reason, count in Counter(held.reason for held in explanation.queue.held if held.reason).most_common():
            yield f"{_INDENT}{count:>7} {reason}"
    if now.kind is WindowKind.SCAN and explanation.scan_due is not None:
        yield from _last_scan(explanation.queue.scanned_at, explanation.scan_due, zone)


def _left(present: Interval, explanation: Explanation, zone: ZoneInfo) -> str:
    if present.end >= explanation.horizon:
        return ""
    return f"; until {_moment(present.end, zone)}, {_duration(present.end - explanation.at)} left"


def _opening(opening: Interval, zone: ZoneInfo) -> str:
    start, end = opening.start.astimezone(zone), opening.end.astimezone(zone)
    until = f"{end:%H:%M %Z}" if (opening.end - opening.start) < timedelta(hours=20) else f"{end:%a %Y-%m-%d %H:%M %Z}"
    utc = "" if zone.key == "UTC" else f" ({opening.start:%H:%M}-{opening.end:%H:%M} UTC)"
    return f"{start:%a %Y-%m-%d %H:%M %Z} until {until}{utc}, for {_duration(opening.end - opening.start)}"


def _last_scan(scanned_at: datetime | None, due: Due, zone: ZoneInfo) -> Iterator[str]:
    if scanned_at is None:
        return
    # A scan that finds nothing new writes nothing, so the store cannot tell it from one that did not run.
    missed = f"; {plural(due.missed, 'opening')} since without anything newly scanned"
    missed = missed if due.state is DueState.OVERDUE else ""
    yield f"{_INDENT}last    {_moment(scanned_at, zone)}{missed}"


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    utc = "" if zone.key == "UTC" else f" ({moment:%H:%M} UTC)"
    return f"{moment.astimezone(zone):%a %Y-%m-%d %H:%M %Z}{utc}"


def _when(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    return "at once" if moment == now else f"from {_moment(moment, zone)} on"


def _waiting(waiting: Waiting) -> str:
    return waiting.one if not waiting.many else plural(waiting.count, waiting.one, waiting.many)


def _duration(duration: timedelta) -> str:
    """ "3 d 4 h", "9 h 54 min", "20 min"; the two largest units, rounded down."""
    minutes = duration // timedelta(minutes=1)
    parts = ((minutes // 1440, "d"), (minutes % 1440 // 60, "h"), (minutes % 60, "min"))
    said = [f"{count} {unit}" for count, unit in parts if count]
    return " ".join(said[:2]) or "less than a minute"


def explanation_json(explanation: Explanation) -> dict[str, object]:
    """Times are ISO 8601, in UTC; `local` ones carry the offset of the window's zone. No opening ends past the horizon:
    an end there only means that nobody looked further."""
    repository, due = explanation.repository, explanation.scan_due
    return {
        "repository": repository and {"id": repository.id, "name": repository.name, "source": repository.source},
        "at": _utc(explanation.at),
        "horizon": _utc(explanation.horizon),
        "windows": [_window_json(window) for window in explanation.windows],
        "last_scan": due
        and {
            "finished_at": explanation.queue and _utc(explanation.queue.scanned_at),
            "state": due.state,
            "openings_missed": due.missed,
            "go_at": _utc(due.go_at),
        },
        "held": [
            {"key": held.task.key, "rule": held.task.rule_id, "reason": held.reason or None, "since": _utc(held.since)}
            for held in (explanation.queue.held if explanation.queue is not None else ())
        ],
        "earliest_publish_at": _utc(explanation.earliest),
        "closed_days": list(explanation.closed_days),
        "problems": list(explanation.problems),
    }


def _window_json(now: WindowNow) -> dict[str, object]:
    zone = now.window.zone
    return {
        "kind": now.kind,
        "set_to": now.window.text,
        "set_in": now.origin,
        "note": now.window.note or None,
        "zone": zone.key,
        "open": now.is_open,
        "reason": now.reason or None,
        "held_back_by": list(now.held_back_by),
        "openings": [
            {
                "start": _utc(opening.start),
                "end": _utc(opening.end),
                "local_start": opening.start.astimezone(zone).isoformat(),
                "local_end": opening.end.astimezone(zone).isoformat(),
            }
            for opening in now.openings
        ],
        "waiting": [{"what": waiting.many or waiting.one, "count": waiting.count} for waiting in now.waiting],
    }


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")

"""Whether a kind of work may be done in a repository now: its window, the valve, and the time that a pass was given."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from debtd.model.schedule import Schedule
from debtd.model.window import Window, WindowKind
from debtd.pipeline.load import LoadWatch
from debtd.pipeline.order import ALL_BUT_MERGE
from debtd.ports import Clock

_PUSHES = frozenset({WindowKind.PUBLISH, WindowKind.MAINTAIN})
_A_DAY = timedelta(days=1)
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Asked again before each piece of work. Without a schedule, the `windows` never close and all others never open.

    `began_at` is when the run began, `deadline` when it begins nothing more. The present openings of `served` kinds
    have had their run; this run counts as one where it `serves`.
    """

    clock: Clock
    began_at: datetime
    schedule: Schedule | None = None
    windows: frozenset[WindowKind] = ALL_BUT_MERGE
    load: LoadWatch | None = None
    deadline: datetime | None = None
    serves: bool = False
    served: frozenset[WindowKind] = frozenset()

    @property
    def is_unconditional(self) -> bool:
        """Nothing can change what may be done while a run goes on."""
        return self.schedule is None and self.deadline is None and (self.load is None or not self.load.is_limited)

    def is_over(self) -> bool:
        """Whether the deadline has passed."""
        return self.deadline is not None and self.clock.now() >= self.deadline

    def withheld(self, kind: WindowKind) -> str:
        """What work of this kind waits for, for people; "" when it may be done now."""
        now = self.clock.now()
        if self.is_over():
            return "the next pass: the time given to this one is over"
        if self.schedule is None and kind not in self.windows:
            return f"the {kind} window, which is not set"
        if self.schedule is not None and not self.schedule[kind].is_open(now):
            return f"the {kind} window: {next_opening(self.schedule[kind], now)}"
        if kind in self.served:
            return f"the next opening of the {kind} window: this one has had its run"
        if kind in _PUSHES and self.load is not None and (reason := self.load.shut_because()):
            return f"calmer checks: {reason}"
        return ""

    def granted(self) -> frozenset[WindowKind]:
        """The kinds of work that may be done now."""
        return frozenset(kind for kind in WindowKind if not self.withheld(kind))

    def night_began_at(self) -> datetime:
        """The beginning of the present publish opening; of one that is open for longer than a day, the last noon."""
        now = self.clock.now()
        window = None if self.schedule is None else self.schedule[WindowKind.PUBLISH]
        openings = () if window is None else window.intervals(now - _A_DAY, now + _MOMENT)
        if openings and openings[-1].start > now - _A_DAY:
            return openings[-1].start
        local = now.astimezone(UTC if window is None else window.zone)
        noon = datetime.combine(local.date(), time(12), local.tzinfo)
        return noon if noon <= now else datetime.combine(local.date() - _A_DAY, time(12), local.tzinfo)


def next_opening(window: Window, now: datetime) -> str:
    """When a closed window opens, and why it is closed, for people."""
    opening = window.opening_at_or_after(now)
    if opening is None:
        return f"it does not open within a year ({window.closed_because(now)})"
    return f"it opens on {opening.start.astimezone(window.zone):%a %Y-%m-%d at %H:%M %Z}"

"""When the next call may be made: never before the time that the forge named, and writes at a human pace.

GitHub asks for a second between writes and allows 80 a minute and 500 an hour; the same does no harm elsewhere.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from debtd.adapters.forge.http.ledger import Ledger, Pace
from debtd.model.errors import Retryable
from debtd.ports import Clock

_WRITE_LIMITS = ((1, 1.0), (80, 60.0), (500, 3600.0))  # at most so many writes in so many seconds
_LONGEST_SECONDS = 86_400.0
_FIRST_PENALTY_SECONDS = 60.0
_MAX_STRIKES = 5


@dataclass(frozen=True, slots=True)
class Pacer:
    """The pace towards one host with one credential. Waits up to `patience_seconds`, beyond that raises Retryable."""

    host: str
    ledger: Ledger
    clock: Clock
    sleep: Callable[[float], None]
    patience_seconds: float = 90.0

    def admit(self, *, write: bool) -> None:
        """Return when the call may be made; a write is then counted."""
        wait = 0.0

        def reserve(pace: Pace) -> Pace:
            nonlocal wait
            now = self._now()
            earliest = _earliest(pace, now, write=write)
            wait = earliest - now
            if wait > self.patience_seconds or not write:
                return pace
            return replace(pace, writes=(*(w for w in pace.writes if w > earliest - 3600), earliest))

        self.ledger.update(reserve)
        if wait > self.patience_seconds:
            raise Retryable(
                f"{self.host} takes no more calls for {wait:.0f} seconds; debtd goes on after that.",
                after_seconds=wait,
            )
        if wait > 0:
            self.sleep(wait)

    def postpone(self, seconds: float | None) -> float:
        """Make no call for so many seconds; how many. None: the forge was annoyed and named no time, so a minute,
        doubled each time, and an hour from the fifth time on."""
        chosen = 0.0

        def later(pace: Pace) -> Pace:
            nonlocal chosen
            strikes = pace.strikes + 1 if seconds is None else pace.strikes
            chosen = min(_LONGEST_SECONDS, _penalty(strikes) if seconds is None else seconds)
            return replace(pace, not_before=max(pace.not_before, self._now() + chosen), strikes=strikes)

        self.ledger.update(later)
        return chosen

    def relax(self) -> None:
        """A call went well: the next penalty starts small again."""
        self.ledger.update(lambda pace: replace(pace, strikes=0) if pace.strikes else pace)

    def _now(self) -> float:
        return self.clock.now().timestamp()


def _penalty(strikes: int) -> float:
    return 3600.0 if strikes >= _MAX_STRIKES else _FIRST_PENALTY_SECONDS * 2.0 ** (strikes - 1)


def _earliest(pace: Pace, now: float, *, write: bool) -> float:
    """A time that lies further ahead than any wait was written under a clock that has been set back since."""
    earliest = pace.not_before if now < pace.not_before <= now + _LONGEST_SECONDS else now
    if write:
        past = sorted(w for w in pace.writes if w <= now + 3600)
        for count, seconds in _WRITE_LIMITS:
            if len(past) >= count:
                earliest = max(earliest, past[-count] + seconds)
    return earliest

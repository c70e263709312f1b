"""Time that only moves when somebody waits."""

from datetime import UTC, datetime, timedelta


class FakeClock:
    """A clock and the sleep that goes with it."""

    def __init__(self, now: datetime = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)) -> None:
        self._now = now
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)

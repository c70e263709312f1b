"""The load of a repository's checks, measured no more often than needed."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from debtd.model.errors import RepoUnusable, Retryable
from debtd.model.forge import CiLoad
from debtd.model.repo import Repository
from debtd.model.valve import Load, LoadLimits, Valve, judge_load
from debtd.ports import Clock, Forge


@dataclass(slots=True)
class LoadWatch:
    """The valve of one repository in one run. Once shut, it opens only when the load is clearly lower."""

    repository: Repository
    forge: Forge
    limits: LoadLimits
    clock: Clock
    _asked_at: datetime | None = None
    _valve: Valve = field(default_factory=lambda: Valve(is_open=True))

    @property
    def is_limited(self) -> bool:
        return self.limits.queued_jobs is not None or self.limits.check_seconds is not None

    def shut_because(self) -> str:
        """Why nothing may be pushed now; "" when it may. Asks the forge when the last answer is too old."""
        age = None if self._asked_at is None else self.clock.now() - self._asked_at
        if self.is_limited and (age is None or not timedelta() <= age <= self.limits.max_age):
            self.measure()
        return self._valve.reason

    def measure(self) -> None:
        """Ask the forge. A load that it does not tell is unknown, and an unknown one is high."""
        if not self.is_limited:
            return
        load: Load | None = None
        self._asked_at = self.clock.now()
        try:
            told = self.forge.ci_load(self.repository)
        except (Retryable, RepoUnusable):
            pass
        else:
            load = Load(
                measured_at=self._asked_at, queued_jobs=float(told.queued), check_seconds=_typical_seconds(told)
            )
        self._valve = judge_load(load, self.limits, self._asked_at, was_open=self._valve.is_open)


def _typical_seconds(told: CiLoad) -> float | None:
    """The median of recent checks; none at all mean an idle machine, unless some are under way."""
    if told.latencies_seconds:
        return median(told.latencies_seconds)
    return None if told.queued or told.running else 0.0

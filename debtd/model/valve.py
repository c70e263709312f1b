"""The valve: no push while the machines that run the checks are busy. It knows numbers, not where they come from."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

REOPENS_BELOW = 0.8
"""Once shut, it opens below this share of a limit: a load that stands at the limit must not make it flutter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """`queued_jobs` wait for a machine; `check_seconds` is how long recent checks took from the push to their end.
    None: the forge does not tell."""

    measured_at: datetime
    queued_jobs: float | None = None
    check_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadLimits:
    """The valve is shut above any of them; None: not looked at. `max_age` is how old a measurement may be."""

    queued_jobs: float | None = None
    check_seconds: float | None = None
    max_age: timedelta = timedelta(minutes=10)

    def __post_init__(self) -> None:
        for limit in (self.queued_jobs, self.check_seconds):
            if limit is not None and not (math.isfinite(limit) and limit >= 0):
                raise ValueError(f"a limit of {limit} is none; write a number of at least 0")


@dataclass(frozen=True, slots=True)
class Valve:
    """`reason` says for people why it is shut; "" when it is open."""

    is_open: bool
    reason: str = ""


def judge_load(load: Load | None, limits: LoadLimits, now: datetime, *, was_open: bool = True) -> Valve:
    """Whether a push may go. Shut where a limited number is missing, nonsense or too old: an unknown load is high."""
    limited = [
        (limits.queued_jobs, None if load is None else load.queued_jobs, "jobs that wait", ""),
        (limits.check_seconds, None if load is None else load.check_seconds, "the time that checks take", " seconds"),
    ]
    asked = [(limit, number, what, unit) for limit, number, what, unit in limited if limit is not None]
    if not asked:
        return Valve(is_open=True)
    if load is None:
        return Valve(False, "the load of the checks is not known")
    if not timedelta() <= now - load.measured_at <= limits.max_age:
        return Valve(False, f"the load of the checks was measured at {load.measured_at:%Y-%m-%d %H:%M} UTC, not lately")
    for limit, number, what, unit in asked:
        if number is None or not math.isfinite(number) or number < 0:
            return Valve(False, f"{what}: {'not told' if number is None else number}, which is no measurement")
        bound = limit if was_open else limit * REOPENS_BELOW
        if number > bound:
            return Valve(False, f"{what}: {number:g}{unit}, more than {bound:g}")
    return Valve(is_open=True)

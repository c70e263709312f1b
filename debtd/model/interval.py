"""Spans of real time: half-open, in UTC, so that neighbours neither overlap nor leave a hole."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """`[start, end)`, aware UTC datetimes; never empty."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if not self.start < self.end:
            raise AssertionError(f"an interval from {self.start} to {self.end} is empty")

    def holds(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


def union(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same moments as ordered intervals that do not touch: a moment is in one of them at most."""
    merged: list[Interval] = []
    for interval in sorted(intervals):
        if merged and interval.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, interval.end))
        else:
            merged.append(interval)
    return tuple(merged)


def without(intervals: Iterable[Interval], removed: Iterable[Interval]) -> tuple[Interval, ...]:
    """The moments of the first that are in none of the second, as `union` gives them."""
    kept: list[Interval] = []
    holes = union(removed)
    for interval in union(intervals):
        start = interval.start
        for hole in holes:
            if hole.end <= start or hole.start >= interval.end:
                continue
            if start < hole.start:
                kept.append(Interval(start, hole.start))
            start = hole.end
        if start < interval.end:
            kept.append(Interval(start, interval.end))
    return tuple(kept)


def clipped(intervals: Iterable[Interval], start: datetime, end: datetime) -> tuple[Interval, ...]:
    """What of each interval lies in `[start, end)`; nothing when that is empty."""
    if start >= end:
        return ()
    return tuple(
        Interval(max(interval.start, start), min(interval.end, end))
        for interval in intervals
        if interval.start < end and start < interval.end
    )

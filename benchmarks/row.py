"""What a benchmark says: rows of lines, each with a target, what was measured, and a verdict."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.bench import Bench


class NotMeasured(Exception):
    """A row cannot be measured, and why: a peer does not install, a command fails. That is a failure of the row."""


class Verdict(StrEnum):
    MET = "met"
    SHORT = "falls short"
    NOT_MEASURED = "not measured"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True)
class AtMost:
    limit: float
    unit: str = ""

    def holds(self, value: float) -> bool:
        return value <= self.limit

    def __str__(self) -> str:
        return f"≤ {self.limit:g}{self.unit}"


@dataclass(frozen=True, slots=True)
class AtLeast:
    limit: float
    unit: str = ""

    def holds(self, value: float) -> bool:
        return value >= self.limit

    def __str__(self) -> str:
        return f"≥ {self.limit:g}{self.unit}"


Target = AtMost | AtLeast


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the table. `value` is in the target's unit, None when it could not be measured; without a target the
    line only informs. `detail` holds the numbers behind the value."""

    work: str
    target: Target | None
    value: float | None
    unit: str = ""
    detail: str

    @property
    def verdict(self) -> Verdict:
        if self.value is None:
            return Verdict.NOT_MEASURED
        if self.target is None:
            return Verdict.INFORMATION
        return Verdict.MET if self.target.holds(self.value) else Verdict.SHORT

    @property
    def measured(self) -> str:
        if self.value is None:
            return "-"
        whole = self.value >= 100 or self.value == int(self.value)
        digits = 0 if whole else 1 if self.value >= 10 else 2 if self.value >= 1 else 3
        return f"{self.value:,.{digits}f}{self.unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A benchmark that can be asked for by name. `measure` gives its lines or raises NotMeasured."""

    name: str
    work: str
    measure: "Callable[[Bench], tuple[Line, ...]]"

    def lines(self, bench: "Bench") -> tuple[Line, ...]:
        try:
            return self.measure(bench)
        except NotMeasured as reason:
            return (Line(work=self.work, target=None, value=None, detail=str(reason)),)

"""What must be remembered about the pace towards a forge, also by the next process: a small file for each host.

It is no part of debtd's state proper: when it is lost or broken, debtd starts with a clean sheet.
"""

import contextlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from debtd.adapters.filelock import locked


@dataclass(frozen=True, slots=True)
class Pace:
    """Times are seconds since the epoch. `strikes` counts penalties in a row for which the forge named no time."""

    not_before: float = 0.0
    strikes: int = 0
    writes: tuple[float, ...] = ()


class Ledger(Protocol):
    def update(self, step: Callable[[Pace], Pace]) -> None:
        """Replace the pace by what `step` makes of it, with no other process in between."""
        ...


@dataclass(slots=True)
class MemoryLedger:
    """For one process."""

    pace: Pace = field(default_factory=Pace)

    def update(self, step: Callable[[Pace], Pace]) -> None:
        self.pace = step(self.pace)


@dataclass(frozen=True, slots=True)
class FileLedger:
    """For all processes that share a state directory."""

    path: Path

    def update(self, step: Callable[[Pace], Pace]) -> None:
        with locked(self.path.with_suffix(".lock"), f"the pace ledger {self.path.name}"):
            before = _read(self.path)
            after = step(before)
            if after != before:
                half = self.path.with_suffix(".half")
                half.write_text(json.dumps([after.not_before, after.strikes, list(after.writes)]), "utf-8")
                os.replace(half, self.path)  # noqa: PTH105  (atomic, and says so)


def _read(path: Path) -> Pace:
    with contextlib.suppress(OSError, ValueError, TypeError):
        not_before, strikes, writes = json.loads(path.read_text("utf-8"))
        return Pace(float(not_before), int(strikes), tuple(float(write) for write in writes))
    return Pace()

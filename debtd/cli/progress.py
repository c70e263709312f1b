"""Progress bars on stderr, when it is a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from debtd.telemetry import log_event

_LABEL = {
    "libcst": "Python rules",
    "semgrep": "semgrep rules",
    "fix": "making patches",
    "publish": "opening pull requests",
}


class ProgressBars:
    """One bar a stage; a stage that starts again gets a new bar."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def start(self, stage: str, total: int) -> None:
        log_event("stage.started", stage=stage, total=total)
        if total:
            self._tasks[stage] = self._bars.add_task(_LABEL.get(stage, stage), total=total)

    def advance(self, stage: str, count: int = 1) -> None:
        if stage in self._tasks:
            self._bars.advance(self._tasks[stage], count)


@contextmanager
def progress_bars() -> Iterator[ProgressBars]:
    """Bars that live as long as the context; silent where stderr is no terminal."""
    columns = (TextColumn("{task.description:<22}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not sys.stderr.isatty(), transient=True) as bars:
        yield ProgressBars(bars)

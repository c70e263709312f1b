"""Progress bars on stderr, when it is a terminal."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from debtd.telemetry import log_event

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_LABEL = {
    "libcst": "Python rules",
    "semgrep": "semgrep rules",
    "fix": "making patches",
    "publish": "opening pull requests",
}


class ProgressBars:
    """One bar a stage; a stage that starts again gets a new bar. The first bar brings up the display."""

    def __init__(self, display: ExitStack) -> None:
        self._display = display
        self._tasks: dict[str, TaskID] = {}

    def start(self, stage: str, total: int) -> None:
        log_event("stage.started", stage=stage, total=total)
        if total and sys.stderr.isatty():
            self._tasks[stage] = self._bars.add_task(_LABEL.get(stage, stage), total=total)

    def advance(self, stage: str, count: int = 1) -> None:
        if stage in self._tasks:
            self._bars.advance(self._tasks[stage], count)

    @cached_property
    def _bars(self) -> "Progress":
        from rich.console import Console  # noqa: PLC0415  (slow to import)
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

        columns = (TextColumn("{task.description:<22}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        return self._display.enter_context(Progress(*columns, console=Console(stderr=True), transient=True))


@contextmanager
def progress_bars() -> Iterator[ProgressBars]:
    """Bars that live as long as the context; silent where stderr is no terminal."""
    with ExitStack() as display:
        yield ProgressBars(display)

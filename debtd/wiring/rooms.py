"""Everything that the road needs, put together."""

from collections.abc import Iterator
from contextlib import contextmanager

from debtd.pipeline.order import Rooms
from debtd.ports import Progress
from debtd.rulekit.rule import Rule
from debtd.settings import Settings
from debtd.wiring.durable import SystemClock, ensure_state_dir, local_forge, open_store, workspaces
from debtd.wiring.engines import toolbox


@contextmanager
def open_rooms(settings: Settings, progress: Progress) -> Iterator[tuple[Rooms, tuple[Rule, ...]]]:
    """Everything that the road needs, and all rules."""
    ensure_state_dir(settings)
    with toolbox(settings, settings.state_dir / "scratch") as tools, open_store(settings) as store:
        rooms = Rooms(
            workspaces=workspaces(settings),
            scratch=tools.scratch,
            engines=tools.engines,
            store=store,
            forge=local_forge(settings),
            clock=SystemClock(),
            progress=progress,
        )
        yield rooms, tools.rules

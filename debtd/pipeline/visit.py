"""One repository in one run, before and after its patches are made."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace

from debtd.model.coverage import Skipped
from debtd.model.errors import DebtdError
from debtd.model.repo import Repository
from debtd.model.window import WindowKind
from debtd.pipeline.backlog import Backlog
from debtd.pipeline.dashboard import Heard
from debtd.pipeline.order import Order, Rooms, Scanned
from debtd.pipeline.permit import Permit


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What to do in a repository, with what, and when it may be done. `lock` keeps other processes out of it."""

    repository: Repository
    order: Order
    rooms: Rooms
    permit: Permit
    lock: Callable[[], AbstractContextManager[None]] = nullcontext

    def order_now(self) -> Order:
        """The order, with the windows that are open at this moment."""
        return replace(self.order, windows=self.permit.granted())


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A repository with its patches made and judged. `withheld` says what the stages waited for that had to wait;
    `faults` hindered single pull requests; `left_alone` says why there was nothing but a scan, and
    `file_is_wrong` that it is for a mistake in the repository's file. `heard` is what people ticked."""

    visit: Visit
    work: Backlog
    scanned: Scanned
    skipped: Mapping[str, Skipped] = field(default_factory=dict)
    judged: tuple[str, ...] = ()
    withheld: Mapping[WindowKind, str] = field(default_factory=dict)
    left_alone: str = ""
    file_is_wrong: bool = False
    heard: Heard = field(default_factory=Heard)
    faults: tuple[DebtdError, ...] = ()

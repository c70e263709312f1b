"""The requests of one run and the threads that drive children through them. Nothing of it outlives `Crew.run`."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from debtd.adapters.cst_pool.process import Child, ChildGone
from debtd.adapters.cst_pool.wire import Garbage, decode_greeting
from debtd.model.coverage import Skipped, SkipReason
from debtd.model.errors import ConfigError

Q = TypeVar("Q")
R = TypeVar("R")

_START_SECONDS = 60.0
_GLANCE_SECONDS = 0.2  # how often a waiting thread looks whether the run is over
_MAX_AHEAD = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms(Generic[Q, R]):
    """What all children of a run are and are told, and how long one request may take.

    `module` of this room is what a child runs, `orders` its first line. `decode` makes a reply, and the bytes of memory
    that the child holds, of a line; it raises `Garbage`. `give_up` makes the reply to a request that had none.
    A child is replaced after `requests_per_child`, or when it holds more than `max_memory_bytes`.
    """

    module: str
    orders: bytes
    encode: Callable[[Q], bytes]
    decode: Callable[[bytes, Q], tuple[R, int]]
    give_up: Callable[[Q, Skipped], R]
    wall_seconds: float
    workers: int
    requests_per_child: int
    max_memory_bytes: int


@dataclass(slots=True)
class _Service(Generic[Q]):
    """One child's time with us: what it was sent and has not answered, oldest first."""

    waiting: deque[Q] = field(default_factory=deque)
    sent: int = 0
    tired: bool = False
    since: float = 0.0


class Crew(Generic[Q, R]):
    """`run` hands every request to `answered`, once, from some thread, in no order."""

    def __init__(self, terms: Terms[Q, R], requests: Sequence[Q], answered: Callable[[Q, R], None]) -> None:
        self._terms = terms
        self._answered = answered
        self._pending = deque(requests)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._fault: Exception | None = None

    def run(self) -> None:
        """Return when all is answered and no child is left. Raises ConfigError when children cannot start."""
        threads = [threading.Thread(target=self._drive, daemon=True) for _ in range(self._terms.workers)]
        try:
            for thread in threads:
                thread.start()
            while any(thread.is_alive() for thread in threads):
                for thread in threads:
                    thread.join(_GLANCE_SECONDS)
        finally:
            self._stop.set()
            for thread in threads:
                if thread.ident is not None:
                    thread.join()
        if self._fault is not None:
            raise self._fault

    # -- one thread ------------------------------------------------------------------------------------------

    def _drive(self) -> None:
        try:
            while self._pending and not self._stop.is_set():
                with Child(self._terms.module) as child:
                    self._serve(child)
        except Exception as error:  # noqa: BLE001  (carried to the caller's thread, which raises it)
            self._fault = self._fault or error
            self._stop.set()

    def _serve(self, child: Child) -> None:
        """Feed one child until it is used up, ends, or nothing is left."""
        if not self._greet(child):
            return
        service: _Service[Q] = _Service(since=time.monotonic())
        try:
            while not self._stop.is_set():
                self._feed(child, service)
                if not service.waiting:
                    return
                self._hear(child, service)
        except (ChildGone, Garbage) as error:
            detail = str(error) or "the parser ended without an answer"
            self._give_up(service, Skipped(SkipReason.PARSER_CRASH, detail))

    def _greet(self, child: Child) -> bool:
        """Whether the child is ready; False when the run was stopped meanwhile."""
        child.send(self._terms.orders)
        deadline = time.monotonic() + _START_SECONDS
        try:
            while not self._stop.is_set() and time.monotonic() < deadline:
                line = child.receive(_GLANCE_SECONDS)
                if line is None:
                    continue
                problem = decode_greeting(line)
                if problem:
                    raise ConfigError(problem)
                return True
        except (ChildGone, Garbage):
            raise ConfigError("the LibCST worker process ends as soon as it starts; check the installation.") from None
        if not self._stop.is_set():
            raise ConfigError(f"the LibCST worker process did not start within {_START_SECONDS:.0f} seconds.")
        return False

    def _feed(self, child: Child, service: _Service[Q]) -> None:
        with self._lock:
            ahead = min(_MAX_AHEAD, 1 + len(self._pending) // (4 * self._terms.workers))
            while self._pending and self._wants_more(service) and len(service.waiting) < ahead:
                request = self._pending.popleft()
                if not service.waiting:
                    service.since = time.monotonic()
                service.waiting.append(request)
                service.sent += 1
                child.send(self._terms.encode(request))

    def _wants_more(self, service: _Service[Q]) -> bool:
        return not service.tired and service.sent < self._terms.requests_per_child

    def _hear(self, child: Child, service: _Service[Q]) -> None:
        left = service.since + self._terms.wall_seconds - time.monotonic()
        line = child.receive(min(left, _GLANCE_SECONDS))
        if line is not None:
            reply, memory_bytes = self._terms.decode(line, service.waiting[0])
            service.since = time.monotonic()
            service.tired = memory_bytes > self._terms.max_memory_bytes
            self._answered(service.waiting.popleft(), reply)
        elif left <= 0:
            child.kill()
            seconds = f"{self._terms.wall_seconds:g}"
            self._give_up(service, Skipped(SkipReason.TIMEOUT, f"not finished within {seconds} seconds"))

    def _give_up(self, service: _Service[Q], skipped: Skipped) -> None:
        """The oldest unanswered request is to blame, and is never tried again; the others go back to the queue."""
        if not service.waiting:
            return
        blamed = service.waiting.popleft()
        with self._lock:
            self._pending.extendleft(reversed(service.waiting))
        service.waiting.clear()
        service.tired = True
        self._answered(blamed, self._terms.give_up(blamed, skipped))

"""Step one of a scan: every file through the sieve, in children, many files in one request."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from debtd.adapters.cst_pool.crew import Crew, Terms
from debtd.adapters.cst_pool.messages import Request
from debtd.adapters.cst_pool.sifting import (
    Answer,
    Parcel,
    Sifted,
    decode_answer,
    encode_declarations,
    encode_parcel,
)
from debtd.rulekit.rule import Rule

_FILES_PER_PARCEL = 48
_BYTES_PER_PARCEL = 400_000
_FILES_PER_CHILD = 150  # a child takes 0.1 seconds to start: fewer files are not worth another one
_MAX_MEMORY = 250_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieved:
    """What the sieve left, by path. A file that is not in `files` could not be sifted: any rule may match in it.

    `controls` are the rules whose planted control came through.
    """

    files: Mapping[str, Sifted]
    controls: frozenset[str]


def sieve_all(
    requests: Sequence[Request], controls: Sequence[Request], rules: Sequence[Rule], wall_seconds: float, workers: int
) -> Sieved:
    """Sift the files and the planted controls. Raises ConfigError when children cannot start."""
    rule_ids = frozenset(rule.id for rule in rules)
    terms: Terms[Parcel, Answer] = Terms(
        module="sifter",
        orders=encode_declarations(tuple(rule.declaration for rule in rules)),
        encode=encode_parcel,
        decode=partial(decode_answer, rule_ids=rule_ids),
        give_up=lambda _parcel, _skipped: None,
        wall_seconds=wall_seconds,
        workers=max(1, min(workers, -(-len(requests) // _FILES_PER_CHILD))),
        requests_per_child=1_000,
        max_memory_bytes=_MAX_MEMORY,
    )
    results = _Results()
    Crew(terms, [*_control_parcels(controls), *_parcels(requests)], results.take).run()
    if results.failed:
        # One hostile file must not blind its neighbours: each of them gets a request of its own.
        Crew(terms, [Parcel((file,)) for file in results.failed], results.take_alone).run()
    return Sieved(files=results.files, controls=frozenset(results.controls))


def _control_parcels(controls: Iterable[Request]) -> Iterator[Parcel]:
    for control in controls:
        yield Parcel(((control.path, control.location),), control_of=control.rule_ids[0])


def _parcels(requests: Iterable[Request]) -> Iterator[Parcel]:
    files: list[tuple[str, str]] = []
    size = 0
    for request in requests:
        if files and (len(files) == _FILES_PER_PARCEL or size + request.size > _BYTES_PER_PARCEL):
            yield Parcel(tuple(files))
            files, size = [], 0
        files.append((request.path, request.location))
        size += request.size
    if files:
        yield Parcel(tuple(files))


class _Results:
    """Collects answers from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.files: dict[str, Sifted] = {}
        self.failed: list[tuple[str, str]] = []
        self.controls: set[str] = set()

    def take(self, parcel: Parcel, answer: Answer) -> None:
        with self._lock:
            if parcel.control_of:
                if answer is not None and answer[0].candidates:
                    self.controls.add(parcel.control_of)
            elif answer is None:
                self.failed += parcel.files
            else:
                self._keep(parcel, answer)

    def take_alone(self, parcel: Parcel, answer: Answer) -> None:
        with self._lock:
            if answer is not None:
                self._keep(parcel, answer)

    def _keep(self, parcel: Parcel, answer: Sequence[Sifted]) -> None:
        for (path, _), sifted in zip(parcel.files, answer, strict=True):
            self.files[path] = sifted

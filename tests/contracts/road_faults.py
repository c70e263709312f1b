"""The whole road while one call to the forge goes wrong: after it, the next runs end where an undisturbed one does.

Nothing is there twice, nothing is lost, no call comes before the time that the forge named, no secret is told.
"""

import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from debtd.model.errors import DebtdError, Retryable
from tests.contracts.forge_case import consequence_of
from tests.contracts.forge_faults import FAULTS, FaultCase
from tests.support.forges.nights import Nights
from tests.support.forges.scenes import Scene, kind_of, state_of
from tests.support.forges.site import TOKEN

_RUNS = 5
_ALWAYS_TOLD = frozenset({"401", "301 to another host"})  # 403 and 404 may be the answer to what was asked
_COURTESIES = ("lost: label of ", "lost: status of ", "lost: note of ", "too much: branch debtd/")


@dataclass(frozen=True)
class Undisturbed:
    """The end, and the numbers of the calls of each kind, in order."""

    scene: Scene
    end: list[str]
    calls: dict[str, list[int]]


@dataclass
class _Lived:
    stops: list[str]
    texts: list[str]
    end: list[str]
    waits: bool = False


def undisturbed(scene: Scene) -> Undisturbed:
    nights = scene.begin()
    assert nights.run().faults == ()
    calls: dict[str, list[int]] = {}
    for number, call in enumerate(nights.world.site.calls):
        calls.setdefault(kind_of(call, nights.world), []).append(number)
    end = state_of(nights)
    assert nights.world.site.violations == []
    nights.store.close()
    return Undisturbed(scene, end, calls)


def problems_at(calm: Undisturbed, case: FaultCase, number: int) -> list[str]:
    """What is not as it must be when the call of this number goes wrong."""
    nights = calm.scene.begin()
    site = nights.world.site
    site.fail_at(number, case.fault())
    lived = _live(nights, calm, case)
    found = [f"stopped with {stop}" for stop in lived.stops if stop not in case.stops]
    found += ["nobody was told"] if case.name in _ALWAYS_TOLD and not (lived.stops or lived.waits) else []
    found += ["the fault was never met"] if site.faults else []
    found += _worth_telling(list(_differences(calm.end, lived.end)), lived.stops)
    if not site.faults:
        broken = site.calls[number]
        found += [
            f"{call.method} {call.path} came before the time that the forge named"
            for call in site.calls[number + 1 :]
            if (call.at - broken.at).total_seconds() < case.wait
        ]
    found += [f"a secret is in {place}" for place in _leaks(nights, lived)]
    found += site.violations
    nights.store.close()
    return found


def _live(nights: Nights, calm: Undisturbed, case: FaultCase) -> _Lived:
    """Run until nothing is told any more and all is done. The first run after a time was named comes too soon."""
    lived = _Lived([], [], [])
    wait = 3_600.0
    for run in range(_RUNS):
        faults: tuple[DebtdError, ...]
        try:
            outcome = nights.run(wait)
            faults = outcome.faults
            lived.texts.append(repr(outcome))
            lived.waits = lived.waits or outcome.held != ()
        except DebtdError as error:
            faults = (error,)
            lived.texts += traceback.format_exception(error)
        lived.stops += [consequence_of(fault) for fault in faults]
        lived.texts += [f"{fault} {fault!r}" for fault in faults]
        lived.end = state_of(nights)
        if not faults and lived.end == calm.end:
            break
        named = max(
            (fault.after_seconds for fault in faults if isinstance(fault, Retryable)), default=max(60.0, case.wait)
        )
        wait = 1.0 if case.wait and run == 0 else named
    return lived


def _differences(expected: list[str], seen: list[str]) -> Iterator[str]:
    yield from (f"lost: {line}" for line in (Counter(expected) - Counter(seen)).elements())
    yield from (f"too much: {line}" for line in (Counter(seen) - Counter(expected)).elements())


def _worth_telling(differences: list[str], stops: list[str]) -> list[str]:
    """A forge that says no to a label, a status, a comment or the deletion of a branch is told of and not asked again,
    for what it refuses it would refuse every night. No more than that one thing may be missing."""
    is_courtesy = len(differences) == 1 and differences[0].startswith(_COURTESIES)
    return [] if is_courtesy and "RepoUnusable" in stops else differences


def _leaks(nights: Nights, lived: _Lived) -> Iterator[str]:
    """Where the token is and must not be."""
    project, site = nights.world.project, nights.world.site
    if any(TOKEN in text for text in lived.texts):
        yield "what is told"
    if any(TOKEN in line for line in lived.end) or TOKEN in repr((project.pulls, project.statuses)):
        yield "what people see"
    if any(TOKEN in call.target or TOKEN.encode() in call.content for call in site.calls):
        yield "an address or a body"
    for path in nights.folder.rglob("*"):
        if path.is_file() and path.name != "token" and TOKEN.encode() in path.read_bytes():
            yield f"the file {path.name}"


@dataclass(frozen=True)
class Cell:
    """One kind of call of one night, and what goes wrong with it."""

    calm: Undisturbed
    kind: str
    case: FaultCase
    number: int

    @property
    def name(self) -> str:
        return f"{self.calm.scene.name}, {self.kind}, {self.case.name}"

    def problems(self) -> list[str]:
        return problems_at(self.calm, self.case, self.number)


def cells(calms: Sequence[Undisturbed]) -> list[list[Cell]]:
    """A row for each fault with a cell for each kind of call; which of the calls of a kind changes from row to row."""
    kinds = [(calm, kind, numbers) for calm in calms for kind, numbers in calm.calls.items()]
    return [
        [
            Cell(calm, kind, case, numbers[row % len(numbers)])
            for calm, kind, numbers in kinds
            if not (case.name in {"403", "404"} and kind.endswith("/permission"))  # who may not be asked about may not
        ]
        for row, case in enumerate(FAULTS)
    ]

"""`make forge-check`: every contract case and every fault, forge by forge, with what is expected and what is seen.

`python -m tests.support.forges.check [KIND...]`; exit code 1 when anything differs.
"""

import sys
import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from tests.contracts.forge_case import EVERY, HOSTED
from tests.contracts.forge_cases import CASES
from tests.contracts.forge_faults import FAULTS, all_calls, live, problems_of
from tests.contracts.forge_lives import LIVES, Life
from tests.contracts.road_faults import cells, undisturbed
from tests.support.forges.descriptions import description_file
from tests.support.forges.park import Park
from tests.support.forges.scenes import scenes


def main(kinds: list[str]) -> int:
    failed = total = 0
    with tempfile.TemporaryDirectory(prefix="forge-check-") as name:
        park = Park(Path(name))
        try:
            for kind in kinds or EVERY:
                print(f"\n{kind}: {_described(kind)}")
                folder = Path(name)
                lines = chain(_contract(kind, park, folder), _faults(kind, park, folder), _road(kind, park, folder))
                for what, expected, seen, ok in lines:
                    total, failed = total + 1, failed + (not ok)
                    print(f"  {'ok  ' if ok else 'FAIL'}  {what}\n        expected {expected}\n        seen     {seen}")
        finally:
            park.close()
    print(f"\n{total - failed} passed, {failed} failed")
    return 1 if failed else 0


Line = tuple[str, str, str, bool]


def _described(kind: str) -> str:
    if kind == "local":
        return "no HTTP, so no API description"
    path = description_file(kind)
    return (
        f"calls and answers checked against {path.name}" if path else "API description not here: NOT checked against it"
    )


def _contract(kind: str, park: Park, folder: Path) -> Iterator[Line]:
    for number, case in enumerate(CASES):
        if kind not in case.kinds:
            continue
        home = folder / f"{kind}-{number}"
        home.mkdir()
        violations: list[str] = []
        if kind == "local":
            seen = case.run(park.local(home))
        else:
            world = park.world(kind, home)
            seen, violations = case.run(world), world.site.violations
        against = f"; against the description: {violations}" if violations else ""
        yield case.name, repr(case.expected), f"{seen!r}{against}", seen == case.expected and not violations


def _faults(kind: str, park: Park, folder: Path) -> Iterator[Line]:
    for life in LIVES if kind in HOSTED else ():
        yield from _faults_of(kind, life, park, folder / f"{kind}-{life.name.replace(' ', '-')}")


def _faults_of(kind: str, life: Life, park: Park, folder: Path) -> Iterator[Line]:
    folder.mkdir()
    calls = all_calls(park.world(kind, folder), life)
    for number, case in enumerate(FAULTS):
        problems: list[str] = []
        for call in calls:
            home = folder / f"{number}-{call}"
            home.mkdir()
            lived = live(park.world(kind, home), life, case, call)
            problems += [f"call {call}: {problem}" for problem in problems_of(life, case, lived)]
        seen = "; ".join(problems) or f"the same, for each of {len(calls)} calls"
        yield f"{life.name}, {case.name}, at each call", life.expected, seen, not problems


def _road(kind: str, park: Park, folder: Path) -> Iterator[Line]:
    """Faults on the road: whole nights, with the fault once at each kind of call."""
    if kind not in HOSTED:
        return
    home = folder / f"{kind}-nights"
    home.mkdir()
    for calm in [undisturbed(scene) for scene in scenes(park, kind, home)]:
        expected = f"the end of a night without faults, {len(calm.end)} facts"
        for case, row in zip(FAULTS, cells([calm]), strict=True):
            found = {cell.kind: cell.problems() for cell in row}
            seen = "; ".join(f"{kind}: {problem}" for kind, problems in found.items() for problem in problems)
            what = f"faults on the road, the night of {calm.scene.name}, {case.name}, at each kind of call"
            yield what, expected, seen or f"the same, for each of {len(row)} kinds of call", not seen


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

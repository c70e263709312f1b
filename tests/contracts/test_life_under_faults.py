"""A fault at each kind of call of the whole road; `make forge-check` prints all cells, here are those of a rotation.

Every fault hits two of the forges; each forge's faults go over its kinds of calls from another one on. What a passing
404 may cost is not settled at every call: `make forge-check` alone tries it.
"""

from collections.abc import Callable

import pytest

from tests.contracts.forge_case import HOSTED
from tests.contracts.forge_faults import FAULTS
from tests.contracts.road_faults import Cell, cells, undisturbed
from tests.support.forges.park import Park
from tests.support.forges.scenes import scenes
from tests.support.forges.site import TOKEN

Rows = Callable[[str], list[list[Cell]]]


@pytest.fixture(scope="session")
def rows(park: Park, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """The nights of a forge are made ready when they are first needed, once in each test process."""
    made: dict[str, list[list[Cell]]] = {}

    def of(kind: str) -> list[list[Cell]]:
        if kind not in made:
            folder = tmp_path_factory.mktemp("nights")
            made[kind] = cells([undisturbed(scene) for scene in scenes(park, kind, folder)])
        return made[kind]

    return of


CASES = [
    pytest.param(kind, number, id=f"{kind}: {case.name}", marks=pytest.mark.xdist_group(f"nights on {kind}"))
    for turn, kind in enumerate(HOSTED)
    for number, case in enumerate(FAULTS)
    if number % len(HOSTED) != turn and case.name != "404"
]


@pytest.mark.parametrize(("kind", "number"), CASES)
def test_it_ends_as_if_nothing_had_gone_wrong(
    kind: str, number: int, rows: Rows, capfd: pytest.CaptureFixture[str]
) -> None:
    row = rows(kind)[number]
    cell = row[(number * 2 // 3 + 7 * HOSTED.index(kind)) % len(row)]
    problems = cell.problems()
    assert problems == [], "\n".join([cell.name, *problems])
    assert TOKEN not in "".join(capfd.readouterr())

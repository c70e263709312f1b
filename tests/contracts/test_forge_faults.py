"""Faults at each call of a pull request's life; `make forge-check` prints them, over more calls."""

from pathlib import Path

import pytest

from tests.contracts.forge_case import HOSTED
from tests.contracts.forge_faults import FAULTS, FaultCase, live, problems_of, telling_calls
from tests.contracts.forge_lives import LIVES, Life
from tests.support.forges.park import Park

CLOSED, MERGED = LIVES
TELLING = ("hangs up", "500 after", "403", "lists are stale", "answer lost")
CASES = [(CLOSED, case) for case in FAULTS] + [(MERGED, case) for case in FAULTS if case.name.startswith(TELLING)]


@pytest.mark.parametrize("kind", HOSTED)
@pytest.mark.parametrize(("life", "case"), CASES, ids=[f"{life.name}: {case.name}" for life, case in CASES])
def test_it_ends_well_whatever_goes_wrong(kind: str, life: Life, case: FaultCase, park: Park, tmp_path: Path) -> None:
    for call in telling_calls(park.world(kind, tmp_path), life):
        folder = tmp_path / str(call)
        folder.mkdir()
        lived = live(park.world(kind, folder), life, case, call)
        assert problems_of(life, case, lived) == [], f"at call {call}"

"""Faults at each call of a pull request's life; `make forge-check` prints them, over more calls."""

from pathlib import Path

import pytest

from tests.contracts.forge_case import HOSTED
from tests.contracts.forge_faults import FAULTS, FaultCase, live, problems_of, telling_calls
from tests.support.forges.park import Park


@pytest.mark.parametrize("kind", HOSTED)
@pytest.mark.parametrize("case", FAULTS, ids=[case.name for case in FAULTS])
def test_one_of_each_whatever_goes_wrong(kind: str, case: FaultCase, park: Park, tmp_path: Path) -> None:
    for call in telling_calls(park.world(kind, tmp_path)):
        folder = tmp_path / str(call)
        folder.mkdir()
        lived = live(park.world(kind, folder), case, call)
        assert problems_of(case, lived) == [], f"at call {call}"

"""A small country for some days: what `make simulate` does for two months and two hundred repositories."""

import os
from pathlib import Path

import pytest

from tests.simulation.country import Country
from tests.simulation.simulation import Simulation

DEPTH = int(os.environ.get("DEBTD_TEST_DEPTH", "1"))


@pytest.mark.parametrize("seed", range(DEPTH))
def test_every_promise_is_kept(seed: int, tmp_path: Path) -> None:
    simulation = Simulation(Country(tmp_path, seed, 8), days=14)
    simulation.run()
    simulation.close()
    happened = simulation.totals.of
    assert happened["debtd opened"] > 8
    assert happened["people merged"] > 3
    assert min(simulation.count.of.values()) > 0

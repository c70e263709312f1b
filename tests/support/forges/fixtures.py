"""The park of forges as a fixture."""

from collections.abc import Iterator

import pytest

from tests.support.forges.park import Park


@pytest.fixture(scope="session")
def park(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Park]:
    """Sites start when a test first needs them, one for each kind of forge in each test process."""
    made = Park(tmp_path_factory.mktemp("park"))
    yield made
    made.close()

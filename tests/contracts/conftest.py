from collections.abc import Iterator

import pytest

from tests.support.forges.park import Park


@pytest.fixture(scope="session")
def park(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Park]:
    park = Park(tmp_path_factory.mktemp("park"))
    yield park
    park.close()

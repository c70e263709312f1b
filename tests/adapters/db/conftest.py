"""A store on a new database in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from debtd.adapters.db.migrate import open_embedded
from debtd.adapters.db.store import SqlStore
from tests.support.samples import FixedClock


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "state" / "debtd.db"


@pytest.fixture
def store(database: Path, clock: FixedClock) -> Iterator[SqlStore]:
    opened = SqlStore(open_embedded(database), clock)
    yield opened
    opened.close()

"""A store on a new database in a folder of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from debtd.adapters.db.embedded import EmbeddedStore
from debtd.adapters.db.migrate import open_embedded
from debtd.adapters.db.store import SqlStore
from debtd.ports import Store
from tests.support.samples import FixedClock


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that was just made: to be copied, because making it takes Alembic."""
    path = tmp_path_factory.mktemp("empty") / "debtd.db"
    open_embedded(path).dispose()
    return path


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where a database may be made."""
    return tmp_path / "state" / "debtd.db"


@pytest.fixture
def store(empty_database: Path, database: Path, clock: FixedClock) -> Iterator[SqlStore]:
    """A store on an up-to-date database at `database`."""
    database.parent.mkdir()
    shutil.copy(empty_database, database)
    opened = SqlStore(open_embedded(database), clock)
    yield opened
    opened.close()


@pytest.fixture(params=["sql", "embedded"])
def either(request: pytest.FixtureRequest, empty_database: Path, database: Path, clock: FixedClock) -> Iterator[Store]:
    """Each of the two stores, on an up-to-date database at `database`."""
    database.parent.mkdir()
    shutil.copy(empty_database, database)
    opened = SqlStore(open_embedded(database), clock) if request.param == "sql" else EmbeddedStore(database, clock)
    yield opened
    opened.close()

"""Databases are brought to the version that this debtd needs: by itself when embedded, else by `debtd db upgrade`."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL

from debtd.adapters.db.engine import make_engine, name_of, parse_url, reading, translating, writer
from debtd.adapters.db.versions import known_versions, migrations_folder, version_of
from debtd.adapters.filelock import locked
from debtd.model.errors import StateUnusable

LOCK_TIMEOUT_SECONDS = 60.0


def open_embedded(path: Path) -> Engine:
    """An engine for the SQLite file at `path`, which is made or upgraded when needed.

    Safe when two processes do it at once, and when one is killed in between. Raises StateUnusable when the database
    is damaged, of a newer version, or cannot be written, and Retryable when another process keeps it locked.
    """
    url = URL.create("sqlite", database=str(path.absolute()))
    upgrade(url)
    return make_engine(url)


def open_database(url: str | URL) -> Engine:
    """An engine for a database that is shared and therefore upgraded by hand. Raises StateUnusable unless it is."""
    engine = make_engine(url)
    try:
        _require_newest(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _require_newest(engine: Engine) -> None:
    known = known_versions(migrations_folder())
    where = name_of(engine)
    with reading(engine) as connection:
        version = version_of(connection, known, where)
    if version != known[-1]:
        raise StateUnusable(
            f"the database {where} has version {version or 'none'}, but this debtd needs {known[-1]}; run"
            " `debtd db upgrade`."
        )


def upgrade(url: str | URL) -> str:
    """Bring the database to the newest version, which is returned. Safe to repeat; one transaction a migration."""
    folder = migrations_folder()
    known = known_versions(folder)
    engine = make_engine(url, migrates=True)
    where = name_of(engine)
    # Not a connection for reading: nobody may change the version between the look and the leap.
    with _one_at_a_time(parse_url(url)), translating(where), writer(engine.connect()) as connection:
        with connection.begin():
            version = version_of(connection, known, where)
        if version != known[-1]:
            _run_migrations(connection, folder)
    return known[-1]


def _run_migrations(connection: Connection, folder: Path) -> None:
    # Imported here: an up-to-date database needs no Alembic, and its import takes 0.2 s.
    from alembic import command  # noqa: PLC0415

    from debtd.adapters.db.alembic_config import alembic_config  # noqa: PLC0415

    command.upgrade(alembic_config(connection, folder), "head")


def _one_at_a_time(url: URL) -> AbstractContextManager[object]:
    """Let one process at a time make or migrate a SQLite file; its folder is made on demand."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return nullcontext()
    path = Path(url.database)
    return locked(path.with_name(path.name + ".lock"), f"the database {path}", LOCK_TIMEOUT_SECONDS)

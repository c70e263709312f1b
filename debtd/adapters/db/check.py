"""`debtd db check`: is the database whole, what version is it, what does it hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select
from sqlalchemy.engine import URL

from debtd.adapters.db.engine import make_engine, name_of_url, parse_url, reading
from debtd.adapters.db.schema import metadata
from debtd.adapters.db.versions import known_versions, migrations_folder, version_of
from debtd.model.errors import StateUnusable

_MAX_PROBLEMS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseReport:
    """`version` is None for an empty database, `newest` what this debtd needs; `rows` counts by table."""

    where: str
    version: str | None
    newest: str
    problems: tuple[str, ...]
    rows: Mapping[str, int]

    @property
    def ok(self) -> bool:
        return self.version == self.newest and not self.problems


def check(url: str | URL) -> DatabaseReport:
    """Look at the whole database; nothing is made or changed. Raises StateUnusable when it cannot be read at all."""
    parsed, where = parse_url(url), name_of_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
        raise StateUnusable(f"there is no database at {where}; check the path, or scan a repository first.")
    known = known_versions(migrations_folder())
    engine = make_engine(url)
    try:
        with reading(engine) as connection:
            problems = _problems(connection) if engine.dialect.name == "sqlite" else ()
            version = version_of(connection, known, where)
            rows = _rows(connection) if version == known[-1] else {}
    finally:
        engine.dispose()
    return DatabaseReport(where=where, version=version, newest=known[-1], problems=problems, rows=rows)


def _problems(connection: Connection) -> tuple[str, ...]:
    found = [row[0] for row in connection.exec_driver_sql(f"PRAGMA integrity_check({_MAX_PROBLEMS})")]
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(_MAX_PROBLEMS)
    return (
        *(line for line in found if line != "ok"),
        *(f"row {row[1]} of {row[0]} points to a row of {row[2]} that is missing" for row in orphans),
    )


def _rows(connection: Connection) -> dict[str, int]:
    return {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in metadata.sorted_tables
    }

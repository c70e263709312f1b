"""The file: its tables, and how it is opened."""

import sqlite3
from pathlib import Path

from debtd.adapters.filelock import locked

_APPLICATION_ID = 0x64656274
_FORMAT = 1
_BUSY_SECONDS = 5.0
_LOCK_SECONDS = 10.0
# Ids are never used twice (AUTOINCREMENT): another process may remember one whose row is gone.
_TABLES = """
CREATE TABLE scopes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, engine TEXT NOT NULL, facts TEXT NOT NULL, UNIQUE (engine, facts)
);
CREATE TABLE rule_sets (
    id INTEGER PRIMARY KEY AUTOINCREMENT, digest BLOB NOT NULL UNIQUE, keys BLOB NOT NULL
);
CREATE TABLE answers (
    scope INTEGER NOT NULL, blob BLOB NOT NULL, rule_set INTEGER NOT NULL, used INTEGER NOT NULL, payload BLOB,
    PRIMARY KEY (scope, blob, rule_set)
) WITHOUT ROWID;
CREATE TABLE words (
    scope INTEGER NOT NULL, blob BLOB NOT NULL, used INTEGER NOT NULL, payload TEXT NOT NULL,
    PRIMARY KEY (scope, blob)
) WITHOUT ROWID;
CREATE TABLE heard (
    scope INTEGER NOT NULL, rule BLOB NOT NULL,
    PRIMARY KEY (scope, rule)
) WITHOUT ROWID;
"""


class Foreign(Exception):
    """The file is a database of something else."""


def open_cache(path: Path) -> sqlite3.Connection:
    """The cache at `path`, made as needed. Raises sqlite3.Error, OSError, DebtdError or Foreign."""
    # One at a time: SQLite does not wait for another process that is just making the file.
    with locked(path.with_name(f"{path.name}.lock"), str(path), _LOCK_SECONDS):
        path.touch(mode=0o600)
        connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            _prepare(connection)
        except BaseException:
            connection.close()
            raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    found = (_pragma(connection, "application_id"), _pragma(connection, "user_version"))
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if found != (_APPLICATION_ID, _FORMAT):
        if found != (0, 0) or tables:
            raise Foreign
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.executescript(
            f"BEGIN; {_TABLES} PRAGMA application_id={_APPLICATION_ID}; PRAGMA user_version={_FORMAT}; COMMIT;"
        )
    connection.execute("PRAGMA synchronous=NORMAL")  # a crash of the machine may take the last answers, not the file
    connection.execute("PRAGMA cache_size=-16000")
    connection.execute("PRAGMA journal_size_limit=16000000")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    (value,) = connection.execute(f"PRAGMA {name}").fetchone()
    return int(value)


def live_bytes(connection: sqlite3.Connection) -> int:
    """What the tables take, free pages not counted."""
    pages = _pragma(connection, "page_count") - _pragma(connection, "freelist_count")
    return pages * _pragma(connection, "page_size")

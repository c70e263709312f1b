"""The database of one machine through the standard library's driver: connections and transactions."""

import binascii
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from debtd.adapters.db.faults import BUSY_TIMEOUT_SECONDS, damaged, translate_sqlite
from debtd.adapters.db.reads.rows import sqlite_moment

DURABLE = ("journal_mode=WAL", "synchronous=FULL")


@dataclass(frozen=True, slots=True)
class SqliteChanges:
    """`reads.rows.Rows`, and `changes.Changes` where the connection may write."""

    connection: sqlite3.Connection

    def select(self, sql: str, **values: object) -> Iterator[Sequence[Any]]:
        return self.connection.execute(sql, values)

    stream = select

    def moment(self, at: datetime) -> object:
        return sqlite_moment(at)

    def change(self, sql: str, **values: object) -> int:
        return self.connection.execute(sql, values).rowcount

    def change_many(self, sql: str, rows: Iterable[Mapping[str, object]]) -> None:
        self.connection.executemany(sql, rows)

    def select_and_lock(self, sql: str, **values: object) -> Sequence[Sequence[Any]]:
        return self.connection.execute(sql, values).fetchall()  # a file has one writer at a time: nothing to lock


@contextmanager
def reading(path: Path) -> Iterator[SqliteChanges]:
    """One transaction that only reads: everything in it is of one moment."""
    with _translating(path), closing(connect(path)) as connection:
        connection.execute("BEGIN")
        yield SqliteChanges(connection)


@contextmanager
def writing(path: Path) -> Iterator[SqliteChanges]:
    """One transaction that may write; all of it is committed, or nothing."""
    with _translating(path), closing(connect(path, writes=True)) as connection:
        connection.execute("BEGIN IMMEDIATE")  # for the reason, see engine.py
        yield SqliteChanges(connection)
        connection.execute("COMMIT")  # closing without it is a rollback


def connect(path: Path, *, writes: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None)
    try:
        for pragma in (*DURABLE, "foreign_keys=ON") if writes else ("query_only=ON",):
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def _translating(path: Path) -> Iterator[None]:
    """Turn the driver's errors into faults (see faults.py)."""
    where = str(path)
    try:
        yield
    except sqlite3.Error as error:
        fault = translate_sqlite(error, where)
        if fault is None:
            raise
        raise fault from error
    except (zlib.error, binascii.Error, json.JSONDecodeError) as error:
        raise damaged(where) from error

"""Connections and transactions. Nothing outside this module begins one."""

import binascii
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from debtd.adapters.db.faults import BUSY_TIMEOUT_SECONDS, damaged, translate_sqlite
from debtd.adapters.db.reads.rows import aware, sqlite_moment
from debtd.adapters.db.sqlite_file import DURABLE
from debtd.model.errors import ConfigError, DebtdError, Retryable

_WRITES = "debtd_writes"
_CHUNK = 5_000  # rows handed to the driver at once: fast, and small enough for any repository


def make_engine(
    url: str | URL, *, busy_timeout_seconds: float = BUSY_TIMEOUT_SECONDS, migrates: bool = False
) -> Engine:
    """An engine for the database at `url`; call `dispose()` when done.

    `migrates` is for migrations alone: connections are not kept, and SQLite checks foreign keys at the end of a
    migration and not at each statement, because tables are rebuilt there.
    """
    parsed = parse_url(url)
    try:
        engine = create_engine(parsed, poolclass=NullPool) if migrates else create_engine(parsed)
    except ImportError as error:
        raise ConfigError(
            f"the database {name_of_url(parsed)} needs the Python package {error.name}; install it beside debtd."
        ) from error
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, busy_timeout_seconds, foreign_keys=not migrates)
    return engine


def parse_url(url: str | URL) -> URL:
    """Raises ConfigError for a URL that is none, or of a database that debtd does not work with."""
    try:
        parsed = make_url(url)
        known = parsed.get_backend_name() in {"sqlite", "postgresql"}
    except (ArgumentError, ValueError):
        known = False
    if not known:
        # The URL is not repeated: what cannot be parsed may hold a password.
        raise ConfigError(
            "the database URL cannot be used; write sqlite:////folder/file or postgresql+psycopg://user@host/name."
        )
    return parsed


def _prepare_sqlite(engine: Engine, busy_timeout_seconds: float, *, foreign_keys: bool) -> None:
    pragmas = (
        f"busy_timeout={int(busy_timeout_seconds * 1000)}",
        *DURABLE,
        f"foreign_keys={'ON' if foreign_keys else 'OFF'}",
    )

    @event.listens_for(engine, "connect")
    def connect(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        # The driver's own BEGIN comes late and is deferred: it is switched off, and `begin` below says it.
        connection.isolation_level = None
        cursor = connection.cursor()
        try:
            for pragma in pragmas:
                cursor.execute(f"PRAGMA {pragma}")
        except BaseException:
            cursor.close()
            connection.close()
            raise
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads before it writes is refused at once (BUSY_SNAPSHOT) when another wrote in
        # between, whatever the timeout: so every writer takes its place in the queue before it reads.
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def name_of(engine: Engine) -> str:
    """The database for a message: a path, or a URL without its password."""
    return name_of_url(engine.url)


def name_of_url(url: str | URL) -> str:
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return parsed.database or ":memory:"
    return parsed.render_as_string(hide_password=True)


def writer(connection: Connection) -> Connection:
    """Make every transaction of a new connection one that writes."""
    return connection.execution_options(**{_WRITES: True})


@contextmanager
def translating(where: str) -> Iterator[None]:
    """Turn a driver's errors into faults (see faults.py)."""
    try:
        yield
    except DBAPIError as error:
        fault = _translate(error, where)
        if fault is None:
            raise
        raise fault from error
    except (zlib.error, binascii.Error, json.JSONDecodeError) as error:
        raise damaged(where) from error


def _translate(error: DBAPIError, where: str) -> DebtdError | None:
    if isinstance(error.orig, sqlite3.Error):
        return translate_sqlite(error.orig, where)
    if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
        return Retryable(f"the database {where} cannot be reached; check that it runs, then try again.")
    return None


def in_chunks(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The rows, in lists that are not empty."""
    left = iter(rows)
    while chunk := [dict(row) for row in islice(left, _CHUNK)]:
        yield chunk


@dataclass(frozen=True, slots=True)
class EngineChanges:
    """`reads.rows.Rows` and `changes.Changes` through SQLAlchemy, whatever the database."""

    connection: Connection

    def select(self, sql: str, **values: object) -> Iterator[Sequence[Any]]:
        return iter(self.connection.execute(text(sql), values))

    def stream(self, sql: str, **values: object) -> Iterator[Sequence[Any]]:
        return iter(self.connection.execute(text(sql).execution_options(stream_results=True), values))

    def moment(self, at: datetime) -> object:
        return sqlite_moment(at) if self._is_sqlite else aware(at)

    def change(self, sql: str, **values: object) -> int:
        return self.connection.execute(text(sql), values).rowcount

    def change_many(self, sql: str, rows: Iterable[Mapping[str, object]]) -> None:
        for chunk in in_chunks(rows):
            self.connection.execute(text(sql), chunk)

    def select_and_lock(self, sql: str, **values: object) -> Sequence[Sequence[Any]]:
        locking = sql if self._is_sqlite else f"{sql} FOR UPDATE"
        return self.connection.execute(text(locking), values).all()

    @property
    def _is_sqlite(self) -> bool:
        return self.connection.dialect.name == "sqlite"


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads: everything in it is of one moment."""
    with translating(name_of(engine)), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that may write; all of it is committed, or nothing."""
    with translating(name_of(engine)), writer(engine.connect()) as connection, connection.begin():
        yield connection

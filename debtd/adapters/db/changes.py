"""How a transaction writes: the same for each driver. And the journal that every writing transaction adds to."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from debtd.adapters.db.reads.rows import Rows


class Changes(Rows, Protocol):
    """One transaction that may write: all of it is committed, or nothing. Text is escaped, JSON encoded by then."""

    def change(self, sql: str, **values: object) -> int:
        """How many rows the statement inserted, updated or deleted; `:name` stands for a value."""
        ...

    def change_many(self, sql: str, rows: Iterable[Mapping[str, object]]) -> None:
        """Run a statement once for each row; for no rows, not at all."""
        ...

    def select_and_lock(self, sql: str, **values: object) -> Sequence[Sequence[Any]]:
        """The rows, which no other transaction changes before this one ends."""
        ...


@dataclass(frozen=True, slots=True)
class Transaction:
    """One writing transaction. `now` is the time of everything in it."""

    rows: Changes
    now: datetime

    @property
    def at(self) -> object:
        """Now, as the database stores it."""
        return self.rows.moment(self.now)

    def record(self, kind: str, subject: str, /, **fields: str | int) -> None:
        """Add an event to the journal."""
        self.record_each(kind, (subject,), **fields)

    def record_each(self, kind: str, subjects: Iterable[str], /, **fields: str | int) -> None:
        """Add the same event for each subject."""
        same = {"at": self.at, "kind": kind, "fields": json.dumps([[name, value] for name, value in fields.items()])}
        self.rows.change_many(_EVENT, ({**same, "subject": subject} for subject in subjects))


def inserting(table: str, *columns: str) -> str:
    """An INSERT of one row, with a value named after each column."""
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(f':{name}' for name in columns)})"


def updating(table: str, *columns: str) -> str:
    """An UPDATE without a condition yet, with a value named after each column."""
    return f"UPDATE {table} SET {', '.join(f'{name} = :{name}' for name in columns)}"


_EVENT = inserting("events", "at", "kind", "subject", "fields")

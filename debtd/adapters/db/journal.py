"""The handle of a writing transaction, and the journal that every writing transaction adds to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Executable, insert

from debtd.adapters.db import schema
from debtd.adapters.db.engine import EngineRows
from debtd.adapters.db.reads.rows import Rows

_CHUNK = 5_000  # rows handed to the driver at once: fast, and small enough for any repository


@dataclass(frozen=True, slots=True)
class Tx:
    """One writing transaction. `now` is the time of everything in it."""

    connection: Connection
    now: datetime

    @property
    def rows(self) -> Rows:
        """The reads of the store, within this transaction."""
        return EngineRows(self.connection)

    def execute_many(self, statement: Executable, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run a statement once for each row; for no rows, not at all."""
        left = iter(rows)
        while chunk := [dict(row) for row in islice(left, _CHUNK)]:
            self.connection.execute(statement, chunk)

    def record(self, kind: str, subject: str, /, **fields: str | int) -> None:
        """Add an event to the journal."""
        self.record_each(kind, (subject,), **fields)

    def record_each(self, kind: str, subjects: Iterable[str], /, **fields: str | int) -> None:
        """Add the same event for each subject."""
        pairs = [[name, value] for name, value in fields.items()]
        rows = ({"at": self.now, "kind": kind, "subject": subject, "fields": pairs} for subject in subjects)
        self.execute_many(insert(schema.events), rows)

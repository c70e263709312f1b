"""The handle of a writing transaction through SQLAlchemy."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Executable

from debtd.adapters.db.changes import Transaction
from debtd.adapters.db.engine import in_chunks


@dataclass(frozen=True, slots=True)
class Tx(Transaction):
    """A transaction that also takes SQLAlchemy's statements."""

    connection: Connection

    def execute_many(self, statement: Executable, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run a statement once for each row; for no rows, not at all."""
        for chunk in in_chunks(rows):
            self.connection.execute(statement, chunk)

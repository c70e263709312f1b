"""PostgreSQL needs no other model: every table and every statement compiles for it."""

import re
from unittest.mock import Mock

import pytest
from sqlalchemy import ClauseElement, event
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from debtd.adapters.db.engine import EngineChanges
from debtd.adapters.db.schema import metadata
from debtd.adapters.db.store import SqlStore
from tests.support import db

POSTGRESQL = postgresql.dialect()
LONGEST_NAME = 63  # PostgreSQL cuts longer names off, and two of them could then be one


def test_every_table_and_index_compiles() -> None:
    for table in metadata.sorted_tables:
        text = str(CreateTable(table).compile(dialect=POSTGRESQL))
        assert "WITHOUT TIME ZONE" not in text
        for index in table.indexes:
            CreateIndex(index).compile(dialect=POSTGRESQL)
        names = re.findall(r"CONSTRAINT (\w+)", text) + [str(index.name) for index in table.indexes]
        assert all(len(name) <= LONGEST_NAME for name in names), names


def test_rows_count_themselves_and_one_decision_stands() -> None:
    scans = str(CreateTable(metadata.tables["scans"]).compile(dialect=POSTGRESQL))
    assert "id BIGSERIAL NOT NULL" in scans
    assert "started_at TIMESTAMP WITH TIME ZONE NOT NULL" in scans
    (standing,) = metadata.tables["suppressions"].indexes
    assert str(CreateIndex(standing).compile(dialect=POSTGRESQL)).endswith(
        "(fingerprint, kind) WHERE lifted_at IS NULL"
    )


def test_every_statement_of_the_store_compiles(store: SqlStore) -> None:
    compiled: set[str] = set()

    @event.listens_for(store._engine, "before_execute")
    def compile_it(_c: object, statement: ClauseElement, *_: object) -> None:
        compiled.add(str(statement.compile(dialect=POSTGRESQL)))

    db.tour(store)
    assert len(compiled) > 50


@pytest.mark.parametrize(("dialect", "sent"), [("sqlite", "SELECT 1"), ("postgresql", "SELECT 1 FOR UPDATE")])
def test_a_row_is_locked_where_there_is_more_than_one_writer(dialect: str, sent: str) -> None:
    connection = Mock()
    connection.dialect.name = dialect
    EngineChanges(connection).select_and_lock("SELECT 1")
    (statement, _), _ = connection.execute.call_args
    assert str(statement) == sent

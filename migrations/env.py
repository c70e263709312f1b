"""Run by Alembic over the connection that debtd hands it. Silent; the logging configuration is left alone."""

from collections.abc import Collection, Mapping
from typing import Any, Literal

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo
from sqlalchemy.types import TypeDecorator

from debtd.adapters.db.schema import metadata


def refuse_orphans(
    ctx: MigrationContext,
    step: MigrationInfo,  # noqa: ARG001  (Alembic's signature)
    heads: Collection[Any],  # noqa: ARG001
    run_args: Mapping[str, Any],  # noqa: ARG001
) -> None:
    """Undo a migration that leaves a foreign key without its row: SQLite does not check them while tables move."""
    connection = ctx.connection
    if connection is not None and connection.dialect.name == "sqlite":
        orphan = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if orphan is not None:
            raise AssertionError(f"the migration leaves orphans, such as row {orphan[1]} of {orphan[0]}")


def render_plain(_kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write the plain type of a decorated column: a migration never changes when the code around it does."""
    return f"sa.{item.impl!r}" if isinstance(item, TypeDecorator) else False


# The connection begins transactions by itself (BEGIN IMMEDIATE), so that SQLite's DDL is transactional as well.
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    transaction_per_migration=True,
    render_as_batch=True,
    render_item=render_plain,
    on_version_apply=refuse_orphans,
)
with context.begin_transaction():
    context.run_migrations()

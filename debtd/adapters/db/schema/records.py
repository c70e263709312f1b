"""What was decided and what happened: enrolments, standings of rules, runs of stages, and the journal."""

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table

from debtd.adapters.db.column_types import AnyText, RowNumber, UtcDateTime
from debtd.adapters.db.schema.base import metadata

enrolments = Table(
    "enrolments",
    metadata,
    Column("repository_id", ForeignKey("repositories.id"), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("reason", AnyText, nullable=False),
    Column("branch", String(255), nullable=False),
    Column("commit_id", String(64), nullable=False),
    Column("number", Integer, nullable=False),
    Column("url", AnyText, nullable=False),
)

# No foreign key: the repository "" stands for all.
rule_standings = Table(
    "rule_standings",
    metadata,
    Column("rule_id", String(128), primary_key=True),
    Column("repository_id", String(64), primary_key=True),
    Column("standing", String(16), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("author", AnyText, nullable=False),
    Column("reason", AnyText, nullable=False),
)

stage_runs = Table(
    "stage_runs",
    metadata,
    Column("repository_id", ForeignKey("repositories.id"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("ended_at", UtcDateTime, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("id", RowNumber, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("fields", JSON, nullable=False),
    Index(None, "subject", "id"),
)

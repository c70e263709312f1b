"""Fix tasks with their patches and evidence, and pull requests."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
)

from debtd.adapters.db.column_types import AnyText, RowNumber, UtcDateTime
from debtd.adapters.db.schema.base import metadata

fix_tasks = Table(
    "fix_tasks",
    metadata,
    Column("number", RowNumber, primary_key=True),
    Column("key", String(64), nullable=False, unique=True),
    Column("repository_id", ForeignKey("repositories.id"), nullable=False),
    Column("rule_id", String(128), nullable=False),
    Column("base_commit", String(64), nullable=False),
    Column("inputs", String(128), nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", AnyText, nullable=False),
    Column("planned_at", UtcDateTime, nullable=False),
    Column("moved_at", UtcDateTime, nullable=False),
    Index(None, "repository_id", "state"),
)

fix_task_findings = Table(
    "fix_task_findings",
    metadata,
    Column("task_key", ForeignKey("fix_tasks.key"), primary_key=True),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("fingerprint", ForeignKey("findings.fingerprint"), nullable=False, index=True),
    UniqueConstraint("task_key", "fingerprint"),
)

# `files` is [[path, base blob, edits], ...], edits as in findings.
patches = Table(
    "patches",
    metadata,
    Column("task_key", ForeignKey("fix_tasks.key"), primary_key=True),
    Column("base_commit", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("files", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

evidence = Table(
    "evidence",
    metadata,
    Column("task_key", ForeignKey("patches.task_key"), primary_key=True),
    Column("patch_digest", String(64), nullable=False),
    Column("base_commit", String(64), nullable=False),
    Column("rule_id", String(128), nullable=False),
    Column("rule_digest", String(128), nullable=False),
    Column("accepted", Boolean, nullable=False),
    Column("engines", JSON, nullable=False),
    Column("files", JSON, nullable=False),
    Column("checks", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

# The defaults are for the rows of older databases; debtd gives every column.
pull_requests = Table(
    "pull_requests",
    metadata,
    Column("id", RowNumber, primary_key=True),
    Column("key", ForeignKey("fix_tasks.key"), nullable=False, unique=True),
    Column("repository_id", ForeignKey("repositories.id"), nullable=False),
    Column("rule_id", String(128), nullable=False),
    Column("branch", String(255), nullable=False),
    Column("base_branch", AnyText, nullable=False),
    Column("commit_id", String(64), nullable=False),
    Column("title", AnyText, nullable=False),
    Column("body", AnyText, nullable=False),
    Column("state", String(16), nullable=False),
    Column("number", Integer, nullable=False),
    Column("url", AnyText, nullable=False),
    Column("reason", AnyText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("draft", Boolean, nullable=False, server_default=false()),
    Column("attention", String(32), nullable=False, server_default=text("'people'")),
    Column("hands_off", String(64)),
    Column("next_commit", String(64), nullable=False, server_default=text("''")),
    Column("lines", Integer, nullable=False, server_default=text("0")),
    Column("owners", JSON, nullable=False, server_default=text("'[]'")),
    Column("rule_group", AnyText, nullable=False, server_default=text("''")),
    Column("heard", BigInteger, nullable=False, server_default=text("0")),
    Column("close_reason", String(64)),
    Column("outcome", String(16)),
    Column("merge_commit", String(64), nullable=False, server_default=text("''")),
    Column("published_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    UniqueConstraint("repository_id", "branch"),
    Index(None, "repository_id", "state"),
)

"""The tables. The state columns hold the values of the model's enumerations; migrations/ brings databases here."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)

from debtd.adapters.db.column_types import AnyText, PathText, RowNumber, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

repositories = Table(
    "repositories",
    metadata,
    Column("number", RowNumber, primary_key=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("source", AnyText, nullable=False),
    Column("name", AnyText, nullable=False),
    Column("enrolled_at", UtcDateTime, nullable=False),
)

# What a running scan does not know yet is NULL until it is finished. The paths (compressed JSON) and the rows of
# scan_skips are kept for the last finished scan of a repository only; `skip_counts` stays.
scans = Table(
    "scans",
    metadata,
    Column("id", RowNumber, primary_key=True),
    Column("repository_id", ForeignKey("repositories.id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("commit_id", String(64), nullable=False),
    Column("tree_id", String(64), nullable=False),
    Column("branch", AnyText, nullable=False),
    Column("committed_at", BigInteger, nullable=False),
    Column("inputs", String(128), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("listed", Integer),
    Column("scanned", Integer),
    Column("scanned_paths", LargeBinary),
    Column("skip_counts", JSON(none_as_null=True)),
    Column("rule_ids", JSON(none_as_null=True)),
    Column("fired", JSON(none_as_null=True)),
    Column("engines", JSON(none_as_null=True)),
    Index(None, "repository_id", "state"),
)

scan_skips = Table(
    "scan_skips",
    metadata,
    Column("scan_id", ForeignKey("scans.id"), primary_key=True),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("path", AnyText, nullable=False),
    Column("reason", String(64), nullable=False),
    Column("detail", AnyText, nullable=False),
)

# `edits` is [[start, end, replacement, expected], ...], bytes in base64. One index serves the counts, the other gives
# the first findings of a list without sorting all.
findings = Table(
    "findings",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("repository_id", ForeignKey("repositories.id"), nullable=False),
    Column("rule_id", String(128), nullable=False),
    Column("state", String(16), nullable=False),
    Column("path", PathText, nullable=False),
    Column("blob", String(64), nullable=False),
    Column("start_byte", Integer, nullable=False),
    Column("end_byte", Integer, nullable=False),
    Column("line", Integer, nullable=False),
    Column("column_number", Integer, nullable=False),
    Column("end_line", Integer, nullable=False),
    Column("end_column_number", Integer, nullable=False),
    Column("matched_text", AnyText, nullable=False),
    Column("line_text", AnyText, nullable=False),
    Column("scope", AnyText, nullable=False),
    Column("message", AnyText, nullable=False),
    Column("edits", JSON, nullable=False),
    Column("no_fix_reason", String(64)),
    Column("no_fix_detail", AnyText),
    Column("suppressed_by", AnyText, nullable=False),
    Column("first_seen_scan", ForeignKey("scans.id"), nullable=False),
    Column("last_seen_scan", ForeignKey("scans.id"), nullable=False),
    Column("resolved_at", UtcDateTime),
    Index(None, "repository_id", "state", "rule_id"),
    Index("ix_findings_in_order", "path", "start_byte", "end_byte", "rule_id", "fingerprint", "state"),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("id", RowNumber, primary_key=True),
    Column("fingerprint", ForeignKey("findings.fingerprint"), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("reason", AnyText, nullable=False),
    Column("author", AnyText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("lifted_at", UtcDateTime),
    Column("lifted_by", AnyText),
    Column("lift_reason", AnyText),
)
# One decision of a kind at a time: a new one lifts the old one.
Index(
    "uq_suppressions_standing",
    suppressions.c.fingerprint,
    suppressions.c.kind,
    unique=True,
    sqlite_where=text("lifted_at IS NULL"),
    postgresql_where=text("lifted_at IS NULL"),
)

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
    UniqueConstraint("repository_id", "branch"),
    Index(None, "repository_id", "state"),
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

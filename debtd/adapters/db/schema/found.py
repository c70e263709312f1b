"""Repositories, and what scans found in them."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, text

from debtd.adapters.db.column_types import AnyText, PathText, RowNumber, UtcDateTime
from debtd.adapters.db.schema.base import metadata

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

# The findings that stood when the baseline was set.
baseline = Table(
    "baseline",
    metadata,
    Column("repository_id", ForeignKey("repositories.id"), primary_key=True),
    Column("fingerprint", ForeignKey("findings.fingerprint"), primary_key=True),
)

"""The first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("id", ROW_NUMBER, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    op.create_index("ix_events_subject_id", "events", ["subject", "id"])

    op.create_table(
        "repositories",
        sa.Column("number", ROW_NUMBER, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_repositories"),
        sa.UniqueConstraint("id", name="uq_repositories_id"),
    )
    op.create_table(
        "fix_tasks",
        sa.Column("number", ROW_NUMBER, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("repository_id", sa.String(length=64), nullable=False),
        sa.Column("rule_id", sa.String(length=128), nullable=False),
        sa.Column("base_commit", sa.String(length=64), nullable=False),
        sa.Column("inputs", sa.String(length=128), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["repository_id"], ["repositories.id"], name="fk_fix_tasks_repository_id_repositories"),
        sa.PrimaryKeyConstraint("number", name="pk_fix_tasks"),
        sa.UniqueConstraint("key", name="uq_fix_tasks_key"),
    )
    op.create_index("ix_fix_tasks_repository_id_state", "fix_tasks", ["repository_id", "state"])

    op.create_table(
        "scans",
        sa.Column("id", ROW_NUMBER, nullable=False),
        sa.Column("repository_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("commit_id", sa.String(length=64), nullable=False),
        sa.Column("tree_id", sa.String(length=64), nullable=False),
        sa.Column("branch", sa.Text(), nullable=False),
        sa.Column("committed_at", sa.BigInteger(), nullable=False),
        sa.Column("inputs", sa.String(length=128), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("listed", sa.Integer(), nullable=True),
        sa.Column("scanned", sa.Integer(), nullable=True),
        sa.Column("scanned_paths", sa.LargeBinary(), nullable=True),
        sa.Column("skip_counts", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("rule_ids", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("fired", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("engines", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["repository_id"], ["repositories.id"], name="fk_scans_repository_id_repositories"),
        sa.PrimaryKeyConstraint("id", name="pk_scans"),
    )
    op.create_index("ix_scans_repository_id_state", "scans", ["repository_id", "state"])

    op.create_table(
        "findings",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("repository_id", sa.String(length=64), nullable=False),
        sa.Column("rule_id", sa.String(length=128), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("blob", sa.String(length=64), nullable=False),
        sa.Column("start_byte", sa.Integer(), nullable=False),
        sa.Column("end_byte", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("column_number", sa.Integer(), nullable=False),
        sa.Column("end_line", sa.Integer(), nullable=False),
        sa.Column("end_column_number", sa.Integer(), nullable=False),
        sa.Column("matched_text", sa.Text(), nullable=False),
        sa.Column("line_text", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("edits", sa.JSON(), nullable=False),
        sa.Column("no_fix_reason", sa.String(length=64), nullable=True),
        sa.Column("no_fix_detail", sa.Text(), nullable=True),
        sa.Column("suppressed_by", sa.Text(), nullable=False),
        sa.Column("first_seen_scan", ROW_NUMBER, nullable=False),
        sa.Column("last_seen_scan", ROW_NUMBER, nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["first_seen_scan"], ["scans.id"], name="fk_findings_first_seen_scan_scans"),
        sa.ForeignKeyConstraint(["last_seen_scan"], ["scans.id"], name="fk_findings_last_seen_scan_scans"),
        sa.ForeignKeyConstraint(["repository_id"], ["repositories.id"], name="fk_findings_repository_id_repositories"),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_findings"),
    )
    op.create_index("ix_findings_repository_id_state_rule_id", "findings", ["repository_id", "state", "rule_id"])

    op.create_table(
        "patches",
        sa.Column("task_key", sa.String(length=64), nullable=False),
        sa.Column("base_commit", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["task_key"], ["fix_tasks.key"], name="fk_patches_task_key_fix_tasks"),
        sa.PrimaryKeyConstraint("task_key", name="pk_patches"),
    )
    op.create_table(
        "pull_requests",
        sa.Column("id", ROW_NUMBER, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("repository_id", sa.String(length=64), nullable=False),
        sa.Column("rule_id", sa.String(length=128), nullable=False),
        sa.Column("branch", sa.String(length=255), nullable=False),
        sa.Column("base_branch", sa.Text(), nullable=False),
        sa.Column("commit_id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["key"], ["fix_tasks.key"], name="fk_pull_requests_key_fix_tasks"),
        sa.ForeignKeyConstraint(
            ["repository_id"], ["repositories.id"], name="fk_pull_requests_repository_id_repositories"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_pull_requests"),
        sa.UniqueConstraint("key", name="uq_pull_requests_key"),
        sa.UniqueConstraint("repository_id", "branch", name="uq_pull_requests_repository_id_branch"),
    )
    op.create_index("ix_pull_requests_repository_id_state", "pull_requests", ["repository_id", "state"])

    op.create_table(
        "scan_skips",
        sa.Column("scan_id", ROW_NUMBER, nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["scan_id"], ["scans.id"], name="fk_scan_skips_scan_id_scans"),
        sa.PrimaryKeyConstraint("scan_id", "ordinal", name="pk_scan_skips"),
    )
    op.create_table(
        "evidence",
        sa.Column("task_key", sa.String(length=64), nullable=False),
        sa.Column("patch_digest", sa.String(length=64), nullable=False),
        sa.Column("base_commit", sa.String(length=64), nullable=False),
        sa.Column("rule_id", sa.String(length=128), nullable=False),
        sa.Column("rule_digest", sa.String(length=128), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("engines", sa.JSON(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("checks", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["task_key"], ["patches.task_key"], name="fk_evidence_task_key_patches"),
        sa.PrimaryKeyConstraint("task_key", name="pk_evidence"),
    )
    op.create_table(
        "fix_task_findings",
        sa.Column("task_key", sa.String(length=64), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["fingerprint"], ["findings.fingerprint"], name="fk_fix_task_findings_fingerprint_findings"
        ),
        sa.ForeignKeyConstraint(["task_key"], ["fix_tasks.key"], name="fk_fix_task_findings_task_key_fix_tasks"),
        sa.PrimaryKeyConstraint("task_key", "ordinal", name="pk_fix_task_findings"),
        sa.UniqueConstraint("task_key", "fingerprint", name="uq_fix_task_findings_task_key_fingerprint"),
    )
    op.create_index("ix_fix_task_findings_fingerprint", "fix_task_findings", ["fingerprint"])

    op.create_table(
        "suppressions",
        sa.Column("id", ROW_NUMBER, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("lift_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["fingerprint"], ["findings.fingerprint"], name="fk_suppressions_fingerprint_findings"),
        sa.PrimaryKeyConstraint("id", name="pk_suppressions"),
    )
    op.create_index(
        "uq_suppressions_standing",
        "suppressions",
        ["fingerprint", "kind"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("suppressions")
    op.drop_table("fix_task_findings")
    op.drop_table("evidence")
    op.drop_table("scan_skips")
    op.drop_table("pull_requests")
    op.drop_table("patches")
    op.drop_table("findings")
    op.drop_table("scans")
    op.drop_table("fix_tasks")
    op.drop_table("repositories")
    op.drop_table("events")

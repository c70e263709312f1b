"""Findings in the order in which they are listed"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute('ALTER TABLE findings ALTER COLUMN path TYPE TEXT COLLATE "C"')
    op.create_index(
        "ix_findings_in_order", "findings", ["path", "start_byte", "end_byte", "rule_id", "fingerprint", "state"]
    )


def downgrade() -> None:
    op.drop_index("ix_findings_in_order", "findings")
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE findings ALTER COLUMN path TYPE TEXT")

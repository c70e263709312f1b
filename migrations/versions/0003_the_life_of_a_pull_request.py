"""The life of a pull request: what it waits for and how it ended; standings, enrolments, baselines and stage runs

What is known of the pull requests that are there already, and nothing that would have to be guessed:
- `published_at` and `ended_at` are those of the journal's events about being opened and being over; NULL without one.
- `outcome` is "merged" for a merged one and "refused" for a rejected one, as the statistics of rules counted them.
- `close_reason` is "closed-by-a-person" for a rejected one, and "finding-vanished" for a closed one: until now debtd
  itself closed for no other reason.
- All take a slot ("people"), are no drafts and may be changed by debtd. Lines, owners and the group of the rule were
  not recorded (0, nobody, ""), no comment was considered, and no commit is on its way.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KNOWN = """
UPDATE pull_requests SET
    close_reason = CASE state WHEN 'rejected' THEN 'closed-by-a-person' WHEN 'closed' THEN 'finding-vanished' END,
    outcome = CASE state WHEN 'merged' THEN 'merged' WHEN 'rejected' THEN 'refused' END,
    published_at = (
        SELECT min(e.at) FROM events e WHERE e.subject = pull_requests.key AND e.kind = 'pull-request.open'
    ),
    ended_at = (
        SELECT max(e.at) FROM events e WHERE e.subject = pull_requests.key
            AND pull_requests.state IN ('merged', 'rejected', 'closed')
            AND e.kind = 'pull-request.' || pull_requests.state
    )
"""


def upgrade() -> None:
    for column in _columns():
        op.add_column("pull_requests", column)
    op.execute(KNOWN)
    _create_tables()


def _columns() -> tuple[sa.Column[Any], ...]:
    false, zero, nothing = sa.false(), sa.text("0"), sa.text("''")
    return (
        sa.Column("draft", sa.Boolean(), server_default=false, nullable=False),
        sa.Column("attention", sa.String(length=32), server_default=sa.text("'people'"), nullable=False),
        sa.Column("hands_off", sa.String(length=64), nullable=True),
        sa.Column("next_commit", sa.String(length=64), server_default=nothing, nullable=False),
        sa.Column("lines", sa.Integer(), server_default=zero, nullable=False),
        sa.Column("owners", sa.JSON(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("rule_group", sa.Text(), server_default=nothing, nullable=False),
        sa.Column("heard", sa.BigInteger(), server_default=zero, nullable=False),
        sa.Column("close_reason", sa.String(length=64), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("merge_commit", sa.String(length=64), server_default=nothing, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
    )


def _create_tables() -> None:
    op.create_table(
        "stage_runs",
        sa.Column("repository_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["repository_id"], ["repositories.id"], name="fk_stage_runs_repository_id_repositories"
        ),
        sa.PrimaryKeyConstraint("repository_id", "kind", name="pk_stage_runs"),
    )
    op.create_table(
        "rule_standings",
        sa.Column("rule_id", sa.String(length=128), nullable=False),
        sa.Column("repository_id", sa.String(length=64), nullable=False),
        sa.Column("standing", sa.String(length=16), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("rule_id", "repository_id", name="pk_rule_standings"),
    )
    op.create_table(
        "enrolments",
        sa.Column("repository_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("branch", sa.String(length=255), nullable=False),
        sa.Column("commit_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["repository_id"], ["repositories.id"], name="fk_enrolments_repository_id_repositories"
        ),
        sa.PrimaryKeyConstraint("repository_id", name="pk_enrolments"),
    )
    op.create_table(
        "baseline",
        sa.Column("repository_id", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["fingerprint"], ["findings.fingerprint"], name="fk_baseline_fingerprint_findings"),
        sa.ForeignKeyConstraint(["repository_id"], ["repositories.id"], name="fk_baseline_repository_id_repositories"),
        sa.PrimaryKeyConstraint("repository_id", "fingerprint", name="pk_baseline"),
    )


def downgrade() -> None:
    for table in ("baseline", "enrolments", "rule_standings", "stage_runs"):
        op.drop_table(table)
    with op.batch_alter_table("pull_requests") as batch:
        for column in _columns():
            batch.drop_column(column.name)

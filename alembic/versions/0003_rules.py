"""Exclusion rules; folders that are left out; what is still to be sifted."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes

import easycrm.core.db
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exclusion_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("value", sqlmodel.sql.sqltypes.AutoString(length=320), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", easycrm.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("exclusion_rule", schema=None) as batch_op:
        batch_op.create_index("ix_exclusion_rule_identity", ["owner_id", "kind", "value"], unique=True)
    with op.batch_alter_table("mail_folder", schema=None) as batch_op:
        batch_op.add_column(sa.Column("excluded", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("skipped_message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rule_id", sa.Integer(), nullable=True))
    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sift_wanted", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("sift_done", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("folders_at", easycrm.core.db.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.drop_column("folders_at")
        batch_op.drop_column("sift_done")
        batch_op.drop_column("sift_wanted")
    with op.batch_alter_table("skipped_message", schema=None) as batch_op:
        batch_op.drop_column("rule_id")
    with op.batch_alter_table("mail_folder", schema=None) as batch_op:
        batch_op.drop_column("excluded")
    with op.batch_alter_table("exclusion_rule", schema=None) as batch_op:
        batch_op.drop_index("ix_exclusion_rule_identity")
    op.drop_table("exclusion_rule")

"""Find by its index what a rule keeps out."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("skipped_message", schema=None) as batch_op:
        batch_op.create_index("ix_skipped_rule", ["rule_id", "connection_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("skipped_message", schema=None) as batch_op:
        batch_op.drop_index("ix_skipped_rule")

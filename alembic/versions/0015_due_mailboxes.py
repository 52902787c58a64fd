"""Pick due mailboxes out of the index alone."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.drop_index("ix_connection_due")
        batch_op.create_index("ix_connection_due", ["status", "next_sync_at", "lease_until", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.drop_index("ix_connection_due")
        batch_op.create_index("ix_connection_due", ["status", "next_sync_at"], unique=False)

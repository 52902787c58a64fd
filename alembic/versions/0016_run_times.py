"""Find sync runs by time, for the charts of the health page."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_sync_run_time", "sync_run", ["finished_at"])


def downgrade() -> None:
    op.drop_index("ix_sync_run_time", "sync_run")

"""Remember since when a mailbox fails, and until when its provider asked to wait."""

import sqlalchemy as sa

import easycrm
import easycrm.core.db
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("connection") as table:
        table.add_column(sa.Column("wait_until", easycrm.core.db.UtcDateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("failing_since", easycrm.core.db.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("connection") as table:
        table.drop_column("failing_since")
        table.drop_column("wait_until")

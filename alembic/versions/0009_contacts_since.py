"""Since when people written to become contacts."""

import sqlalchemy as sa

import easycrm.core.db
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = easycrm.core.db.UtcDateTime(timezone=True)
    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.add_column(sa.Column("creates_contacts_since", moment, nullable=True))
        batch_op.drop_column("creates_contacts")


def downgrade() -> None:
    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.add_column(sa.Column("creates_contacts", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.drop_column("creates_contacts_since")

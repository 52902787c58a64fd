"""Note which workers live, whose turn the tick is, and what all processes counted."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes

import easycrm.core.db
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("tally",
    sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column("labels", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
    sa.Column("value", sa.Float(), nullable=False),
    sa.PrimaryKeyConstraint("name", "labels")
    )
    op.create_table("turn",
    sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column("owner", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column("until", easycrm.core.db.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint("name")
    )
    op.create_table("worker_process",
    sa.Column("id", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column("host", sqlmodel.sql.sqltypes.AutoString(length=255), nullable=False),
    sa.Column("pid", sa.Integer(), nullable=False),
    sa.Column("started_at", easycrm.core.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column("seen_at", easycrm.core.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint("id")
    )


def downgrade() -> None:
    op.drop_table("worker_process")
    op.drop_table("turn")
    op.drop_table("tally")

"""Keep what a test of a provider's setup has shown, and since when the application is the present one."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes

import easycrm.core.db
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("provider_setup") as table:
        table.add_column(sa.Column("application_since", easycrm.core.db.UtcDateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("tested_at", easycrm.core.db.UtcDateTime(timezone=True), nullable=True))
        table.add_column(
            sa.Column("test_steps", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default="")
        )
    with op.batch_alter_table("consent_attempt") as table:
        table.add_column(sa.Column("tests_setup", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("consent_attempt") as table:
        table.drop_column("tests_setup")
    with op.batch_alter_table("provider_setup") as table:
        table.drop_column("test_steps")
        table.drop_column("tested_at")
        table.drop_column("application_since")

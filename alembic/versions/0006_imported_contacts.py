"""Contacts imported from the address books of connected mailboxes."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes

import easycrm.core.db
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    text = sqlmodel.sql.sqltypes.AutoString
    moment = easycrm.core.db.UtcDateTime(timezone=True)
    op.create_table(
        "imported_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("provider_contact_id", text(length=500), nullable=False),
        sa.Column("provider_folder_id", text(length=300), nullable=False),
        sa.Column("name", text(length=200), nullable=False),
        sa.Column("sort_name", text(length=200), nullable=False),
        sa.Column("company", text(length=200), nullable=False),
        sa.Column("title", text(length=200), nullable=False),
        sa.Column("phones", sa.JSON(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    identity = ["connection_id", "provider_contact_id"]
    op.create_index("ix_imported_contact_identity", "imported_contact", identity, unique=True)
    op.create_index("ix_imported_contact_order", "imported_contact", ["connection_id", "sort_name", "id"])
    op.create_table(
        "imported_address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("imported_contact_id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("email", text(length=320), nullable=False),
        sa.Column("base_email", text(length=320), nullable=False),
        sa.ForeignKeyConstraint(["imported_contact_id"], ["imported_contact.id"]),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_imported_address_base", "imported_address", ["base_email", "connection_id"])
    op.create_index("ix_imported_address_imported_contact_id", "imported_address", ["imported_contact_id"])
    op.create_table(
        "contact_import",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("cursor", text(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("owner", text(length=64), nullable=False),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", text(length=300), nullable=False),
        sa.Column("last_success_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"]),
        sa.PrimaryKeyConstraint("connection_id"),
    )


def downgrade() -> None:
    for table in ("contact_import", "imported_address", "imported_contact"):
        op.drop_table(table)

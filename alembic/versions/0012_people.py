"""Links that invite or reset, devices of sessions, what a person prefers, and one form for the names of events."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes

import easycrm.core.db
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

RENAMED = {
    "user created": "user.created",
    "password changed": "password.changed",
    "signed in": "session.signed_in",
    "signed out": "session.signed_out",
}


def upgrade() -> None:
    text = sqlmodel.sql.sqltypes.AutoString
    moment = easycrm.core.db.UtcDateTime(timezone=True)
    op.create_table(
        "access_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", text(length=320), nullable=False),
        sa.Column("role", text(length=16), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("token_hash", text(length=64), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index("ix_access_link_email", "access_link", ["email"])
    op.create_index("ix_access_link_user_id", "access_link", ["user_id"])
    op.add_column("user", sa.Column("last_sign_in_at", moment, nullable=True))
    op.add_column("user", sa.Column("theme", text(length=8), nullable=False, server_default=""))
    op.add_column("user", sa.Column("erase_asked_at", moment, nullable=True))
    op.add_column("user", sa.Column("erase_asked_by", sa.Integer(), nullable=True))
    op.add_column("user_session", sa.Column("device", text(length=60), nullable=False, server_default=""))
    for before, after in RENAMED.items():
        op.execute(sa.text("UPDATE audit_event SET event = :after WHERE event = :before").bindparams(before=before, after=after))


def downgrade() -> None:
    op.drop_column("user_session", "device")
    for column in ("erase_asked_by", "erase_asked_at", "theme", "last_sign_in_at"):
        op.drop_column("user", column)
    op.drop_table("access_link")

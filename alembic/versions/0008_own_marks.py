"""Keep read state, star and archive as EasyCRM's own, and find threads by them and by label."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# A label stands in `labels` with a space on both sides; LIKE would take the underscores of ids for wildcards.
_CARRIES = "replace(message.labels, ' ' || f.provider_folder_id || ' ', '') <> message.labels"
_LIES = (
    "EXISTS (SELECT 1 FROM mail_folder f WHERE f.connection_id = message.connection_id AND f.kind = '{}' AND "
    + _CARRIES
    + ")"
)
_BY_LABEL = "EXISTS (SELECT 1 FROM connection c WHERE c.id = message.connection_id AND c.provider = 'google')"


def upgrade() -> None:
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.add_column(_text("place"))
        batch_op.add_column(_text("provider_place"))
        batch_op.add_column(sa.Column("provider_unread", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("provider_starred", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("thread", schema=None) as batch_op:
        batch_op.add_column(sa.Column("starred", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(_text("place"))
    op.create_table(
        "thread_label",
        sa.Column("thread_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("label", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("sort_key", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("thread_id", "label"),
    )
    _fill()
    op.create_index("ix_thread_label_time", "thread_label", ["connection_id", "label", "sort_key"])
    op.create_index("ix_thread_place", "thread", ["connection_id", "place", "sort_key"])


def downgrade() -> None:
    op.drop_index("ix_thread_place", "thread")
    op.drop_table("thread_label")
    with op.batch_alter_table("thread", schema=None) as batch_op:
        batch_op.drop_column("place")
        batch_op.drop_column("starred")
    with op.batch_alter_table("message", schema=None) as batch_op:
        for name in ("provider_starred", "provider_unread", "provider_place", "place"):
            batch_op.drop_column(name)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False, server_default="")


def _fill() -> None:
    place = (
        f"CASE WHEN {_LIES.format('inbox')} THEN 'inbox' WHEN {_LIES.format('archive')} THEN 'archive' "
        f"WHEN {_BY_LABEL} AND NOT {_LIES.format('sent')} THEN 'archive' ELSE '' END"
    )
    op.execute(f"UPDATE message SET place = {place}, provider_unread = unread, provider_starred = starred")
    op.execute("UPDATE message SET provider_place = place")
    mine = "FROM message WHERE message.thread_id = thread.id"
    op.execute(
        f"UPDATE thread SET starred = (SELECT count(*) {mine} AND message.starred),"
        f" place = coalesce((SELECT max(message.place) {mine}), '')"
    )
    op.execute(
        "INSERT INTO thread_label (thread_id, label, connection_id, sort_key) "
        "SELECT DISTINCT thread.id, f.provider_folder_id, thread.connection_id, thread.sort_key "
        "FROM thread JOIN message ON message.thread_id = thread.id "
        f"JOIN mail_folder f ON f.connection_id = message.connection_id AND {_CARRIES}"
    )
    for mark, there in (("unread", "unread > 0"), ("starred", "starred > 0"), ("attachments", "has_attachments")):
        op.execute(
            "INSERT INTO thread_label (thread_id, label, connection_id, sort_key) "
            f"SELECT id, '\\:{mark}', connection_id, sort_key FROM thread WHERE {there}"
        )

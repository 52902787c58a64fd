"""The search index, and how far each mailbox that has mail already was put into it."""

import sqlalchemy as sa

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ON_SQLITE = (
    "CREATE VIRTUAL TABLE search_index USING fts5"
    "(sender, recipients, subject, body, marks, content='', columnsize=0, tokenize='ascii')",
)
ON_POSTGRESQL = (
    "CREATE TABLE search_index (message_id BIGINT PRIMARY KEY, key BIGINT NOT NULL, words TSVECTOR NOT NULL)",
    "CREATE INDEX ix_search_index_words ON search_index USING gin (words)",
)


def upgrade() -> None:
    for statement in ON_POSTGRESQL if op.get_bind().dialect.name == "postgresql" else ON_SQLITE:
        op.execute(statement)
    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unsearched_below", sa.BigInteger(), nullable=True))
    op.execute(
        "UPDATE connection SET unsearched_below = 9223372036854775807"
        " WHERE EXISTS (SELECT 1 FROM message WHERE message.connection_id = connection.id)"
    )


def downgrade() -> None:
    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.drop_column("unsearched_below")
    op.execute("DROP TABLE search_index")

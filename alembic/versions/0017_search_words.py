"""The words of SQLite's search index, as it has them already: nothing is stored."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE search_index_words USING fts5vocab('search_index', 'instance')")


def downgrade() -> None:
    op.execute("DROP TABLE IF EXISTS search_index_words")

"""Alembic's entry: the tables of easycrm.tables against the database of EASYCRM_DATABASE_URL.

Everything happens in one transaction that is alone from its beginning: a process that comes second finds it done, and
one that is killed leaves nothing half-done. SQLite's BEGIN IMMEDIATE is such a lock already.
"""

from alembic import context
from easycrm.core.db import engine
from easycrm.tables import metadata

# Any number that nobody else takes in this database.
LOCK = 4_711_032_026
PATIENCE = "10min"


def has_model(name: str | None, kind: str, _parents: object) -> bool:
    """Whether a difference would be one: the search index is made by statements of its own."""
    return kind != "table" or not (name or "").startswith("search_index")


with engine().connect().execution_options(writes=True) as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,
        include_name=has_model,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}'")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        context.run_migrations()

"""Alembic's entry: the tables of easycrm.tables against the database of EASYCRM_DATABASE_URL.

Everything happens in one transaction that is alone from its beginning: a process that comes second finds it done, and
one that is killed leaves nothing half-done. SQLite's BEGIN IMMEDIATE is such a lock already.
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from alembic import context
from easycrm.core.db import engine
from easycrm.tables import metadata

# Any number that nobody else takes in this database.
LOCK = 4_711_032_026
PATIENCE = "10min"


def has_model(name: str | None, kind: str, _parents: object) -> bool:
    """Whether a difference would be one: the search index is made by statements of its own."""
    return kind != "table" or not (name or "").startswith("search_index")


@contextmanager
def without_references(connection: Connection) -> Generator[None]:
    """Let SQLite make a table anew while others refer to it; that every reference still leads somewhere is checked.

    The switch works only outside a transaction. Source: https://www.sqlite.org/lang_altertable.html#otheralter
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def check_references(connection: Connection) -> None:
    """Undo everything rather than leave a row that refers to nothing."""
    if connection.dialect.name == "sqlite" and (lost := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
        raise RuntimeError(f"a migration would lose what {len(lost)} rows refer to: {lost[0]}")


with engine().connect().execution_options(writes=True) as connection, without_references(connection):
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
        check_references(connection)

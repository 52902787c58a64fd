"""Alembic's entry: the tables of easycrm.tables against the database of EASYCRM_DATABASE_URL."""

from alembic import context
from easycrm.core.db import engine
from easycrm.tables import metadata

with engine().connect().execution_options(writes=True) as connection:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()

"""Migrations lead to the tables that the code expects, on both databases."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine

from easycrm import migrate
from easycrm.tables import metadata


def test_the_migrations_make_what_the_models_say(database: Engine) -> None:
    metadata.drop_all(database)

    migrate.upgrade()

    with database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_second_start_finds_nothing_to_do(database: Engine) -> None:
    metadata.drop_all(database)
    migrate.upgrade()

    migrate.upgrade()

    with database.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() is not None

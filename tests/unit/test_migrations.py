"""Migrations lead to the tables that the code expects, on both databases."""

import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text

from easycrm import migrate
from easycrm.core import revision
from easycrm.core.errors import Misconfigured
from easycrm.tables import metadata
from tests.simulator_process import REPOSITORY


def test_the_migrations_make_what_the_models_say(database: Engine) -> None:
    metadata.drop_all(database)

    migrate.upgrade()

    with database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": _has_model})
        assert compare_metadata(context, metadata) == []


def test_a_second_start_finds_nothing_to_do(database: Engine) -> None:
    metadata.drop_all(database)
    migrate.upgrade()

    migrate.upgrade()

    with database.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() is not None


def test_of_many_that_start_together_one_migrates(database: Engine) -> None:
    metadata.drop_all(database)

    command = [sys.executable, "-m", "easycrm", "migrate"]
    starts = [subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.PIPE, text=True) for _ in range(3)]

    assert [(start.communicate()[1], start.returncode) for start in starts] == [("", 0)] * 3
    with database.connect() as connection:
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == revision.wanted()


def test_a_database_of_a_newer_version_is_left_alone(database: Engine) -> None:
    metadata.drop_all(database)
    migrate.upgrade()
    with database.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(Misconfigured, match="A newer EasyCRM"):
        migrate.upgrade()


def test_the_search_index_of_the_migrations_is_that_of_the_code(database: Engine) -> None:
    made = _search_index(database)
    metadata.drop_all(database)
    assert _search_index(database) == []

    migrate.upgrade()

    assert _search_index(database) == made != []


def _has_model(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or not (name or "").startswith("search_index")


def _search_index(database: Engine) -> list[str]:
    """How the database describes the index."""
    query = "SELECT sql FROM sqlite_master WHERE name LIKE 'search_index%' ORDER BY name"
    if database.dialect.name == "postgresql":
        query = (
            "SELECT column_name || ' ' || data_type || ' ' || is_nullable FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND table_name = 'search_index' UNION ALL"
            " SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename = 'search_index'"
            " ORDER BY 1"
        )
    with database.connect() as connection:
        return [str(row[0]).replace("IF NOT EXISTS ", "") for row in connection.execute(text(query))]

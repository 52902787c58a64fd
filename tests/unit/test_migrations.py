"""Migrations lead to the tables that the code expects, on both databases."""

import subprocess
import sys
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, MetaData, select, text

from alembic import command
from easycrm import migrate
from easycrm.core import revision
from easycrm.core.errors import Misconfigured
from easycrm.tables import metadata
from tests.simulator_process import REPOSITORY
from tests.unit.first_rows import FIRST, RENAMED


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


def test_a_filled_database_of_the_first_migration_moves_up_and_keeps_everything(database: Engine) -> None:
    metadata.drop_all(database)
    command.upgrade(migrate.configuration(), "0001")
    first = MetaData()
    first.reflect(database)
    with database.begin() as connection:
        for table in first.sorted_tables:
            for row in FIRST.get(table.name, []):
                connection.execute(first.tables[table.name].insert().values(row))
        for ident, event in enumerate(RENAMED, 10):
            row = {**FIRST["audit_event"][0], "id": ident, "event": event}
            connection.execute(first.tables["audit_event"].insert().values(row))
    assert {name for name in first.tables if name not in FIRST} <= {
        "alembic_version", "consent_attempt", "pending_revocation", "sign_in_failure", "skipped_message", "sync_run",
    }  # fmt: skip
    before = rows(database, first)

    migrate.upgrade()

    after = rows(database, first)
    for name in FIRST:
        kept = [row for row in after[name] if row.get("event") not in RENAMED.values()]
        assert kept == [row for row in before[name] if row.get("event") not in RENAMED], name
    with database.connect() as connection:
        events = connection.execute(text("SELECT event FROM audit_event WHERE id >= 10 ORDER BY id")).scalars().all()
        assert events == list(RENAMED.values())
        participants = connection.execute(text("SELECT base_email, connection_id FROM participant ORDER BY id")).all()
        assert [tuple(one) for one in participants] == [("alan@example.net", 1), ("ada@example.com", 1)]
        assert (
            compare_metadata(
                MigrationContext.configure(connection, opts={"compare_type": True, "include_name": _has_model}),
                metadata,
            )
            == []
        )


def rows(database: Engine, schema: MetaData) -> dict[str, list[dict[str, Any]]]:
    """Every row of the tables of this schema, in its columns."""
    with database.connect() as connection:
        return {
            name: [dict(row._mapping) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for name, table in schema.tables.items()
            if name != "alembic_version"
        }

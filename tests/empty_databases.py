"""Databases with every table and no row, one for each test: making the tables anew would take most of a test's time."""

import secrets
import shutil
from pathlib import Path

from sqlalchemy import Engine, create_engine, make_url, text

from easycrm.core import db
from easycrm.tables import metadata

# What is in the way of the next test, and whether the tables are still those that were made.
_DISCONNECT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()"
_SHAPE = """
SELECT md5(concat(
    (SELECT string_agg(concat(oid, relname, relnatts), ',' ORDER BY oid)
     FROM pg_class WHERE relnamespace = 'public'::regnamespace),
    (SELECT count(*) FROM pg_trigger), (SELECT count(*) FROM pg_constraint),
    (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace)))
"""
_WIPE = """
DO $$ DECLARE one record; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR one IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE 'DELETE FROM ' || quote_ident(one.name);
    END LOOP;
    FOR one IN SELECT sequencename AS name FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
        PERFORM setval(quote_ident(one.name)::regclass, 1, false);
    END LOOP;
END $$
"""


class EmptyDatabases:
    """SQLite's are copies of one file; PostgreSQL's is one that is wiped, or made anew after a change of its tables."""

    def __init__(self, file: Path, server: str) -> None:
        self._file, self._server = file, server
        self._name = f"test_{secrets.token_hex(8)}"
        self._engine: Engine | None = None
        self._shape = ""

    def on_sqlite(self, path: Path) -> str:
        """The address of a new one at `path`."""
        if not self._file.exists():
            _make_tables(f"sqlite:///{self._file}")
        shutil.copyfile(self._file, path)
        return f"sqlite:///{path}"

    def on_postgresql(self) -> str:
        """The address of an empty one."""
        if self._engine is not None and not self._wiped(self._engine):
            self.drop()
        if self._engine is None:
            self._on_server(f"CREATE DATABASE {self._name}")
            _make_tables(self._url)
            self._engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
            with self._engine.connect() as connection:
                self._shape = str(connection.scalar(text(_SHAPE)))
        return self._url

    def drop(self) -> None:
        """Leave nothing behind."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None
            self._on_server(f"DROP DATABASE {self._name} WITH (FORCE)")

    @property
    def _url(self) -> str:
        return make_url(self._server).set(database=self._name).render_as_string(hide_password=False)

    def _wiped(self, engine: Engine) -> bool:
        with engine.connect() as connection:
            connection.execute(text(_DISCONNECT), {"name": self._name})
            if connection.scalar(text(_SHAPE)) != self._shape:
                return False
            connection.exec_driver_sql(_WIPE)
            return True

    def _on_server(self, statement: str) -> None:
        server = create_engine(self._server, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text(statement))
        server.dispose()


def _make_tables(url: str) -> None:
    engine = db.open_engine(url)
    metadata.create_all(engine)
    engine.dispose()

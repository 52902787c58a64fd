"""INSERT … ON CONFLICT in both databases' dialects, for many rows at once."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from easycrm.core.db import Table

Insert = postgresql.Insert | sqlite.Insert


def insert_many(session: Session, table: type[Table], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that have the same columns: one statement, compiled once in the life of the process."""
    if rows:
        session.connection().execute(table.__table__.insert(), rows)  # pyright: ignore


def insert_of(session: Session, table: type[Table]) -> Insert:
    """An INSERT without rows, for `Connection.execute(statement, rows)`: it is not compiled anew for each page."""
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return make(table.__table__)  # pyright: ignore


def insert_into(session: Session, table: type[Table], rows: Sequence[dict[str, Any]]) -> Insert:
    """An INSERT of `rows` to which `on_conflict_…` can be added."""
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return make(table).values(list(rows))


def upsert(
    session: Session, table: type[Table], rows: Sequence[dict[str, Any]], keys: Sequence[str], change: Sequence[str]
) -> Insert:
    """An INSERT that updates the columns `change` where a row with the same `keys` is there already."""
    statement = insert_into(session, table, rows)
    return statement.on_conflict_do_update(
        index_elements=list(keys), set_={name: statement.excluded[name] for name in change}
    )

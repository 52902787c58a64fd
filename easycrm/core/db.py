"""The database: one engine a process, short transactions, UTC times; SQLite in WAL mode or PostgreSQL."""

import re
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Dialect, Engine, UpdateBase, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection as DatabaseConnection
from sqlalchemy.orm import declared_attr
from sqlalchemy.types import DateTime, TypeDecorator
from sqlmodel import Session, SQLModel

from easycrm.core.errors import Misconfigured
from easycrm.core.settings import settings

BUSY_TIMEOUT_SECONDS = 30.0
IN_ONE_STATEMENT = 500
# Ids are 32-bit integers; a larger number from outside names nothing, and some databases choke on it.
LARGEST_ID = 2**31 - 1
_Value = TypeVar("_Value")


class Table(SQLModel):
    """The base of every table; its name is the class's in snake case."""

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805 # pyright: ignore[reportIncompatibleVariableOverride] (SQLAlchemy calls it)
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, stored in UTC and always handed back aware: SQLite forgets time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (signature of SQLAlchemy)
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@lru_cache(maxsize=1)
def engine() -> Engine:
    """The engine of this process, for EASYCRM_DATABASE_URL."""
    return open_engine(settings().database_url)


def open_engine(url: str) -> Engine:
    """An engine for `url`, set up so that readers never wait and writers take their turn.

    Raises:
        Misconfigured: the folder of a SQLite file is not there and cannot be made.
    """
    if not url.startswith("sqlite"):
        made = create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20)
        event.listen(made, "connect", _prepare_postgresql)
        return made
    _make_folder(Path(url.removeprefix("sqlite:///")).parent)
    made = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False})
    event.listen(made, "connect", _prepare_sqlite)
    event.listen(made, "begin", _begin_sqlite)
    return made


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured(f"EASYCRM_DATA_DIR: {folder} cannot be made ({error.strerror})") from error


def _prepare_postgresql(connection: Any, _record: object) -> None:
    # Without a limit a lock that nobody releases would take every worker with it. To compile a query for a page takes
    # longer than the query.
    connection.execute(f"SET lock_timeout = {int(BUSY_TIMEOUT_SECONDS * 1000)}; SET jit = off")
    connection.commit()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver would otherwise begin transactions at moments of its own choosing
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: DatabaseConnection) -> None:
    # A reader that turns writer fails at once when another writer came between; so writers say so first.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def transaction() -> Generator[Session]:
    """A session whose changes are committed at the end of the block, or not at all.

    Never hold one across a call to a provider. Objects stay readable afterwards.
    """
    with (
        engine().connect().execution_options(writes=True) as connection,
        Session(bind=connection, expire_on_commit=False) as session,
    ):
        yield session
        session.commit()


@contextmanager
def reading() -> Generator[Session]:
    """A session that only looks: on SQLite it waits for nobody."""
    with Session(engine(), expire_on_commit=False) as session:
        yield session


def add_unless_there(session: Session, row: Table) -> bool:
    """Insert `row` unless a unique index has one like it; whether it was inserted. `row` itself stays detached."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = row.model_dump(exclude={"id"} if getattr(row, "id", None) is None else None)
    statement = insert(type(row)).values(**values).on_conflict_do_nothing()
    return changed(session, statement.execution_options(preserve_rowcount=True)) == 1


def portions(values: Iterable[_Value]) -> Iterator[list[_Value]]:
    """The values in lists short enough for an IN: databases limit how many a statement may have."""
    some = iter(values)
    while portion := list(islice(some, IN_ONE_STATEMENT)):
        yield portion


def changed(session: Session, statement: UpdateBase) -> int:
    """Run an UPDATE, DELETE or INSERT; how many rows it hit."""
    return session.exec(statement).rowcount

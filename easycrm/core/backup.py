"""Copies a SQLite database while it is in use."""

import contextlib
import sqlite3
from pathlib import Path

from easycrm.core.errors import Misconfigured, Refused
from easycrm.core.settings import settings

_PAGES_AT_ONCE = 1000


def to_file(target: Path) -> int:
    """Write one consistent moment of the database to a new file; its size in bytes.

    Raises:
        Misconfigured: the database is PostgreSQL, which has its own programs for this.
        Refused: there is such a file already, or it cannot be written.
    """
    if not settings().sqlite:
        raise Misconfigured("EASYCRM_DATABASE_URL names PostgreSQL: use pg_dump, as docs/backup.md says")
    if target.exists():
        raise Refused(f"{target} is there already. Choose another name")
    source = settings().database_url.removeprefix("sqlite:///")
    try:
        with (
            contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as database,
            contextlib.closing(sqlite3.connect(target)) as copy,
        ):
            target.chmod(0o600)
            database.backup(copy, pages=_PAGES_AT_ONCE)
    except (OSError, sqlite3.Error) as error:
        raise Refused(f"The backup could not be written to {target}: {error}") from error
    return target.stat().st_size

"""Brings the database to the shape that the code expects; of many processes that start together, one does it."""

from alembic import command
from easycrm.core import revision as revisions
from easycrm.core.errors import Misconfigured
from easycrm.core.revision import ALEMBIC, configuration


def upgrade() -> None:
    """Apply what is missing; quick when nothing is. The lock that lets one process at a time do it is alembic/env.py's.

    Raises:
        Misconfigured: a newer EasyCRM has changed the database; nothing was touched.
    """
    there = revisions.found()
    if there == revisions.wanted():
        return
    if there and not revisions.known(there):
        raise Misconfigured(
            f"A newer EasyCRM has changed this database (revision {there}; this one knows {revisions.wanted()}). "
            "Start the newer one, or restore a backup made before. Nothing was changed"
        )
    command.upgrade(configuration(), "head")


def revision(message: str) -> None:
    """Write a migration from the difference between tables and database, for developers."""
    command.revision(configuration(), message=message, autogenerate=True, rev_id=f"{_next():04d}")


def _next() -> int:
    return 1 + len(list((ALEMBIC / "versions").glob("*.py")))

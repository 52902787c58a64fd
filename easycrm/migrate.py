"""Brings the database to the shape that the code expects."""

from pathlib import Path

from alembic.config import Config

from alembic import command

ALEMBIC = Path(__file__).parents[1] / "alembic"


def configuration() -> Config:
    """Alembic's configuration, without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(ALEMBIC))
    config.set_main_option("path_separator", "os")
    return config


def upgrade() -> None:
    """Apply what is missing; quick when nothing is."""
    command.upgrade(configuration(), "head")


def revision(message: str) -> None:
    """Write a migration from the difference between tables and database, for developers."""
    command.revision(configuration(), message=message, autogenerate=True, rev_id=f"{_next():04d}")


def _next() -> int:
    return 1 + len(list((ALEMBIC / "versions").glob("*.py")))

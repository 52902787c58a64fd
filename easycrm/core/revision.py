"""Which revision of the database this code was written for, and which one is there."""

from functools import lru_cache
from pathlib import Path

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from easycrm.core.db import engine
from easycrm.core.wording import operating

ALEMBIC = Path(__file__).parents[2] / "alembic"


def configuration() -> Config:
    """Alembic's configuration, without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(ALEMBIC))
    config.set_main_option("path_separator", "os")
    return config


@lru_cache(maxsize=1)
def wanted() -> str:
    """The newest revision that this code knows."""
    return ScriptDirectory.from_config(configuration()).get_current_head() or ""


def found() -> str:
    """The database's revision; empty when it was never set up."""
    with engine().connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def misfit(there: str) -> tuple[str, str] | None:
    """What is wrong with a database of this revision, and the remedy; None where it has the form wanted here."""
    if there == wanted():
        return None
    if not there:
        return operating.NEVER_SET_UP, operating.FIX_MIGRATE
    if known(there):
        return operating.behind(there, wanted()), operating.FIX_MIGRATE
    return operating.NEWER_DATABASE, operating.FIX_NEWER


def known(revision: str) -> bool:
    """Whether this code has a migration of that name: one it has not was made by a newer EasyCRM."""
    return revision in {script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()}

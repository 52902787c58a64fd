"""What a bench runs in: a simulator of its own with its latency, and a fresh database of either kind."""

import contextlib
import os
import secrets
import tempfile
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import create_engine, text

from easycrm import worker
from easycrm.core import db, sealed
from easycrm.providers import id_token
from tests.conftest import forget_settings
from tests.simulator_process import Simulator, running

POSTGRESQL = os.environ.get("EASYCRM_TEST_DATABASE_URL", "")
DATABASES = ("sqlite", "postgresql") if POSTGRESQL else ("sqlite",)
REQUEST_MS, SUB_REQUEST_MS = 40, 20


@contextlib.contextmanager
def simulator(*, latency: bool = True) -> Generator[Simulator]:
    """The providers, as slow as the real ones unless said otherwise, without quota."""
    id_token._keys.clear()  # each simulator signs with a key of its own
    with running() as found:
        if latency:
            found.post("settings", request_ms=REQUEST_MS, sub_request_ms=SUB_REQUEST_MS)
        yield found


@contextlib.contextmanager
def database(kind: str, found: Simulator | None = None, **settings: str) -> Generator[None]:
    """A database with every table, and settings to go with it; without a simulator for what asks no provider."""
    from easycrm.tables import metadata

    before = {name: value for name, value in os.environ.items() if name.startswith("EASYCRM_")}
    schema = f"bench_{secrets.token_hex(6)}"
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'easycrm.db'}"
        if kind == "postgresql":
            _on_server(f"CREATE SCHEMA {schema}")
            url = f"{POSTGRESQL}{'&' if '?' in POSTGRESQL else '?'}options={quote(f'-csearch_path={schema}')}"
        mine = {
            "EASYCRM_ENV": "development", "EASYCRM_DATA_DIR": folder, "EASYCRM_DATABASE_URL": url,
            "EASYCRM_KEYS": sealed.new_key("bench"), "EASYCRM_SIMULATOR_URL": found.url if found else "",
            "EASYCRM_GMAIL_UNITS_PER_MINUTE": "100000000", "EASYCRM_GMAIL_PROJECT_UNITS_PER_MINUTE": "10000000000",
        }  # fmt: skip
        os.environ.update({**mine, **settings})
        forget_settings()
        worker.queue.cache_clear()  # it lies beside the database
        metadata.create_all(db.engine())
        try:
            yield
        finally:
            forget_settings()
            for name in [name for name in os.environ if name.startswith("EASYCRM_")]:
                os.environ.pop(name)
            os.environ.update(before)
            if kind == "postgresql":
                _on_server(f"DROP SCHEMA {schema} CASCADE")


def _on_server(statement: str) -> None:
    engine = create_engine(POSTGRESQL, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@dataclass
class Cost:
    """Seconds of the clock and of this process's processor time."""

    wall: float = 0.0
    cpu: float = 0.0


@contextlib.contextmanager
def measured() -> Generator[Cost]:
    """What the block costs."""
    cost, wall, cpu = Cost(), time.perf_counter(), time.process_time()
    yield cost
    cost.wall, cost.cpu = time.perf_counter() - wall, time.process_time() - cpu

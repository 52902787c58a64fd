"""Fixtures that tests of several areas share."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import Engine, create_engine, text

from easycrm.core import db, sealed
from easycrm.core.settings import settings
from easycrm.tables import metadata
from tests.simulator_process import Simulator, running

POSTGRESQL_URL = os.environ.get("EASYCRM_TEST_DATABASE_URL", "")
KEY = sealed.new_key("test")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--full` runs the long tests at full count."""
    parser.addoption("--full", action="store_true", help="run the long tests at full count")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """In CI a skip is a failure, but for one that says ../shared is missing."""
    report = yield
    strict = os.environ.get("EASYCRM_TEST_STRICT_SKIPS") and report.skipped and not hasattr(report, "wasxfail")
    if strict and "../shared" not in str(report.longrepr):
        report.outcome = "failed"
    return report


@pytest.fixture(scope="session")
def full(request: pytest.FixtureRequest) -> bool:
    """Whether the long tests run at full count."""
    return bool(request.config.getoption("--full"))


@pytest.fixture(scope="session")
def simulator_process() -> Iterator[Simulator]:
    """One simulator for the whole session."""
    with running() as simulator:
        yield simulator


@pytest.fixture
def simulator(simulator_process: Simulator) -> Simulator:
    """The simulator, with a fresh world."""
    simulator_process.post("reset")
    return simulator_process


@pytest.fixture(params=["sqlite", "postgresql"] if POSTGRESQL_URL else ["sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A fresh database with every table, and the settings to go with it; with `simulator`, pointed at that."""
    for name in [name for name in os.environ if name.startswith("EASYCRM_") and "_TEST_" not in name]:
        monkeypatch.delenv(name)
    schema = f"test_{secrets.token_hex(8)}"
    url = f"sqlite:///{tmp_path / 'easycrm.db'}"
    if request.param == "postgresql":
        _on_postgresql(f"CREATE SCHEMA {schema}")
        joint = "&" if "?" in POSTGRESQL_URL else "?"
        url = f"{POSTGRESQL_URL}{joint}options={quote(f'-csearch_path={schema}')}"
    monkeypatch.setenv("EASYCRM_ENV", "development")
    monkeypatch.setenv("EASYCRM_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("EASYCRM_DATABASE_URL", url)
    monkeypatch.setenv("EASYCRM_KEYS", KEY)
    # Imports of hundreds of messages should not take minutes; tests of the allowance set their own.
    monkeypatch.setenv("EASYCRM_GMAIL_UNITS_PER_MINUTE", "10000000")
    monkeypatch.setenv("EASYCRM_GMAIL_PROJECT_UNITS_PER_MINUTE", "1000000000")
    if "simulator" in request.fixturenames:
        monkeypatch.setenv("EASYCRM_SIMULATOR_URL", request.getfixturevalue("simulator").url)
    forget_settings()
    metadata.create_all(db.engine())
    yield db.engine()
    forget_settings()
    if request.param == "postgresql":
        _on_postgresql(f"DROP SCHEMA {schema} CASCADE")


def forget_settings() -> None:
    """Let settings, engine and keys be read again from the environment."""
    if db.engine.cache_info().currsize:
        db.engine().dispose()
    for cached in (settings, db.engine, sealed.ring):
        cached.cache_clear()


def _on_postgresql(statement: str) -> None:
    engine = create_engine(POSTGRESQL_URL, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()

"""Fixtures that tests of several areas share."""

import os
import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from easycrm.core import db, sealed
from easycrm.core.settings import settings
from tests.compiled_once import CompiledOnce
from tests.empty_databases import EmptyDatabases
from tests.simulator_process import Simulator, running

POSTGRESQL_URL = os.environ.get("EASYCRM_TEST_DATABASE_URL", "")
DATABASES = ("sqlite", "postgresql")
KEY = sealed.new_key("test")
COMPILED = {name: CompiledOnce() for name in DATABASES}


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--full` runs the long tests at full count."""
    parser.addoption("--full", action="store_true", help="run the long tests at full count")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let a test of several cases meet both databases, but each case only one of them; with `--full`, each case both.

    Which case meets which differs from test to test and, by the bits of its number, within a test: no provider and no
    other parameter is left to one database.
    """
    if not POSTGRESQL_URL or config.getoption("--full"):
        return
    cases: dict[str, dict[str, int]] = defaultdict(dict)
    placed: list[tuple[pytest.Item, str, int, str]] = []
    for item in items:
        params = dict(item.callspec.params) if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        if database := params.pop("database", ""):
            test = item.nodeid.partition("[")[0]
            case = cases[test].setdefault(repr(sorted(params.items())), len(cases[test]))
            placed.append((item, test, case, database))
    left_out = {
        item
        for item, test, case, database in placed
        if len(cases[test]) > 1 and DATABASES[(case.bit_count() + zlib.crc32(test.encode())) % 2] != database
    }
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]


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


@pytest.fixture(params=DATABASES if POSTGRESQL_URL else DATABASES[:1])
def database(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_databases: EmptyDatabases
) -> Iterator[Engine]:
    """A fresh database with every table, and the settings to go with it; with `simulator`, pointed at that."""
    for name in [name for name in os.environ if name.startswith("EASYCRM_") and "_TEST_" not in name]:
        monkeypatch.delenv(name)
    url = (
        empty_databases.on_sqlite(tmp_path / "easycrm.db")
        if request.param == "sqlite"
        else empty_databases.on_postgresql()
    )
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
    engine = db.engine()
    engine.update_execution_options(compiled_cache=COMPILED[request.param])
    yield engine
    forget_settings()


@pytest.fixture(scope="session")
def empty_databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmptyDatabases]:
    """Where tests get their databases from."""
    databases = EmptyDatabases(tmp_path_factory.mktemp("template") / "empty.db", POSTGRESQL_URL)
    yield databases
    databases.drop()


def forget_settings() -> None:
    """Let settings, engine and keys be read again from the environment."""
    if db.engine.cache_info().currsize:
        db.engine().dispose()
    for cached in (settings, db.engine, sealed.ring):
        cached.cache_clear()

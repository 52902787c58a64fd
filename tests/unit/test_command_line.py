"""Commands as an operator types them, each in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine

from easycrm.core.wording import operating
from easycrm.people import accounts
from tests.simulator_process import REPOSITORY

PASSWORD = "correct horse battery"


def run(*words: str, entered: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "easycrm", *words]
    environment = {**os.environ, **settings}
    return subprocess.run(
        command, cwd=REPOSITORY, env=environment, input=entered, text=True, capture_output=True, check=False
    )


@pytest.fixture
def empty(tmp_path: Path) -> dict[str, str]:
    """Settings of an installation without a database yet."""
    return {"EASYCRM_DATA_DIR": str(tmp_path / "fresh"), "EASYCRM_DATABASE_URL": ""}


def test_the_first_admin_is_made_on_the_command_line(empty: dict[str, str], database: Engine) -> None:
    del database
    done = run("create-admin", "--email", "First@Example.com", "--password-stdin", entered=PASSWORD, **empty)

    assert (done.returncode, done.stdout.strip()) == (0, "first@example.com can sign in as admin")
    again = run("create-admin", "--email", "first@example.com", "--password-stdin", entered=PASSWORD, **empty)
    assert again.returncode == 2
    assert "has an account already" in again.stderr


@pytest.mark.parametrize(
    ("email", "password", "reason"),
    [
        ("no-address", PASSWORD, "not an email address"),
        ("a@example.com", "short", "12 to 200 characters"),
    ],
)
def test_bad_input_is_named_in_one_line(
    email: str, password: str, reason: str, empty: dict[str, str], database: Engine
) -> None:
    del database
    done = run("create-user", "--email", email, "--password-stdin", entered=password, **empty)

    assert done.returncode == 2
    assert reason in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_new_key_fits_the_ring(empty: dict[str, str], database: Engine) -> None:
    del database
    done = run("new-key", "2026")

    assert done.stdout.startswith("2026:")
    assert run("new-key", "next year").returncode == 2
    assert run("migrate", **{**empty, "EASYCRM_KEYS": done.stdout.strip()}).returncode == 0


@pytest.mark.parametrize(
    ("setting", "value"),
    [("EASYCRM_PUBLIC_URL", "crm.example.com"), ("EASYCRM_ENV", "staging"), ("EASYCRM_PORT", "eighty")],
)
def test_a_wrong_setting_is_named(setting: str, value: str, database: Engine) -> None:
    del database
    done = run("migrate", **{setting: value})

    assert done.returncode == 2
    assert setting in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"EASYCRM_DATABASE_URL": "postgresql+psycopg://crm:canary@127.0.0.1:1/crm"}, "EASYCRM_DATABASE_URL"),
        ({"EASYCRM_DATABASE_URL": "", "EASYCRM_DATA_DIR": "/dev/null/data"}, "EASYCRM_DATA_DIR"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_in_one_line(
    settings: dict[str, str], reason: str, database: Engine
) -> None:
    del database
    done = run("migrate", **settings)

    assert done.returncode == 2
    assert reason in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "canary" not in done.stderr


def test_a_worker_before_the_first_migration_is_told_to_migrate(empty: dict[str, str], database: Engine) -> None:
    del database
    done = run("worker", **empty)

    assert done.returncode == 2
    assert done.stderr.strip() == f"{operating.NEVER_SET_UP}. {operating.FIX_MIGRATE}"


def test_a_simulator_in_production_refuses_to_start(database: Engine) -> None:
    del database
    done = run("migrate", EASYCRM_ENV="production", EASYCRM_SIMULATOR_URL="http://127.0.0.1:8025")

    assert done.returncode == 2
    assert "EASYCRM_SIMULATOR_URL" in done.stderr


def test_threat_31_a_worker_without_its_key_does_not_start(database: Engine) -> None:
    from easycrm.core import key_canary, sealed

    del database
    key_canary.check()
    accounts.create(email="kept@example.com", password=PASSWORD)

    done = run("worker", EASYCRM_KEYS=sealed.new_key("other"))

    assert done.returncode == 2
    assert "EASYCRM_KEYS" in done.stderr
    assert [account.email for account in accounts.list_all()] == ["kept@example.com"]

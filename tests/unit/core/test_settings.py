"""Settings: whole or refused, by the variable's name."""

import os

import pytest

from easycrm.core.errors import Misconfigured
from easycrm.core.settings import Settings, settings


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("EASYCRM_")]:
        monkeypatch.delenv(name)


def _read(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(f"EASYCRM_{name}", value)
    settings.cache_clear()
    try:
        return settings()
    finally:
        settings.cache_clear()


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"KEYS": "a:b", "KEY_FILE": "/somewhere"}, "EASYCRM_KEYS and EASYCRM_KEY_FILE"),
        ({"ENV": "production", "SIMULATOR_URL": "http://127.0.0.1:1"}, "EASYCRM_SIMULATOR_URL"),
        ({"ENV": "development", "SIMULATOR_URL": "http://example.com"}, "EASYCRM_SIMULATOR_URL"),
        ({"ENV": "staging"}, "EASYCRM_ENV"),
        ({"PUBLIC_URL": "crm.example.com"}, "EASYCRM_PUBLIC_URL"),
        ({"PUBLIC_URL": "https://crm.example.com/app"}, "EASYCRM_PUBLIC_URL"),
        ({"PUBLIC_URL": "https://crm.example.com:abc"}, "EASYCRM_PUBLIC_URL"),
        ({"PUBLIC_URL": "https://crm.example.com?a=b"}, "EASYCRM_PUBLIC_URL"),
        ({"PUBLIC_URL": "https://[crm"}, "EASYCRM_PUBLIC_URL"),
        ({"PORT": "many"}, "EASYCRM_PORT"),
        ({"PORT": "70000"}, "EASYCRM_PORT"),
        ({"AUDIT_DAYS": "-1"}, "EASYCRM_AUDIT_DAYS"),
        ({"SYNC_INTERVAL_SECONDS": "0"}, "EASYCRM_SYNC_INTERVAL_SECONDS"),
        ({"WORKER_PROCESSES": "0"}, "EASYCRM_WORKER_PROCESSES"),
        ({"DATABASE_URL": "mysql://db.example.com/easycrm"}, "EASYCRM_DATABASE_URL"),
        ({"DATABASE_URL": "db.example.com"}, "EASYCRM_DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://db.example.com:abc/easycrm"}, "EASYCRM_DATABASE_URL"),
        ({"REDIS_URL": "redis.example.com:6379"}, "EASYCRM_REDIS_URL"),
    ],
)
def test_a_contradiction_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], named: str
) -> None:
    with pytest.raises(Misconfigured) as refusal:
        _read(monkeypatch, **values)
    assert named in refusal.value.user_message


def test_a_refused_value_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Misconfigured) as refusal:
        _read(monkeypatch, KEYS="a:canary-key", KEY_FILE="/somewhere")
    assert "canary-key" not in repr(refusal.value) + refusal.value.user_message


def test_without_a_database_url_it_is_a_file_in_the_data_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    read = _read(monkeypatch, DATA_DIR="/srv/crm")
    assert read.sqlite
    assert read.database_url == "sqlite:////srv/crm/easycrm.db"


@pytest.mark.parametrize(
    ("entered", "kept"),
    [
        ("HTTPS://CRM.Example.com:443/", "https://crm.example.com"),
        ("http://crm.example.com:80", "http://crm.example.com"),
        ("https://crm.example.com:80", "https://crm.example.com:80"),
    ],
)
def test_the_public_address_is_kept_as_browsers_write_it(
    monkeypatch: pytest.MonkeyPatch, entered: str, kept: str
) -> None:
    assert _read(monkeypatch, PUBLIC_URL=entered).public_url == kept


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_reached_by_the_driver_that_is_here(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    read = _read(monkeypatch, DATABASE_URL=f"{scheme}://crm:p%40ss@db.example.com/crm")
    assert not read.sqlite
    assert read.database_url == "postgresql+psycopg://crm:p%40ss@db.example.com/crm"


@pytest.mark.parametrize(("address", "secure"), [("https://crm.example.com/", True), ("http://localhost:3000", False)])
def test_the_public_address_decides_about_secure_cookies(
    monkeypatch: pytest.MonkeyPatch, address: str, secure: bool
) -> None:
    read = _read(monkeypatch, PUBLIC_URL=address)
    assert read.secure is secure
    assert not read.public_url.endswith("/")


@pytest.mark.parametrize("wrong", ["nginx", "10.0.0.0/99", "127.0.0.1;10.0.0.1"])
def test_a_trusted_proxy_that_is_no_address_is_named(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Misconfigured, match="EASYCRM_TRUSTED_PROXIES"):
        _read(monkeypatch, TRUSTED_PROXIES=wrong)

"""Settings: read from the environment (prefix EASYCRM_) once, checked as a whole, refused by name."""

import re
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from easycrm.core.errors import Misconfigured


class Settings(BaseSettings):
    """Everything that can be set from outside; names are those of the environment without the prefix."""

    model_config = SettingsConfigDict(env_prefix="EASYCRM_", extra="ignore")

    env: Literal["development", "production"] = "production"
    public_url: str = "http://localhost:3000"
    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=1, le=65535)
    data_dir: Path = Path(".data")
    database_url: str = ""
    redis_url: str = ""
    keys: str = ""
    key_file: Path | None = None
    simulator_url: str = ""
    # Addresses or networks, comma-separated, whose X-Forwarded-For and X-Request-ID count.
    trusted_proxies: str = ""
    metrics_token: str = ""
    sync_interval_seconds: int = Field(default=300, ge=1)
    audit_days: int = Field(default=0, ge=0)
    # Gmail's price list: projects older than May 2026 pay less for a message and may spend more. 0: as the list says.
    gmail_prices: Literal["new", "old"] = "new"
    gmail_units_per_minute: int = Field(default=0, ge=0)
    gmail_project_units_per_minute: int = Field(default=0, ge=0)
    worker_processes: int = Field(default=1, ge=1)

    @model_validator(mode="after")
    def _whole_or_nothing(self) -> Self:
        if not _is_origin(self.public_url):
            raise ValueError("EASYCRM_PUBLIC_URL must be an http(s) address without a path")
        self.public_url = _as_browsers_write(self.public_url)
        if self.keys and self.key_file:
            raise ValueError("EASYCRM_KEYS and EASYCRM_KEY_FILE exclude each other: set one")
        if self.env == "production" and self.simulator_url:
            raise ValueError("EASYCRM_SIMULATOR_URL is set, but EASYCRM_ENV is production: unset one of them")
        if self.simulator_url and urlsplit(self.simulator_url).hostname not in ("127.0.0.1", "localhost", "::1"):
            raise ValueError("EASYCRM_SIMULATOR_URL must point to this machine")
        try:
            _ = self.trusted_networks
        except ValueError as error:
            raise ValueError(f"EASYCRM_TRUSTED_PROXIES must hold addresses or networks: {error}") from error
        self.database_url = _database(self.database_url or f"sqlite:///{self.data_dir.absolute() / 'easycrm.db'}")
        if self.redis_url and urlsplit(self.redis_url).scheme not in ("redis", "rediss", "unix"):
            raise ValueError("EASYCRM_REDIS_URL must read redis://HOST:6379/0, or rediss:// for TLS")
        return self

    @property
    def secure(self) -> bool:
        """Whether people reach EasyCRM by https."""
        return self.public_url.startswith("https://")

    @property
    def trusted_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of our own proxies; an address alone is a network of one."""
        return tuple(ip_network(one.strip()) for one in self.trusted_proxies.split(",") if one.strip())

    @property
    def sqlite(self) -> bool:
        """Whether the database is a SQLite file."""
        return self.database_url.startswith("sqlite")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process.

    Raises:
        Misconfigured: a value is missing or contradictory; the message names the variable.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise Misconfigured(_sentence(error)) from None


def _is_origin(text: str) -> bool:
    """Whether it is scheme, host and port, and nothing else."""
    try:
        address = urlsplit(text)
        _ = address.port
    except ValueError:
        return False
    more = address.username or address.query or address.fragment
    return address.scheme in ("http", "https") and bool(address.hostname) and address.path in ("", "/") and not more


def _as_browsers_write(origin: str) -> str:
    """In lower case and without the scheme's own port: so it stands in Origin, with which it is compared."""
    plain = origin.lower().rstrip("/")
    return plain.removesuffix(":443" if plain.startswith("https:") else ":80")


def _database(url: str) -> str:
    """The address with the driver that EasyCRM brings; providers of databases leave it out."""
    url = re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url)
    try:
        driver = make_url(url).drivername
    except (ArgumentError, ValueError):
        driver = ""
    if driver not in ("sqlite", "postgresql+psycopg"):
        raise ValueError("EASYCRM_DATABASE_URL must read postgresql+psycopg://USER:PASSWORD@HOST/DATABASE")
    return url


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    variable = "_".join(str(part) for part in first["loc"]).upper()
    reason = first["msg"].removeprefix("Value error, ")
    return f"EASYCRM_{variable}: {reason}" if variable else reason

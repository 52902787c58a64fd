"""Settings: read from the environment (prefix EASYCRM_) once, checked as a whole, refused by name."""

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from easycrm.core.errors import Misconfigured


class Settings(BaseSettings):
    """Everything that can be set from outside; names are those of the environment without the prefix."""

    model_config = SettingsConfigDict(env_prefix="EASYCRM_", extra="ignore")

    env: Literal["development", "production"] = "production"
    public_url: str = "http://localhost:3000"
    host: str = "127.0.0.1"
    port: int = 3000
    data_dir: Path = Path(".data")
    database_url: str = ""
    redis_url: str = ""
    keys: str = ""
    key_file: Path | None = None
    simulator_url: str = ""
    # Addresses or networks, comma-separated, whose X-Forwarded-For and X-Request-ID count.
    trusted_proxies: str = ""
    metrics_token: str = ""
    sync_interval_seconds: int = 300
    audit_days: int = 0
    # Gmail's price list: projects older than May 2026 pay less for a message and may spend more. 0: as the list says.
    gmail_prices: Literal["new", "old"] = "new"
    gmail_units_per_minute: int = 0
    gmail_project_units_per_minute: int = 0
    worker_processes: int = 1

    @model_validator(mode="after")
    def _whole_or_nothing(self) -> Self:
        address = urlsplit(self.public_url)
        if address.scheme not in ("http", "https") or not address.hostname or address.path not in ("", "/"):
            raise ValueError("EASYCRM_PUBLIC_URL must be an http(s) address without a path")
        self.public_url = self.public_url.rstrip("/")
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
        if not self.database_url:
            self.database_url = f"sqlite:///{self.data_dir.absolute() / 'easycrm.db'}"
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


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    variable = "_".join(str(part) for part in first["loc"]).upper()
    reason = first["msg"].removeprefix("Value error, ")
    return f"EASYCRM_{variable}: {reason}" if variable else reason

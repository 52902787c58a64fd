"""What an admin entered about a provider: client id, sealed secret, tenant, enabled."""

from datetime import date, datetime

from sqlalchemy import Column
from sqlmodel import Field

from easycrm.core.clock import now
from easycrm.core.db import Table, UtcDateTime


class ProviderSetup(Table, table=True):
    """One provider's application, as registered in its console."""

    provider: str = Field(primary_key=True, max_length=20)
    client_id: str = Field(default="", max_length=300)
    client_secret: str = Field(default="", description="sealed, bound to this row")
    tenant: str = Field(default="organizations", max_length=255)
    allowed_domains: str = Field(default="", description="comma-separated, lower case; empty allows every domain")
    secret_expires_on: date | None = None
    enabled: bool = False
    updated_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime, nullable=False))

"""A fault of a provider's application that only an admin can mend: one open incident a provider and code."""

from datetime import datetime

from sqlalchemy import Column, Index, text
from sqlmodel import Field

from easycrm.core.clock import now
from easycrm.core.db import Table, UtcDateTime


class Incident(Table, table=True):
    """An open or closed fault of one provider."""

    __table_args__ = (
        Index(
            "ix_incident_open",
            "provider",
            unique=True,
            sqlite_where=text("resolved_at IS NULL"),
            postgresql_where=text("resolved_at IS NULL"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    provider: str = Field(max_length=20)
    part: str = Field(default="mail", max_length=10, description="what does not work: sign-in or mail")
    code: str = Field(max_length=80)
    explanation: str = ""
    opened_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime, nullable=False))
    last_seen_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime, nullable=False))
    next_probe_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    resolved_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))

"""The audit log: every security-relevant event, without secrets."""

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field, Session

from easycrm.core.clock import now
from easycrm.core.db import Table, UtcDateTime


class AuditEvent(Table, table=True):
    """Who did what to what, and when."""

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime, nullable=False, index=True))
    actor_id: int | None = Field(default=None, index=True)
    event: str = Field(max_length=60, index=True)
    subject: str = Field(default="", max_length=320)
    detail: str = Field(default="", max_length=500)


def record(session: Session, event: str, *, actor_id: int | None = None, subject: str = "", detail: str = "") -> None:
    """Add one event to the transaction of what it tells about; `detail` never holds a secret."""
    session.add(AuditEvent(event=event, actor_id=actor_id, subject=subject[:320], detail=detail[:500]))

"""What happened to a mailbox's sync: runs, and the ledger of messages that were not stored."""

from datetime import datetime, timedelta

from sqlalchemy import Column, Index
from sqlmodel import Field, col, delete

from easycrm.core.clock import now
from easycrm.core.db import Table, UtcDateTime, transaction

FAILED = "failed"
KEPT = timedelta(days=30)


class SyncRun(Table, table=True):
    """One run that brought or failed something; runs that found nothing new leave no row."""

    __table_args__ = (Index("ix_sync_run_time", "finished_at"),)
    id: int | None = Field(default=None, primary_key=True)
    connection_id: int = Field(foreign_key="connection.id", index=True)
    generation: int
    kind: str = Field(max_length=20, description="import, sync, reconcile or failed")
    started_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime, nullable=False))
    finished_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    stored: int = 0
    removed: int = 0
    skipped: int = 0
    error: str = Field(default="", max_length=300)


class SkippedMessage(Table, table=True):
    """A message the provider has and EasyCRM has not, with the reason."""

    __table_args__ = (
        Index("ix_skipped_identity", "connection_id", "provider_message_id", unique=True),
        Index("ix_skipped_rule", "rule_id", "connection_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    connection_id: int = Field(foreign_key="connection.id")
    provider_message_id: str = Field(max_length=300)
    reason: str = Field(max_length=60)
    detail: str = Field(default="", max_length=300)
    rule_id: int | None = Field(default=None, description="the exclusion rule that left it out, if one did")
    tries: int = Field(default=1, description="how often it was asked for in vain")
    at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime, nullable=False))


def forget_old() -> None:
    """Delete runs that ended more than 30 days ago."""
    with transaction() as session:
        session.exec(delete(SyncRun).where(col(SyncRun.finished_at) < now() - KEPT))

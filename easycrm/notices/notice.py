"""What a user is told in the bell and the banner, until it is resolved or read."""

from datetime import datetime

from sqlalchemy import Column, Index, text
from sqlmodel import Field

from easycrm.core.clock import now
from easycrm.core.db import Table, UtcDateTime


class Notice(Table, table=True):
    """One thing told to one user; `subject_key` names what it is about, so that an outage is told once."""

    __table_args__ = (
        Index(
            "ix_notice_open",
            "user_id",
            "kind",
            "subject_key",
            unique=True,
            sqlite_where=text("resolved_at IS NULL"),
            postgresql_where=text("resolved_at IS NULL"),
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(index=True)
    kind: str = Field(max_length=40)
    subject_key: str = Field(default="", max_length=80)
    title: str
    body: str = ""
    created_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime, nullable=False))
    read_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    resolved_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))

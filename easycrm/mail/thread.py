"""Threads: one row for each conversation of a mailbox, kept by the sync, so that a page is one index range."""

from sqlalchemy import BigInteger, Column, Index
from sqlmodel import Field

from easycrm.core.db import Table
from easycrm.mail.message import BigId


class Thread(Table, table=True):
    """A conversation; what the list shows is that of its newest message, `sort_key` included."""

    __table_args__ = (
        Index("ix_thread_identity", "connection_id", "provider_thread_id", unique=True),
        Index("ix_thread_time", "connection_id", "sort_key"),
    )
    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True))
    connection_id: int = Field(foreign_key="connection.id")
    provider_thread_id: str = Field(max_length=300)
    subject: str = ""
    snippet: str = Field(default="", max_length=300)
    people: str = Field(default="", max_length=400, description="names of the senders, newest last")
    sort_key: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    messages: int = 0
    unread: int = 0
    has_attachments: bool = False

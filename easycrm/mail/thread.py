"""Threads: one row for each conversation of a mailbox, kept by the sync, so that a page is one index range."""

from enum import StrEnum

from sqlalchemy import BigInteger, Column, Index
from sqlmodel import Field

from easycrm.core.db import Table
from easycrm.mail.message import BigId


class Thread(Table, table=True):
    """A conversation; what the list shows is that of its newest message, `sort_key` included."""

    __table_args__ = (
        Index("ix_thread_identity", "connection_id", "provider_thread_id", unique=True),
        Index("ix_thread_time", "connection_id", "sort_key"),
        Index("ix_thread_place", "connection_id", "place", "sort_key"),
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
    starred: int = 0
    place: str = Field(default="", max_length=8, description="the greatest `Place` of its messages")
    has_attachments: bool = False


class Mark(StrEnum):
    """What a thread is found by like by a label; no provider's id of a label begins with a colon."""

    UNREAD = ":unread"
    STARRED = ":starred"
    ATTACHMENTS = ":attachments"


class ThreadLabel(Table, table=True):
    """A mark, or the provider's id of a label or folder, that some message of a thread has.

    `connection_id` and `sort_key` are the thread's: what has a label, newest first, is one index range.
    """

    __table_args__ = (Index("ix_thread_label_time", "connection_id", "label", "sort_key"),)
    thread_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    label: str = Field(max_length=300, primary_key=True)
    connection_id: int
    sort_key: int = Field(sa_column=Column(BigInteger, nullable=False))

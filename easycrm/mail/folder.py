"""Folders, labels and streams of a mailbox; a stream's cursor says how far it was read."""

from datetime import datetime

from sqlalchemy import Column, Index
from sqlmodel import Field

from easycrm.core.db import Table, UtcDateTime


class MailFolder(Table, table=True):
    """One folder or label (for the page) or stream (for the sync); Graph's folders are both."""

    __table_args__ = (Index("ix_mail_folder_identity", "connection_id", "provider_folder_id", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    connection_id: int = Field(foreign_key="connection.id")
    provider_folder_id: str = Field(max_length=300)
    name: str = Field(default="", max_length=300)
    kind: str = Field(default="user", max_length=20)
    excluded: bool = Field(default=False, description="its owner left it out of the import")
    cursor: str = Field(default="", description="opaque; empty: not read yet")
    caught_up_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    restarts: int = Field(default=0, description="dropped cursors in a row: the loop guard")

"""Folders, labels and streams of a mailbox; a stream's cursor says how far it was read."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Column, Index
from sqlmodel import Field, col, delete, select

from easycrm.core.clock import now
from easycrm.core.db import Table, UtcDateTime, transaction
from easycrm.mail.connection import Connection
from easycrm.mail.upsert import upsert
from easycrm.providers.base import Folder

STREAM = "stream"
KINDS_TO_CHOOSE = ("inbox", "sent", "archive", "category", "user")
LIST_EVERY = timedelta(hours=1)


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


def are_due(listed_at: datetime | None) -> bool:
    """Whether a mailbox's folders should be listed again: they come, go and are renamed."""
    return listed_at is None or now() - listed_at > LIST_EVERY


def note(connection_id: int, generation: int, found: Sequence[Folder]) -> None:
    """Write down the folders that the provider lists now, unless the connection was ended meanwhile.

    What is gone goes; but a folder that was left out is remembered, in case it comes back.
    """
    rows = [
        {
            "connection_id": connection_id,
            "provider_folder_id": one.provider_folder_id[:300],
            "name": one.name[:300],
            "kind": one.kind[:20],
            "excluded": False,
            "cursor": "",
            "restarts": 0,
        }
        for one in found
    ]
    with transaction() as session:
        connection = session.exec(select(Connection).where(Connection.id == connection_id).with_for_update()).first()
        if connection is None or connection.generation != generation:
            return
        if rows:
            session.exec(upsert(session, MailFolder, rows, ("connection_id", "provider_folder_id"), ("name", "kind")))
        gone = col(MailFolder.provider_folder_id).not_in([row["provider_folder_id"] for row in rows])
        kept = col(MailFolder.excluded) | (col(MailFolder.kind) == STREAM)
        session.exec(delete(MailFolder).where(col(MailFolder.connection_id) == connection_id, gone, ~kept))
        connection.folders_at = now()

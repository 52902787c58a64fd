"""The list of threads as a person pages through it, newest first, by key."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from easycrm.core.db import reading
from easycrm.mail.connection import Connection
from easycrm.mail.message_rows import moment_of
from easycrm.mail.thread import Thread

PAGE = 50


@dataclass(frozen=True)
class ThreadRow:
    """One line of the list; `sort_key` is the key to page by."""

    id: int
    connection_id: int
    subject: str
    people: str
    snippet: str
    sort_key: int
    received_at: datetime
    messages: int
    unread: int
    has_attachments: bool


@dataclass(frozen=True)
class ThreadPage:
    """Some threads, and the key of the next page: None where there is none."""

    rows: list[ThreadRow]
    next_before: int | None


def page(user_id: int, *, connection_id: int | None = None, before: int | None = None, limit: int = PAGE) -> ThreadPage:
    """A user's threads older than the key `before`, of one mailbox or of all."""
    with reading() as session:
        mine = select(Connection.id).where(Connection.user_id == user_id)
        if connection_id is not None:
            mine = mine.where(Connection.id == connection_id)
        ids = [ident for ident in session.exec(mine) if ident is not None]
        query = select(Thread).where(col(Thread.connection_id).in_(ids), col(Thread.messages) > 0)
        if before is not None:
            query = query.where(col(Thread.sort_key) < before)
        found = session.exec(query.order_by(col(Thread.sort_key).desc()).limit(limit + 1)).all()
    rows = [row(thread) for thread in found[:limit]]
    return ThreadPage(rows, rows[-1].sort_key if len(found) > limit else None)


def row(thread: Thread) -> ThreadRow:
    """The line of one thread."""
    return ThreadRow(
        id=thread.id or 0,
        connection_id=thread.connection_id,
        subject=thread.subject,
        people=thread.people,
        snippet=thread.snippet,
        sort_key=thread.sort_key,
        received_at=moment_of(thread.sort_key),
        messages=thread.messages,
        unread=thread.unread,
        has_attachments=thread.has_attachments,
    )

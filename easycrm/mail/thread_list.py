"""The list of threads as a person pages through it, newest first, by key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select as columns_of
from sqlalchemy import union_all
from sqlmodel import Session, col, select

from easycrm.core.db import reading
from easycrm.mail import thread_filter
from easycrm.mail.connection import Connection
from easycrm.mail.folder import MailFolder
from easycrm.mail.message_rows import moment_of
from easycrm.mail.place import Place
from easycrm.mail.thread import Thread, ThreadLabel
from easycrm.mail.thread_filter import Filters

PAGE = 50
_EVERYTHING = Filters()


@dataclass(frozen=True)
class ThreadRow:
    """One line of the list; `sort_key` is the key to page by, `labels` are names."""

    id: int
    connection_id: int
    subject: str
    people: str
    snippet: str
    sort_key: int
    received_at: datetime
    messages: int
    unread: int
    starred: bool
    place: Place
    has_attachments: bool
    labels: tuple[str, ...]


@dataclass(frozen=True)
class ThreadPage:
    """Some threads, and the keys of the pages on both sides: None where there is none."""

    rows: list[ThreadRow]
    older: int | None
    newer: int | None = None


def page(
    user_id: int,
    filters: Filters = _EVERYTHING,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = PAGE,
) -> ThreadPage:
    """A user's threads that the filters let through: those before a key, those next after it, or the newest."""
    with reading() as session:
        ranges = thread_filter.ranges(session, user_id, filters)
        if after is not None:
            found = _read(session, ranges, limit, after=after)
            if len(found) > limit:
                rows = rows_of(session, found[:limit][::-1])
                return ThreadPage(rows, rows[-1].sort_key, rows[0].sort_key)
        found = _read(session, ranges, limit, before=before if after is None else None)
        rows = rows_of(session, found[:limit])
    newer = None
    if before is not None and after is None:
        newer = rows[0].sort_key if rows else before - 1
    return ThreadPage(rows, rows[-1].sort_key if len(found) > limit else None, newer)


def one(user_id: int, thread_id: int) -> ThreadRow | None:
    """The line of one's own thread, whatever the filters; None where there is no such thread, or it is not theirs."""
    with reading() as session:
        query = select(Thread).where(
            Thread.id == thread_id,
            col(Connection.id) == col(Thread.connection_id),
            Connection.user_id == user_id,
        )
        return next(iter(rows_of(session, session.exec(query).all())), None)


def _read(
    session: Session,
    ranges: Sequence[tuple[thread_filter.Source, Any]],
    limit: int,
    *,
    before: int | None = None,
    after: int | None = None,
) -> Sequence[Thread]:
    """One more than `limit` of the newest; with `after`, of the oldest behind it, in that order."""
    if not ranges:
        return []
    # Each is read in the order of its index, and only as far as needed.
    parts: list[Any] = []
    for source, ids in ranges:
        some = ids.where(source.key < before) if before is not None else ids
        some = some.where(source.key > after) if after is not None else some
        parts.append(some.order_by(source.key.desc() if after is None else source.key).limit(limit + 1).subquery())
    found = union_all(*[columns_of(part.c.id) for part in parts])
    order = col(Thread.sort_key).desc() if after is None else col(Thread.sort_key)
    return session.exec(select(Thread).where(col(Thread.id).in_(found)).order_by(order).limit(limit + 1)).all()


def rows_of(session: Session, threads: Sequence[Thread]) -> list[ThreadRow]:
    """The lines of these threads, in that order."""
    labels = _labels(session, [thread.id or 0 for thread in threads])
    return [_row(thread, labels.get(thread.id or 0, ())) for thread in threads]


def _labels(session: Session, thread_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Names of the labels and folders that people made, by thread."""
    query = select(ThreadLabel.thread_id, MailFolder.name).where(
        col(ThreadLabel.thread_id).in_(thread_ids),
        col(MailFolder.connection_id) == col(ThreadLabel.connection_id),
        col(MailFolder.provider_folder_id) == col(ThreadLabel.label),
        MailFolder.kind == "user",
    )
    found: dict[int, tuple[str, ...]] = {}
    for thread_id, name in session.exec(query.order_by(col(MailFolder.name))) if thread_ids else ():
        found[thread_id] = (*found.get(thread_id, ()), name)
    return found


def _row(thread: Thread, labels: tuple[str, ...]) -> ThreadRow:
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
        starred=thread.starred > 0,
        place=Place(thread.place),
        has_attachments=thread.has_attachments,
        labels=labels,
    )

"""Keeps thread rows equal to their messages, for the threads that a page touched."""

from collections.abc import Collection, Sequence
from typing import Any, cast

from sqlalchemy import BindParameter, Select, Table, bindparam, case, func, select, update
from sqlmodel import Session, col

from easycrm.core.db import portions
from easycrm.mail.message import Message
from easycrm.mail.thread import Mark, Thread, ThreadLabel
from easycrm.mail.upsert import insert_many, insert_of

PEOPLE = 4
_MARKS = list(map(str, Mark))


def ids_of(session: Session, connection_id: int, provider_thread_ids: Collection[str]) -> dict[str, int]:
    """Thread ids by the provider's; threads that are new come into being. The mailbox is locked."""
    wanted = sorted(provider_thread_ids)
    found: dict[str, int] = {}
    for some in portions(wanted):
        known = {"connection_id": connection_id, "ids": some}
        found.update((row[0], row[1]) for row in session.connection().execute(_KNOWN, known))
    rows = [
        {"connection_id": connection_id, "provider_thread_id": one, "subject": "", "snippet": "", "people": "",
         "sort_key": 0, "messages": 0, "unread": 0, "starred": 0, "place": "", "has_attachments": False}
        for one in wanted if one not in found
    ]  # fmt: skip
    if rows:
        new = insert_of(session, Thread).returning(col(Thread.provider_thread_id), col(Thread.id))
        found.update((str(row[0]), int(row[1] or 0)) for row in session.connection().execute(new, rows))
    return found


def refresh(session: Session, thread_ids: Collection[int]) -> None:
    """Recompute the rows of these threads from their messages; one without messages goes."""
    for some in portions(sorted(thread_ids)):
        rows = _computed(session, some)
        if rows:
            session.connection().execute(_UPDATE, rows)
        if len(rows) < len(some):
            gone = set(some).difference(row["ident"] for row in rows)
            session.connection().execute(_THREADS.delete().where(_THREADS.c.id.in_(gone)))
        _note_labels(session, some)


def count_marks(session: Session, thread_ids: Collection[int]) -> None:
    """Recompute only what follows from the marks made here."""
    session.connection().execute(update(Thread).where(col(Thread.id).in_(sorted(thread_ids))).values(**_marks()))
    note_marks(session, sorted(thread_ids))


def note_marks(session: Session, ids: Sequence[int]) -> None:
    """Write down by which marks these threads are found."""
    session.connection().execute(_UNMARK, {"ids": ids})
    insert_many(session, ThreadLabel, _marked(session, ids))


def _marks() -> dict[str, Any]:
    mine = col(Message.thread_id) == col(Thread.id)
    return {
        "unread": _one(select(func.count()).where(mine, col(Message.unread))),
        "starred": _one(select(func.count()).where(mine, col(Message.starred))),
        "place": func.coalesce(_one(select(func.max(Message.place)).where(mine)), ""),
    }


def _one(query: Any) -> Any:
    return query.correlate(Thread).scalar_subquery()


def _computed(session: Session, ids: Sequence[int]) -> list[dict[str, Any]]:
    """What the rows of these threads say, for those that have messages."""
    found: dict[int, dict[str, Any]] = {}
    names: dict[int, list[str]] = {}
    for row in session.connection().execute(_NEWEST, {"ids": ids}):
        if row.rank == 1:
            found[row.thread_id] = {
                "ident": row.thread_id, "messages": row.messages, "unread": row.unread, "starred": row.starred,
                "place": row.place, "has_attachments": bool(row.has_attachments), "sort_key": row.sort_key,
                "subject": row.subject, "snippet": row.snippet,
            }  # fmt: skip
        names.setdefault(row.thread_id, []).append(str(row.sender_name or row.sender_email).replace(",", " "))
    for ident, row in found.items():
        # The newest last, each person once.
        row["people"] = ", ".join(dict.fromkeys(reversed(names[ident])))[:400]
    return list(found.values())


def _note_labels(session: Session, ids: Sequence[int]) -> None:
    """Write down under which labels and marks a thread is found."""
    session.connection().execute(_UNLABEL, {"ids": ids})
    rows = {
        (thread_id, label): {"thread_id": thread_id, "label": label, "connection_id": connection_id, "sort_key": key}
        for thread_id, connection_id, key, labels in session.connection().execute(_LABELS, {"ids": ids})
        for label in labels.split()
    }
    insert_many(session, ThreadLabel, [*rows.values(), *_marked(session, ids)])


def _marked(session: Session, ids: Sequence[int]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for one in session.connection().execute(_HAS, {"ids": ids}):
        has = {Mark.UNREAD: one.unread, Mark.STARRED: one.starred, Mark.ATTACHMENTS: one.has_attachments}
        key = {"thread_id": one.id, "connection_id": one.connection_id, "sort_key": one.sort_key}
        rows += [{"label": str(mark), **key} for mark, there in has.items() if there]
    return rows


def _newest() -> Select[Any]:
    """The last few messages of each thread, each with what all of the thread's come to."""
    within: dict[str, Any] = {"partition_by": _MESSAGES.c.thread_id}
    rank = func.row_number().over(**within, order_by=_MESSAGES.c.sort_key.desc())
    ranked = (
        select(
            _MESSAGES.c.thread_id, _MESSAGES.c.sort_key, _MESSAGES.c.subject, _MESSAGES.c.snippet,
            _MESSAGES.c.sender_name, _MESSAGES.c.sender_email, rank.label("rank"),
            func.count().over(**within).label("messages"),
            func.sum(case((_MESSAGES.c.unread, 1), else_=0)).over(**within).label("unread"),
            func.sum(case((_MESSAGES.c.starred, 1), else_=0)).over(**within).label("starred"),
            func.max(_MESSAGES.c.place).over(**within).label("place"),
            func.max(case((_MESSAGES.c.has_attachments, 1), else_=0)).over(**within).label("has_attachments"),
        )
        .where(_MESSAGES.c.thread_id.in_(_IDS))
        .subquery()
    )  # fmt: skip
    return select(ranked).where(ranked.c.rank <= PEOPLE).order_by(ranked.c.thread_id, ranked.c.rank)


# Made once: to put such statements together takes longer than to run them for a page.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_MESSAGES, _THREADS, _THREAD_LABELS = (cast("Table", one.__table__) for one in (Message, Thread, ThreadLabel))  # pyright: ignore
_KNOWN = select(_THREADS.c.provider_thread_id, _THREADS.c.id).where(
    _THREADS.c.connection_id == bindparam("connection_id"), _THREADS.c.provider_thread_id.in_(_IDS)
)
_NEWEST = _newest()
_UPDATE = (
    _THREADS.update()
    .where(_THREADS.c.id == bindparam("ident"))
    .values({
        name: bindparam(name)
        for name in (
            "messages", "unread", "starred", "place", "has_attachments", "sort_key", "subject", "snippet", "people",
        )
    })
)  # fmt: skip
_UNLABEL = _THREAD_LABELS.delete().where(_THREAD_LABELS.c.thread_id.in_(_IDS))
_UNMARK = _UNLABEL.where(_THREAD_LABELS.c.label.in_(_MARKS))
_HAS = select(
    _THREADS.c.id, _THREADS.c.connection_id, _THREADS.c.sort_key,
    _THREADS.c.unread, _THREADS.c.starred, _THREADS.c.has_attachments,
).where(_THREADS.c.id.in_(_IDS))  # fmt: skip
_LABELS = (
    select(_THREADS.c.id, _THREADS.c.connection_id, _THREADS.c.sort_key, _MESSAGES.c.labels)
    .where(_THREADS.c.id.in_(_IDS), _MESSAGES.c.thread_id == _THREADS.c.id, _MESSAGES.c.labels != "")
    .distinct()
)

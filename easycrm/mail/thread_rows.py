"""Keeps thread rows equal to their messages, for the threads that a page touched."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import func, update
from sqlalchemy import select as rows_of
from sqlmodel import Session, col, delete, select

from easycrm.mail.message import Message
from easycrm.mail.thread import Thread, ThreadLabel
from easycrm.mail.upsert import insert_into

PEOPLE = 4


def ids_of(session: Session, connection_id: int, provider_thread_ids: Collection[str]) -> dict[str, int]:
    """Thread ids by the provider's; threads that are new come into being."""
    wanted = sorted(provider_thread_ids)
    if not wanted:
        return {}
    rows = [
        {"connection_id": connection_id, "provider_thread_id": one, "subject": "", "snippet": "", "people": "",
         "sort_key": 0, "messages": 0, "unread": 0, "starred": 0, "place": "", "has_attachments": False}
        for one in wanted
    ]  # fmt: skip
    session.exec(insert_into(session, Thread, rows).on_conflict_do_nothing())
    query = select(Thread.provider_thread_id, Thread.id).where(
        Thread.connection_id == connection_id, col(Thread.provider_thread_id).in_(wanted)
    )
    return {provider_id: ident or 0 for provider_id, ident in session.exec(query)}


def refresh(session: Session, thread_ids: Collection[int]) -> None:
    """Recompute the rows of these threads from their messages; one without messages goes."""
    ids = sorted(thread_ids)
    if not ids:
        return
    mine = col(Message.thread_id) == col(Thread.id)
    newest = col(Message.sort_key).desc()
    session.exec(
        update(Thread)
        .where(col(Thread.id).in_(ids))
        .values(
            messages=_one(select(func.count()).where(mine)),
            **_marks(),
            sort_key=func.coalesce(_one(select(func.max(Message.sort_key)).where(mine)), 0),
            has_attachments=select(Message.id).where(mine, col(Message.has_attachments)).correlate(Thread).exists(),
            subject=func.coalesce(_one(select(Message.subject).where(mine).order_by(newest).limit(1)), ""),
            snippet=func.coalesce(_one(select(Message.snippet).where(mine).order_by(newest).limit(1)), ""),
        )
        .execution_options(synchronize_session=False)
    )
    session.exec(
        delete(Thread)
        .where(col(Thread.id).in_(ids), col(Thread.messages) == 0)
        .execution_options(synchronize_session=False)
    )
    _name_people(session, ids)
    _note_labels(session, ids)


def count_marks(session: Session, thread_ids: Collection[int]) -> None:
    """Recompute only what follows from the marks made here."""
    session.exec(
        update(Thread)
        .where(col(Thread.id).in_(sorted(thread_ids)))
        .values(**_marks())
        .execution_options(synchronize_session=False)
    )


def _marks() -> dict[str, Any]:
    mine = col(Message.thread_id) == col(Thread.id)
    return {
        "unread": _one(select(func.count()).where(mine, col(Message.unread))),
        "starred": _one(select(func.count()).where(mine, col(Message.starred))),
        "place": func.coalesce(_one(select(func.max(Message.place)).where(mine)), ""),
    }


def _one(query: Any) -> Any:
    return query.correlate(Thread).scalar_subquery()


def _name_people(session: Session, ids: Sequence[int]) -> None:
    """Write the names of the last few senders, the newest last."""
    rank = func.row_number().over(partition_by=col(Message.thread_id), order_by=col(Message.sort_key).desc())
    ranked = (
        select(Message.thread_id, Message.sender_name, Message.sender_email, rank.label("rank"))
        .where(col(Message.thread_id).in_(ids))
        .subquery()
    )
    query = rows_of(ranked).where(ranked.c.rank <= PEOPLE).order_by(ranked.c.thread_id, ranked.c.rank.desc())
    names: dict[int, list[str]] = {}
    for thread_id, name, email, _ in session.connection().execute(query):
        names.setdefault(thread_id, []).append(str(name or email).replace(",", " "))
    rows = [{"id": ident, "people": ", ".join(dict.fromkeys(found))[:400]} for ident, found in names.items()]
    if rows:
        session.execute(update(Thread), rows)  # pyright: ignore[reportDeprecated] (bulk update by primary key)


def _note_labels(session: Session, ids: Sequence[int]) -> None:
    """Write down under which labels a thread is found."""
    session.exec(delete(ThreadLabel).where(col(ThreadLabel.thread_id).in_(ids)))
    query = select(Thread.id, Thread.connection_id, Thread.sort_key, Message.labels).where(
        col(Thread.id).in_(ids), col(Message.thread_id) == col(Thread.id), Message.labels != ""
    )
    rows = {
        (thread_id, label): {"thread_id": thread_id, "label": label, "connection_id": connection_id, "sort_key": key}
        for thread_id, connection_id, key, labels in session.exec(query.distinct())
        for label in labels.split()
    }
    if rows:
        session.connection().execute(ThreadLabel.__table__.insert(), list(rows.values()))  # pyright: ignore

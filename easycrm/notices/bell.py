"""The bell: notices are told once, stay until resolved, and can be marked as read."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select, update

from easycrm.core.clock import now
from easycrm.core.db import add_unless_there, changed, reading, transaction
from easycrm.core.errors import NotFound
from easycrm.notices.notice import Notice


@dataclass(frozen=True)
class NoticeRow:
    """One unresolved notice, as the bell and the banner show it."""

    id: int
    kind: str
    subject_key: str
    title: str
    body: str
    created_at: datetime
    read: bool


def open(session: Session, user_id: int, kind: str, subject_key: str, title: str, body: str = "") -> bool:  # noqa: A001
    """Tell a user about something, unless that is told already and not resolved; whether it is news."""
    return add_unless_there(
        session, Notice(user_id=user_id, kind=kind, subject_key=subject_key, title=title, body=body)
    )


def resolve(session: Session, kind: str, subject_key: str, *, user_id: int | None = None) -> int:
    """Close the notices about something, one user's or everybody's; how many there were."""
    statement = update(Notice).where(
        col(Notice.kind) == kind, col(Notice.subject_key) == subject_key, col(Notice.resolved_at).is_(None)
    )
    if user_id is not None:
        statement = statement.where(col(Notice.user_id) == user_id)
    return changed(session, statement.values(resolved_at=now()))


def ring_again(session: Session, kind: str, subject_key: str) -> None:
    """Make what was read and is not resolved unread."""
    again = update(Notice).where(
        col(Notice.kind) == kind, col(Notice.subject_key) == subject_key, col(Notice.resolved_at).is_(None)
    )
    changed(session, again.values(read_at=None))


def is_open(session: Session, kind: str, subject_key: str) -> bool:
    """Whether anybody was told about it, and it is not resolved."""
    query = select(Notice.id).where(Notice.kind == kind, Notice.subject_key == subject_key)
    return session.exec(query.where(col(Notice.resolved_at).is_(None)).limit(1)).first() is not None


def open_keys(session: Session, kind: str, start: str) -> list[str]:
    """What unresolved notices of a kind are about, where that begins with `start`."""
    query = select(Notice.subject_key).where(
        Notice.kind == kind, col(Notice.resolved_at).is_(None), col(Notice.subject_key).startswith(start)
    )
    return list(session.exec(query.distinct()))


def of_user(user_id: int) -> list[NoticeRow]:
    """What is unresolved, newest first."""
    with reading() as session:
        rows = session.exec(
            select(Notice)
            .where(Notice.user_id == user_id, col(Notice.resolved_at).is_(None))
            .order_by(col(Notice.id).desc())
        )
        return [_row(notice) for notice in rows]


def mark_read(user_id: int, notice_id: int) -> None:
    """Note that the user has seen it; the banner stays until it is resolved.

    Raises:
        NotFound: no such notice, or somebody else's.
    """
    with transaction() as session:
        notice = session.get(Notice, notice_id)
        if notice is None or notice.user_id != user_id:
            raise NotFound
        notice.read_at = notice.read_at or now()
        session.add(notice)


def _row(notice: Notice) -> NoticeRow:
    return NoticeRow(
        id=notice.id or 0,
        kind=notice.kind,
        subject_key=notice.subject_key,
        title=notice.title,
        body=notice.body,
        created_at=notice.created_at,
        read=notice.read_at is not None,
    )

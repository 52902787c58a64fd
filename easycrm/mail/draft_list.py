"""Which drafts there are: those worth listing, and those in which nothing was ever typed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from easycrm.core.clock import now
from easycrm.core.db import reading
from easycrm.mail import draft_files
from easycrm.mail.outbox_message import OutboxFile, OutboxMessage, State
from easycrm.mail.plain_text import plain

_MOST_LISTED = 100
_UNTOUCHED_KEPT = timedelta(days=7)


@dataclass(frozen=True)
class DraftRow:
    """A line in the list of drafts."""

    id: int
    to: str
    subject: str
    snippet: str
    updated_at: datetime


def listed(user_id: int) -> list[DraftRow]:
    """A user's drafts in which something stands, the last edited first; 100 at most."""
    with reading() as session:
        query = _drafts(user_id).order_by(col(OutboxMessage.updated_at).desc()).limit(_MOST_LISTED)
        return [_listed(one) for one in session.exec(query)]


def of_thread(user_id: int, thread_id: int) -> list[DraftRow]:
    """A user's drafts that answer a message of the thread, the oldest first."""
    with reading() as session:
        query = _drafts(user_id).where(OutboxMessage.thread_id == thread_id)
        return [_listed(one) for one in session.exec(query.order_by(col(OutboxMessage.id)).limit(_MOST_LISTED))]


def _drafts(user_id: int):
    return select(OutboxMessage).where(OutboxMessage.user_id == user_id, OutboxMessage.state == State.DRAFT, touched())


def _listed(one: OutboxMessage) -> DraftRow:
    snippet = " ".join(plain(one.html).split())[:200]
    return DraftRow(one.id or 0, one.to, one.subject, snippet, one.updated_at)


def forget_untouched(session: Session, user_id: int) -> None:
    """Delete old drafts in which nothing was ever typed."""
    untouched = select(OutboxMessage).where(
        OutboxMessage.user_id == user_id, ~touched(), col(OutboxMessage.updated_at) < now() - _UNTOUCHED_KEPT
    )
    for row in session.exec(untouched.where(OutboxMessage.state == State.DRAFT)):
        draft_files.delete_all(session, row.id or 0)
        session.delete(row)


def touched() -> ColumnElement[bool]:
    """Whether something was typed into a draft, or a file was added: only then it is worth keeping."""
    uploaded = select(OutboxFile.id).where(
        OutboxFile.outbox_id == OutboxMessage.id, col(OutboxFile.source_attachment_id).is_(None)
    )
    return or_(col(OutboxMessage.version) > 1, uploaded.correlate(OutboxMessage).exists())

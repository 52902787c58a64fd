"""What a user has on its way, has just sent, or has to decide on."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import and_, col, func, or_, select

from easycrm.core.clock import now
from easycrm.core.db import reading
from easycrm.mail import sender
from easycrm.mail.connection import Connection
from easycrm.mail.message import Message
from easycrm.mail.outbox_message import ATTENTION, OutboxFile, OutboxMessage, State
from easycrm.mail.plain_text import plain

_MOST_LISTED = 100
_LEAVING = (State.QUEUED, State.SENDING, *ATTENTION)


@dataclass(frozen=True)
class OutboxRow:
    """A message that is on its way, needs a decision, or has just gone; `text` is what was written, as plain text.

    `renewable`: a new consent would let its mailbox send again.
    """

    id: int
    state: State
    sender: str
    to: str
    subject: str
    text: str
    due_at: datetime | None
    scheduled: bool
    sent_at: datetime | None
    reason: str
    thread_id: int | None
    files: int
    connection_id: int
    provider: str
    renewable: bool


def rows(user_id: int) -> list[OutboxRow]:
    """What a user has on its way or has to decide on, the next to go first; 100 at most."""
    with reading() as session:
        query = _joined(user_id).where(col(OutboxMessage.state).in_(_LEAVING))
        found = session.exec(query.order_by(col(OutboxMessage.due_at), col(OutboxMessage.id)).limit(_MOST_LISTED)).all()
        return [_row(one, connection, files) for one, connection, files in found]


def pending_of_thread(user_id: int, thread_id: int) -> list[OutboxRow]:
    """What was written into a thread and whose copy has not come back from the provider, the oldest first."""
    with reading() as session:
        query = _joined(user_id).where(OutboxMessage.thread_id == thread_id, OutboxMessage.state != State.DRAFT)
        query = query.where(~_arrived().exists())
        return [_row(*one) for one in session.exec(query.order_by(col(OutboxMessage.id)).limit(_MOST_LISTED))]


def just_sent(user_id: int) -> list[OutboxRow]:
    """What has been sent within the last hour and whose copy has not come back from the provider, newest first."""
    with reading() as session:
        query = _joined(user_id).where(
            OutboxMessage.state == State.SENT, col(OutboxMessage.sent_at) > now() - timedelta(hours=1)
        )
        query = query.where(~_arrived().exists()).order_by(col(OutboxMessage.sent_at).desc()).limit(_MOST_LISTED)
        return [_row(*one) for one in session.exec(query)]


def _arrived():
    """The provider's copy of a message, where the sync has brought it."""
    ids, headers = col(OutboxMessage.provider_message_id), col(OutboxMessage.message_id_header)
    same = or_(
        and_(ids != "", col(Message.provider_message_id) == ids),
        and_(headers != "", col(Message.message_id_header) == headers),
    )
    mine = col(Message.connection_id) == col(OutboxMessage.connection_id)
    return select(Message.id).where(mine, same).correlate(OutboxMessage)


def _joined(user_id: int):
    files = (
        select(func.count(col(OutboxFile.id)))
        .where(OutboxFile.outbox_id == OutboxMessage.id)
        .correlate(OutboxMessage)
        .scalar_subquery()
    )
    return (
        select(OutboxMessage, Connection, files)
        .join(Connection, col(Connection.id) == col(OutboxMessage.connection_id), isouter=True)
        .where(OutboxMessage.user_id == user_id)
    )


def _row(one: OutboxMessage, connection: Connection | None, files: int) -> OutboxRow:
    return OutboxRow(
        id=one.id or 0,
        state=State(one.state),
        sender=connection.address if connection else "",
        to=", ".join(part for part in (one.to, one.cc, one.bcc) if part),
        subject=one.subject,
        text=plain(one.html),
        due_at=one.due_at,
        scheduled=one.scheduled,
        sent_at=one.sent_at,
        reason=one.reason,
        thread_id=one.thread_id,
        files=files,
        connection_id=connection.id or 0 if connection else 0,
        provider=connection.provider if connection else "",
        renewable=connection is not None and sender.cannot_send(connection) != "",
    )

"""The outbox as its owner uses it: send, undo, send again, and see what is on its way or needs a decision."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, and_, col, func, or_, select

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.core.errors import InvalidInput, Refused
from easycrm.mail import composing, draft_files, recipients
from easycrm.mail.connection import Connection, Status, capabilities_of, owned
from easycrm.mail.message import Message
from easycrm.mail.outbox_message import OutboxFile, OutboxMessage, State, own
from easycrm.mail.plain_text import plain
from easycrm.providers.base import Capability
from easycrm.providers.registry import provider as known

UNDO = timedelta(seconds=10)
_FARTHEST = timedelta(days=366)
_MOST_LISTED = 100
ATTENTION = (State.FAILED, State.UNKNOWN)
_LEAVING = (State.QUEUED, State.SENDING, *ATTENTION)


@dataclass(frozen=True)
class OutboxRow:
    """A message that is on its way, needs a decision, or has just gone; `text` is what was written, as plain text."""

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


def submit(user_id: int, draft_id: int, at: datetime | None = None) -> datetime:
    """Send the draft in ten seconds, or `at` a time of the person's choice.

    Returns: when it goes. The caller rings the worker afterwards.

    Raises:
        NotFound: the draft is not the user's.
        Refused: it is on its way already, or its mailbox cannot send.
        InvalidInput: recipients, subject, files, size or time cannot be used; the draft stays as it is.
    """
    moment = now()
    if at is not None and at <= moment:
        raise InvalidInput(wording.writing.TIME_IS_PAST, field="at")
    if at is not None and at > moment + _FARTHEST:
        raise InvalidInput(wording.writing.TIME_TOO_FAR, field="at")
    with transaction() as session:
        row = own(session, user_id, draft_id, lock=True)
        if row.state != State.DRAFT:
            raise Refused(wording.writing.NOT_A_DRAFT)
        _check(session, row)
        _queue(row, at or moment + UNDO, scheduled=at is not None)
    return at or moment + UNDO


def _check(session: Session, row: OutboxMessage) -> None:
    if row.connection_id is None:
        raise InvalidInput(wording.writing.NO_SENDER, field="from")
    connection = owned(session, row.user_id, row.connection_id)
    cannot = cannot_send(connection)
    if cannot:
        raise Refused(cannot)
    people = [*recipients.parsed(row.to, field="to"), *recipients.parsed(row.cc, field="cc")]
    people += recipients.parsed(row.bcc, field="bcc")
    if not people:
        raise InvalidInput(wording.writing.NO_RECIPIENTS, field="to")
    if len(people) > recipients.MOST:
        raise InvalidInput(wording.writing.too_many_recipients(recipients.MOST), field="to")
    recipients.one_line(row.subject, field="subject")
    _check_size(session, row, connection)


def cannot_send(connection: Connection) -> str:
    """Why nothing can be sent from this mailbox at the moment, or an empty text."""
    if connection.status == Status.REQUIRES_REAUTHENTICATION:
        return wording.NEEDS_REAUTHENTICATION
    if connection.status != Status.CONNECTED:
        return wording.writing.SEND_NOT_CONNECTED
    return "" if Capability.SEND in capabilities_of(connection) else wording.writing.SEND_NOT_ALLOWED


def _check_size(session: Session, row: OutboxMessage, connection: Connection) -> None:
    files = draft_files.of_draft(session, row.id or 0)
    if not all(one.complete for one in files):
        raise InvalidInput(wording.writing.FILE_NOT_COMPLETE, field="file")
    written = len((row.html + row.quoted).encode()) * 2
    provider = known(connection.provider)
    if written + sum(one.size for one in files) * composing.FILE_GROWTH > provider.most_bytes:
        raise InvalidInput(
            wording.writing.too_large_to_send(most_file_bytes(provider.most_bytes), provider.name), field="file"
        )


def most_file_bytes(most_bytes: int) -> int:
    """What files may have together where a message may have `most_bytes`."""
    return int(most_bytes / composing.FILE_GROWTH)


def _queue(row: OutboxMessage, at: datetime, *, scheduled: bool) -> None:
    if row.handed_over_at is not None:
        # An earlier try may have arrived: from here on it is another message, to be looked for under its own key.
        row.key = secrets.token_hex(16)
    row.state, row.due_at, row.next_at, row.scheduled = State.QUEUED, at, at, scheduled
    row.attempts, row.reason, row.handed_over_at, row.lease_until = 0, "", None, None
    row.provider_message_id, row.updated_at = "", now()


def undo(user_id: int, draft_id: int) -> None:
    """Make a draft again of what has not gone: something queued or scheduled, or something that failed.

    Raises:
        NotFound: it is not the user's.
        Refused: the provider has it, or may have it.
    """
    with transaction() as session:
        row = own(session, user_id, draft_id, lock=True)
        if row.state not in (State.QUEUED, State.FAILED, State.DRAFT):
            raise Refused(wording.writing.TOO_LATE_TO_UNDO)
        row.state, row.next_at, row.due_at, row.lease_owner, row.lease_until = State.DRAFT, None, None, "", None
        row.updated_at = now()


def resend(user_id: int, draft_id: int) -> datetime:
    """Send again what failed, or what the person has decided did not arrive; when it goes.

    Raises:
        NotFound: it is not the user's.
        Refused, InvalidInput: as `submit`; or it neither failed nor is its outcome unknown.
    """
    at = now() + UNDO
    with transaction() as session:
        row = own(session, user_id, draft_id, lock=True)
        if row.state not in ATTENTION:
            raise Refused(wording.writing.NOT_RESENDABLE)
        _check(session, row)
        _queue(row, at, scheduled=False)
    return at


def look_again(user_id: int, draft_id: int) -> None:
    """Look once more whether a message of unknown outcome is among the sent ones; the caller rings the worker.

    Raises:
        NotFound: it is not the user's.
        Refused: its outcome is known.
    """
    with transaction() as session:
        row = own(session, user_id, draft_id, lock=True)
        if row.state != State.UNKNOWN:
            raise Refused(wording.writing.NOT_RESENDABLE)
        row.next_at = now()


def rows(user_id: int) -> list[OutboxRow]:
    """What a user has on its way or has to decide on, the next to go first; 100 at most."""
    with reading() as session:
        query = _joined(user_id).where(col(OutboxMessage.state).in_(_LEAVING))
        found = session.exec(query.order_by(col(OutboxMessage.due_at), col(OutboxMessage.id)).limit(_MOST_LISTED)).all()
        return [_row(one, address, files) for one, address, files in found]


def attention(user_id: int) -> int:
    """How many messages wait for the person's decision."""
    with reading() as session:
        mine = (col(OutboxMessage.user_id) == user_id) & col(OutboxMessage.state).in_(ATTENTION)
        return session.exec(select(func.count(col(OutboxMessage.id))).where(mine)).one()


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
        select(OutboxMessage, func.coalesce(Connection.address, ""), files)
        .join(Connection, col(Connection.id) == col(OutboxMessage.connection_id), isouter=True)
        .where(OutboxMessage.user_id == user_id)
    )


def _row(one: OutboxMessage, address: str, files: int) -> OutboxRow:
    return OutboxRow(
        id=one.id or 0,
        state=State(one.state),
        sender=address,
        to=", ".join(part for part in (one.to, one.cc, one.bcc) if part),
        subject=one.subject,
        text=plain(one.html),
        due_at=one.due_at,
        scheduled=one.scheduled,
        sent_at=one.sent_at,
        reason=one.reason,
        thread_id=one.thread_id,
        files=files,
    )

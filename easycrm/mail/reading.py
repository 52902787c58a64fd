"""What a person reads: the messages of a thread, and one message's body made safe to show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from easycrm.core.db import reading
from easycrm.core.errors import NotFound
from easycrm.mail import sanitise
from easycrm.mail.connection import Connection
from easycrm.mail.message import Attachment, Message, MessageBody, Participant
from easycrm.mail.message_rows import opened
from easycrm.mail.thread import Thread
from easycrm.mail.visibility import readable

MOST_MESSAGES = 200


@dataclass(frozen=True)
class AttachmentView:
    """An attachment as listed; `size` in bytes."""

    id: int
    file_name: str
    media_type: str
    size: int


@dataclass(frozen=True)
class MessageView:
    """One message of an open thread. `remote_images` says whether showing them would ask another server."""

    id: int
    sender_name: str
    sender_email: str
    recipients: str
    received_at: datetime
    subject: str
    snippet: str
    unread: bool
    has_html: bool
    text: str
    remote_images: bool
    attachments: tuple[AttachmentView, ...]


def messages(user_id: int, thread_id: int) -> list[MessageView]:
    """The newest messages of one's own thread, oldest first.

    Raises:
        NotFound: there is no such thread, or it is somebody else's.
    """
    with reading() as session:
        thread = session.get(Thread, thread_id)
        if thread is None or not _owns(session, user_id, thread.connection_id):
            raise NotFound
        query = select(Message, MessageBody).where(
            Message.thread_id == thread_id, col(MessageBody.message_id) == col(Message.id)
        )
        found = session.exec(query.order_by(col(Message.sort_key).desc()).limit(MOST_MESSAGES)).all()
        ids = [message.id or 0 for message, _ in found]
        people, attached = _people(session, ids), _attached(session, ids)
    return [
        _view(message, body, people.get(message.id or 0, ""), attached.get(message.id or 0, []))
        for message, body in reversed(found)
    ]


def frame(user_id: int, message_id: int, *, images: bool) -> str:
    """The document for the sandboxed frame of a message; remote images only if asked for.

    Raises:
        NotFound: there is no such message, or it is not this user's to read.
    """
    with reading() as session:
        body = _body(session, user_id, message_id)
    html = opened(body.html)
    return sanitise.document(html, images=images) if html else sanitise.plain_document(opened(body.text))


def _body(session: Session, user_id: int, message_id: int) -> MessageBody:
    readable(session, user_id, message_id)
    return session.get(MessageBody, message_id) or MessageBody(message_id=message_id)


def _owns(session: Session, user_id: int, connection_id: int) -> bool:
    connection = session.get(Connection, connection_id)
    return connection is not None and connection.user_id == user_id


def _people(session: Session, ids: Sequence[int]) -> dict[int, str]:
    found: dict[int, list[str]] = {}
    query = select(Participant).where(
        col(Participant.message_id).in_(ids), col(Participant.role).in_(("to", "cc", "bcc"))
    )
    for one in session.exec(query.order_by(col(Participant.id))):
        found.setdefault(one.message_id, []).append(one.name or one.email)
    return {ident: ", ".join(names) for ident, names in found.items()}


def _attached(session: Session, ids: Sequence[int]) -> dict[int, list[AttachmentView]]:
    found: dict[int, list[AttachmentView]] = {}
    query = select(Attachment).where(col(Attachment.message_id).in_(ids), col(Attachment.inline).is_(False))
    for one in session.exec(query.order_by(col(Attachment.id))):
        view = AttachmentView(one.id or 0, one.file_name, one.media_type, one.size)
        found.setdefault(one.message_id, []).append(view)
    return found


def _view(message: Message, body: MessageBody, recipients: str, attached: Sequence[AttachmentView]) -> MessageView:
    html = opened(body.html)
    return MessageView(
        id=message.id or 0,
        sender_name=message.sender_name or message.sender_email,
        sender_email=message.sender_email,
        recipients=recipients,
        received_at=message.received_at,
        subject=message.subject,
        snippet=message.snippet,
        unread=message.unread,
        has_html=bool(html),
        text="" if html else opened(body.text),
        remote_images=bool(html) and sanitise.has_remote_images(html),
        attachments=tuple(attached),
    )

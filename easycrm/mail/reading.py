"""What a person reads: the messages of a thread, and one message's body made safe to show."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from sqlmodel import Session, col, select

from easycrm.core import wording
from easycrm.core.db import reading
from easycrm.core.errors import NotFound
from easycrm.mail import attachments, frame_height, frame_page, pictures, sanitise, trusted_sender, unusual
from easycrm.mail.connection import Connection
from easycrm.mail.frame_height import Height
from easycrm.mail.message import Attachment, Message, MessageBody, Participant
from easycrm.mail.message_rows import opened
from easycrm.mail.quoted_text import Block, blocks
from easycrm.mail.thread import Thread
from easycrm.mail.visibility import readable

MOST_MESSAGES = 200
IN_THE_PAGE = 30_000
"""Plain text up to this many characters stands in the page itself; what is longer gets a frame."""
LONGEST = 1_500_000


@dataclass(frozen=True)
class AttachmentView:
    """An attachment as listed; `size` in bytes."""

    id: int
    file_name: str
    media_type: str
    size: int


@dataclass(frozen=True)
class Person:
    """Somebody in a header; `name` may be empty."""

    email: str
    name: str


@dataclass(frozen=True)
class MessageView:
    """One message of an open thread.

    Args:
        people: by role: from, to, cc, bcc, reply_to.
        framed: whether its body is shown in a frame, `height` tall; else `text` is all of it.
        remote_images: whether showing them would ask another server.
        trusted: whether this user has chosen to see the sender's images always.
        unlisted: whether it has attachments that have to be asked for.
        notices: what is to be said of a message that cannot be shown as it was meant.
    """

    id: int
    mailbox: str
    sender_name: str
    sender_email: str
    people: dict[str, tuple[Person, ...]]
    received_at: datetime
    subject: str
    snippet: str
    unread: bool
    starred: bool
    framed: bool
    height: Height
    text: tuple[Block, ...]
    remote_images: bool
    trusted: bool
    attachments: tuple[AttachmentView, ...]
    unlisted: bool
    notices: tuple[str, ...]


def messages(user_id: int, thread_id: int) -> list[MessageView]:
    """The newest messages of one's own thread, oldest first.

    Raises:
        NotFound: there is no such thread, or it is somebody else's.
    """
    with reading() as session:
        thread = session.get(Thread, thread_id)
        mailbox = session.get(Connection, thread.connection_id) if thread else None
        if mailbox is None or mailbox.user_id != user_id:
            raise NotFound
        query = select(Message, MessageBody).where(
            Message.thread_id == thread_id, col(MessageBody.message_id) == col(Message.id)
        )
        found = session.exec(query.order_by(col(Message.sort_key).desc()).limit(MOST_MESSAGES)).all()
        rows = _Rows(session, user_id, mailbox.address, [message for message, _ in found])
    return [_view(message, body, rows) for message, body in reversed(found)]


async def frame(user_id: int, message_id: int, *, images: bool) -> str:
    """The document for the sandboxed frame of a message.

    Images that the message brought itself are fetched from its mailbox; remote ones are shown only if asked for.

    Raises:
        NotFound: there is no such message, or it is not this user's to read.
    """
    html, text = await asyncio.to_thread(_body, user_id, message_id)
    note = wording.reading.TOO_LONG if len(html or text) > LONGEST else ""
    if not html:
        return await asyncio.to_thread(frame_page.plain_document, text[:LONGEST], note)
    own = await pictures.of(user_id, message_id, sanitise.content_ids(html[:LONGEST]))
    if own.missing:
        note = f"{note} {wording.reading.pictures_missing(own.missing)}".strip()
    return await asyncio.to_thread(
        lambda: frame_page.document(html[:LONGEST], images=images, pictures=own.found, note=note)
    )


def _body(user_id: int, message_id: int) -> tuple[str, str]:
    """HTML and text."""
    with reading() as session:
        readable(session, user_id, message_id)
        body = session.get(MessageBody, message_id) or MessageBody(message_id=message_id)
    return opened(body.html), opened(body.text)


class _Rows:
    """What belongs to the messages of a thread, read at once for all of them."""

    def __init__(self, session: Session, user_id: int, mailbox: str, found: Sequence[Message]) -> None:
        ids = [message.id or 0 for message in found]
        self.mailbox = mailbox
        self.people: dict[int, dict[str, list[Person]]] = {}
        self.attached: dict[int, list[Attachment]] = {}
        self.trusted = trusted_sender.among(session, user_id, [message.sender_email for message in found])
        self.unlisted: Collection[int] = attachments.unlisted(session, found)
        people = select(Participant).where(col(Participant.message_id).in_(ids))
        for one in session.exec(people.order_by(col(Participant.id))):
            by_role = self.people.setdefault(one.message_id, {})
            by_role.setdefault(one.role, []).append(Person(one.email, one.name))
        files = select(Attachment).where(col(Attachment.message_id).in_(ids))
        for one in session.exec(files.order_by(col(Attachment.id))):
            self.attached.setdefault(one.message_id, []).append(one)


def _view(message: Message, body: MessageBody, rows: _Rows) -> MessageView:
    ident = message.id or 0
    html, text = opened(body.html), opened(body.text)
    attached = rows.attached.get(ident, [])
    listed = [one for one in attached if not _is_in_the_text(one, html)]
    empty = unusual.is_empty(html, text)
    framed = not empty and (bool(html) or len(text) > IN_THE_PAGE)
    people = rows.people.get(ident, {})
    return MessageView(
        id=ident,
        mailbox=rows.mailbox,
        sender_name=message.sender_name or message.sender_email,
        sender_email=message.sender_email,
        people={role: tuple(people.get(role, ())) for role in ("from", "to", "cc", "bcc", "reply_to")},
        received_at=message.received_at,
        subject=message.subject,
        snippet=message.snippet,
        unread=message.unread,
        starred=message.starred,
        framed=framed,
        height=frame_height.of_html(html) if framed and html else Height(2000, 2000),
        text=() if framed else tuple(blocks(text)),
        remote_images=framed and bool(html) and sanitise.has_remote_images(html),
        trusted=message.sender_email in rows.trusted,
        attachments=tuple(AttachmentView(one.id or 0, one.file_name, one.media_type, one.size) for one in listed),
        unlisted=ident in rows.unlisted,
        notices=unusual.notices(html, text, attached) if not (empty and ident in rows.unlisted) else (),
    )


def _is_in_the_text(one: Attachment, html: str) -> bool:
    """Whether it is a picture that the text shows in its place; one that nothing refers to is listed like a file."""
    if not one.inline or not one.content_id:
        return False
    ident = one.content_id.strip("<> ")
    return f"cid:{ident}" in html or f"cid:{quote(ident)}" in html

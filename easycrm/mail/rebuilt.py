"""Makes a message again from what is stored of it, for an export when the original cannot be fetched."""

from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime

from sqlmodel import col, select

from easycrm.core import wording
from easycrm.core.db import reading
from easycrm.mail.message import Attachment, Message, MessageBody, Participant
from easycrm.mail.message_rows import opened

_HEADERS = {"from": "From", "to": "To", "cc": "Cc", "bcc": "Bcc", "reply_to": "Reply-To"}


def message(stored: Message) -> bytes:
    """RFC 5322 bytes with the stored headers, text and HTML; attachments are only named."""
    with reading() as session:
        people = session.exec(
            select(Participant).where(Participant.message_id == stored.id).order_by(col(Participant.id))
        ).all()
        files = session.exec(select(Attachment.file_name).where(Attachment.message_id == stored.id)).all()
        body = session.get(MessageBody, stored.id) or MessageBody(message_id=stored.id or 0)
    made = MIMEMultipart("mixed")
    made["X-EasyCRM-Rebuilt"] = "yes"
    made["Date"] = format_datetime(stored.received_at)
    for role, name in _HEADERS.items():
        _set(made, name, ", ".join(_written(one) for one in people if one.role == role))
    _set(made, "Subject", stored.subject)
    _set(made, "Message-ID", stored.message_id_header)
    _set(made, "In-Reply-To", stored.in_reply_to)
    _set(made, "References", stored.references)
    made.attach(_content(opened(body.text), opened(body.html)))
    if files:
        made.attach(MIMEText("".join(wording.syncing.not_fetched(name) + "\n" for name in files), "plain", "utf-8"))
    return made.as_bytes()


def _content(text: str, html: str) -> MIMEMultipart:
    content = MIMEMultipart("alternative")
    if text or not html:
        content.attach(MIMEText(text, "plain", "utf-8"))
    if html:
        content.attach(MIMEText(html, "html", "utf-8"))
    return content


def _written(one: Participant) -> str:
    name = one.name.replace("\\", "").replace('"', "")
    return f'"{name}" <{one.email}>' if name else one.email


def _set(made: MIMEMultipart, name: str, value: str) -> None:
    """A header on one line of ours: what was received may hold line breaks."""
    if flat := " ".join(value.split()):
        made[name] = flat if flat.isascii() and flat.isprintable() else Header(flat, "utf-8").encode()

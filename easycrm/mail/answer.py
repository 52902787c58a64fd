"""What an answer begins with: to whom it goes, its subject, and the message that it quotes."""

import html as escaping
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlmodel import Session, select

from easycrm.core.errors import InvalidInput, NotFound
from easycrm.mail import recipients, sanitise
from easycrm.mail.connection import Status, of_user
from easycrm.mail.message import Attachment, Message, MessageBody, Participant
from easycrm.mail.message_rows import opened
from easycrm.providers.pages import Address

_ANSWERED = re.compile(r"^\s*(?:re|aw|sv|antw|rif)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
_FORWARDED = re.compile(r"^\s*(?:fwd?|wg|tr|rv)\s*:", re.IGNORECASE)
_LONGEST_QUOTE = 500_000


@dataclass(frozen=True)
class Prefilled:
    """The first contents of a draft; recipients as lines of addresses, `quoted` as clean HTML."""

    connection_id: int | None = None
    thread_id: int | None = None
    to: str = ""
    cc: str = ""
    subject: str = ""
    quoted: str = ""
    attachment_ids: tuple[int, ...] = ()


def prefilled(session: Session, user_id: int, kind: str, message_id: int | None) -> Prefilled:
    """The beginnings of a reply, reply_all or forward to one of the user's own messages.

    Raises:
        NotFound: the message is not the user's.
        InvalidInput: there is no such kind of answer.
    """
    if kind not in ("reply", "reply_all", "forward"):
        raise InvalidInput
    mine = {one.id: one for one in of_user(session, user_id)}
    message = session.get(Message, message_id) if message_id else None
    connection = mine.get(message.connection_id) if message else None
    if message is None or connection is None:
        raise NotFound
    people = _people(session, message.id or 0)
    own = {one.address.lower() for one in mine.values()}
    to, cc = ((), ()) if kind == "forward" else _recipients(people, own, everybody=kind == "reply_all")
    return Prefilled(
        connection_id=connection.id if connection.status != Status.NOT_CONNECTED else None,
        thread_id=message.thread_id if kind != "forward" else None,
        to=recipients.written(to),
        cc=recipients.written(cc),
        subject=_subject(kind, message.subject),
        quoted=_quoted(session, kind, message, people),
        attachment_ids=_attachments(session, message.id or 0) if kind == "forward" else (),
    )


def _people(session: Session, message_id: int) -> dict[str, list[Address]]:
    found: dict[str, list[Address]] = {role: [] for role in ("from", "to", "cc", "bcc", "reply_to")}
    for one in session.exec(select(Participant).where(Participant.message_id == message_id)):
        found[one.role].append(Address(one.email, one.name))
    return found


def _recipients(
    people: dict[str, list[Address]], own: Collection[str], *, everybody: bool
) -> tuple[Sequence[Address], Sequence[Address]]:
    """To and Cc of a reply. The answer to one's own message goes to those it went to."""
    from_me = any(one.email in own for one in people["from"])
    to = people["to"] if from_me else people["reply_to"] or people["from"]
    if not everybody:
        return _once(to, ()), ()
    first = _once(to if from_me else [*to, *people["to"]], own) or _once(to, ())
    return first, _once(people["cc"], {*own, *(one.email for one in first)})


def _once(people: Sequence[Address], without: Collection[str]) -> list[Address]:
    return list({one.email: one for one in people if one.email not in without}.values())


def _subject(kind: str, subject: str) -> str:
    if kind == "forward":
        return subject if _FORWARDED.match(subject) else f"Fwd: {subject}".strip()
    return subject if _ANSWERED.match(subject) else f"Re: {subject}".strip()


def _quoted(session: Session, kind: str, message: Message, people: dict[str, list[Address]]) -> str:
    body = session.get(MessageBody, message.id)
    html, text = (opened(body.html), opened(body.text)) if body else ("", "")
    inner = sanitise.fragment(html[:_LONGEST_QUOTE], images=True) if html else _paragraphs(text[:_LONGEST_QUOTE])
    head = _forward_head(message, people) if kind == "forward" else _reply_head(message)
    return f"{head}<blockquote>{inner}</blockquote>" if kind != "forward" else f"{head}<div>{inner}</div>"


def _paragraphs(text: str) -> str:
    return escaping.escape(text, quote=False).replace("\r\n", "\n").replace("\n", "<br>")


def _reply_head(message: Message) -> str:
    who = message.sender_name or message.sender_email
    return f"<p>On {message.received_at:%d %B %Y at %H:%M} UTC, {escaping.escape(who)} wrote:</p>"


def _forward_head(message: Message, people: dict[str, list[Address]]) -> str:
    lines = [
        "---------- Forwarded message ----------",
        f"From: {recipients.written(people['from'])}",
        f"Date: {message.received_at:%d %B %Y at %H:%M} UTC",
        f"Subject: {message.subject}",
        f"To: {recipients.written(people['to'])}",
    ]
    return "<p>" + "<br>".join(escaping.escape(line) for line in lines) + "</p>"


def _attachments(session: Session, message_id: int) -> tuple[int, ...]:
    query = select(Attachment.id).where(Attachment.message_id == message_id, Attachment.inline == False)  # noqa: E712 (SQL)
    return tuple(ident for ident in session.exec(query) if ident is not None)

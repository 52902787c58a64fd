"""Makes the RFC 5322 message that a provider is handed, out of a draft."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from easycrm.mail import recipients
from easycrm.mail.plain_text import plain
from easycrm.providers.pages import Address

KEY_HEADER = "X-EasyCRM-Id"
# Base64 in lines of 76 letters and CRLF.
FILE_GROWTH = 4 / 3 * 78 / 76
# Long message ids in References would be cut in pieces at 78 letters, and threads with them; RFC 5322 allows 998.
_POLICY = SMTP.clone(max_line_length=900)
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
_MOST_REFERENCES = 30


@dataclass(frozen=True)
class File:
    """A file in full."""

    file_name: str
    media_type: str
    data: bytes


@dataclass(frozen=True)
class Answered:
    """The headers of the message that is answered, by which the recipient's mail program keeps the thread."""

    message_id_header: str
    references: str


@dataclass(frozen=True)
class Letter:
    """Everything that goes into the message; headers are of one line, `html` and `quoted` are clean."""

    key: str
    sender: Address
    to: Sequence[Address]
    cc: Sequence[Address]
    bcc: Sequence[Address]
    subject: str
    html: str
    quoted: str
    date: datetime
    answered: Answered | None = None
    files: Sequence[File] = ()


def composed(letter: Letter) -> bytes:
    """The message with CRLF line ends, `Bcc` and the idempotency key's header included.

    Raises:
        InvalidInput: a header would hold a line break.
    """
    made = EmailMessage(policy=_POLICY)
    made["From"] = _header([letter.sender])
    for name, people in (("To", letter.to), ("Cc", letter.cc), ("Bcc", letter.bcc)):
        if people:
            made[name] = _header(people)
    made["Subject"] = recipients.one_line(letter.subject, field="subject")
    made["Date"] = format_datetime(letter.date)
    made["Message-ID"] = message_id(letter.key, letter.sender)
    if letter.answered and letter.answered.message_id_header:
        _put_in_thread(made, letter.answered)
    made[KEY_HEADER] = letter.key
    html = _spaced(letter.html)
    if letter.quoted:
        html = f"{html}<br>{letter.quoted}"
    made.set_content(plain(html) + "\n", cte="quoted-printable")
    page = f'<!doctype html><html><head><meta charset="utf-8"></head><body>{html}</body></html>'
    made.add_alternative(page, subtype="html", cte="quoted-printable")
    for file in letter.files:
        main, _, sub = file.media_type.partition("/")
        name = recipients.one_line(file.file_name, field="file name")
        made.add_attachment(file.data, maintype=main, subtype=sub, filename=name)
    return made.as_bytes()


def message_id(key: str, sender: Address) -> str:
    """The Message-ID that goes with a key; Gmail may replace it."""
    return f"<{key}@{sender.email.rpartition('@')[2]}>"


def _spaced(html: str) -> str:
    """Paragraphs as the editor shows them, one line after the other: mail programs put space around them otherwise."""
    return html.replace("<p></p>", "<p><br></p>").replace("<p>", '<p style="margin:0">')


def _header(people: Sequence[Address]) -> tuple[HeaderAddress, ...]:
    return tuple(
        HeaderAddress(display_name=recipients.one_line(one.name, field="name"), addr_spec=one.email) for one in people
    )


def _put_in_thread(made: EmailMessage, answered: Answered) -> None:
    """In-Reply-To and References (RFC 5322, 3.6.4); of a very long thread the first and the latest."""
    found = _MESSAGE_ID.findall(f"{answered.references} {answered.message_id_header}")
    if not found:
        return
    chain = list(dict.fromkeys(found))
    if len(chain) > _MOST_REFERENCES:
        chain = [chain[0], *chain[1 - _MOST_REFERENCES :]]
    made["In-Reply-To"] = found[-1]
    made["References"] = " ".join(chain)

"""Signatures: one a mailbox, put below what is written from it, in a block by which the editor finds it again."""

from dataclasses import dataclass

from easycrm.core import wording
from easycrm.core.db import reading, transaction
from easycrm.core.errors import InvalidInput
from easycrm.mail import written_html
from easycrm.mail.connection import Connection, owned
from easycrm.mail.message_rows import clean
from easycrm.mail.plain_text import plain

_LONGEST = 20_000
_LINE = 48


def keep(user_id: int, connection_id: int, html: str) -> str:
    """Put this below what is written from the mailbox from now on; the signature as it is kept.

    Raises:
        NotFound: the mailbox is not the user's.
        InvalidInput: it is too long.
    """
    if len(html) > _LONGEST:
        raise InvalidInput(wording.writing.SIGNATURE_TOO_LONG, field="signature")
    kept = written_html.clean(clean(html))
    if not plain(kept).strip():
        kept = ""
    with transaction() as session:
        owned(session, user_id, connection_id).signature = kept
    return kept


@dataclass(frozen=True)
class Chosen:
    """A mailbox's signature, to be edited; `html` is clean."""

    address: str
    html: str


def chosen(user_id: int, connection_id: int) -> Chosen:
    """The signature of a mailbox.

    Raises:
        NotFound: the mailbox is not the user's.
    """
    with reading() as session:
        connection = owned(session, user_id, connection_id)
    return Chosen(connection.address, connection.signature)


def in_a_line(html: str) -> str:
    """The beginning of a signature in one line, for where it is only named."""
    words = " ".join(plain(html).split())
    return words if len(words) <= _LINE else f"{words[:_LINE].rstrip()} …"


def beginning(connection: Connection | None) -> str:
    """What the text of a message from this mailbox begins as: an empty line, and the signature below it."""
    if connection is None or not connection.signature:
        return ""
    return f'<p></p><div data-signature="">{connection.signature}</div>'

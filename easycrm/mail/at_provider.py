"""Where a stored message lies at its provider, for what is fetched only when somebody asks for it."""

from dataclasses import dataclass

from easycrm.core import wording
from easycrm.core.db import reading
from easycrm.core.errors import EasyCRMError, NotFound
from easycrm.mail import token_vault
from easycrm.mail.connection import Connection, Status
from easycrm.mail.message import Message
from easycrm.mail.visibility import readable
from easycrm.providers.base import MailProvider, TokenSource
from easycrm.providers.registry import provider as known


class StillInMailbox(EasyCRMError):
    """The mailbox is not connected now, and so nothing can be fetched from it."""

    default_message = wording.reading.STILL_IN_YOUR_MAILBOX


@dataclass(frozen=True)
class Source:
    """A message, and the way to it."""

    message: Message
    provider: MailProvider
    access: TokenSource


def source_of(user_id: int, message_id: int, *, owner_only: bool = False) -> Source:
    """The way to a message that this user may read.

    Args:
        owner_only: whether a colleague who may read the message is refused too.

    Raises:
        NotFound: there is no such message, or it is not this user's to read.
        StillInMailbox: its mailbox is not connected.
    """
    with reading() as session:
        message = readable(session, user_id, message_id)
        connection = session.get_one(Connection, message.connection_id)
    if owner_only and connection.user_id != user_id:
        raise NotFound
    if connection.status != Status.CONNECTED:
        raise StillInMailbox
    return Source(message, known(connection.provider), token_vault.access(connection.id or 0, connection.generation))

"""Everything of a mailbox as one mbox: the originals while it is connected, rebuilt from what is stored afterwards."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlmodel import col, select

from easycrm.core.db import reading, transaction
from easycrm.mail import rebuilt, token_vault
from easycrm.mail.connection import Connection, ConnectionEnded, Status, owned
from easycrm.mail.message import Message
from easycrm.notices import audit
from easycrm.providers.base import MailProvider, TokenSource
from easycrm.providers.errors import ProviderError, RateLimited
from easycrm.providers.registry import provider as known

_AT_ONCE = 4
_TRIES = 3
_WAIT_AT_MOST_SECONDS = 60
_FROM = re.compile(rb"^(>*From )", re.MULTILINE)


@dataclass(frozen=True)
class Export:
    """A download. `originals` says whether the provider is asked; `chunks` are whole messages, oldest first."""

    file_name: str
    originals: bool
    chunks: AsyncIterator[bytes]


def mbox(user_id: int, connection_id: int) -> Export:
    """One's own mailbox in mboxrd form; a few messages are in memory at a time.

    A message whose original cannot be had is rebuilt from what is stored, and its X-EasyCRM-Rebuilt header says so.

    Raises:
        NotFound: the mailbox is not the user's.
    """
    with transaction() as session:
        connection = owned(session, user_id, connection_id)
        audit.record(session, "emails.exported", actor_id=user_id, subject=connection.address)
    name = re.sub(r"[^A-Za-z0-9@._-]", "_", connection.address)
    originals = connection.status == Status.CONNECTED
    return Export(f"{name}.mbox", originals, _chunks(connection, originals))


async def _chunks(connection: Connection, originals: bool) -> AsyncIterator[bytes]:
    provider = known(connection.provider)
    access = token_vault.access(connection.id or 0, connection.generation) if originals else None
    after = -1
    while messages := await asyncio.to_thread(_next, connection, after):
        after = messages[-1].sort_key
        for message, raw in zip(
            messages, await asyncio.gather(*(_raw(provider, access, one) for one in messages)), strict=True
        ):
            yield entry(message, raw)


def _next(connection: Connection, after: int) -> Sequence[Message]:
    with reading() as session:
        query = select(Message).where(Message.connection_id == connection.id, col(Message.sort_key) > after)
        return session.exec(query.order_by(col(Message.sort_key)).limit(_AT_ONCE)).all()


async def _raw(provider: MailProvider, access: TokenSource | None, message: Message) -> bytes:
    """The original, or the stored message made into one."""
    if access is not None:
        with suppress(ProviderError, ConnectionEnded):
            return await _original(provider, access, message.provider_message_id)
    return await asyncio.to_thread(rebuilt.message, message)


async def _original(provider: MailProvider, access: TokenSource, ident: str) -> bytes:
    for _ in range(_TRIES - 1):
        try:
            return await provider.original(access, ident)
        except RateLimited as error:
            await asyncio.sleep(min(error.retry_after or 1, _WAIT_AT_MOST_SECONDS))
    return await provider.original(access, ident)


def entry(message: Message, raw: bytes) -> bytes:
    """One message as an mbox holds it: a line that names sender and time, and lines that look like it quoted."""
    sender = re.sub(r"[^!-~]", "", message.sender_email) or "MAILER-DAEMON"
    body = raw.replace(b"\r\n", b"\n").rstrip(b"\n")
    head = f"From {sender} {message.received_at:%a %b %d %H:%M:%S %Y}\n".encode()
    return head + _FROM.sub(rb">\1", body) + b"\n\n"

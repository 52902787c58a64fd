"""A message's attachments: listed where the provider lists them only when asked, and handed over piece by piece."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import cast

from sqlmodel import Session, col, select

from easycrm.core.db import reading, transaction
from easycrm.core.errors import NotFound
from easycrm.mail import message_rows, search_index
from easycrm.mail.at_provider import StillInMailbox, source_of
from easycrm.mail.connection import ConnectionEnded
from easycrm.mail.message import Attachment, Message
from easycrm.mail.visibility import readable
from easycrm.providers.pages import FetchedAttachment

NAMELESS = "attachment"
Chunks = AsyncGenerator[bytes]


@dataclass(frozen=True)
class Download:
    """An attachment on its way. `chunks` have to be read to the end, or closed."""

    file_name: str
    chunks: Chunks


async def download(user_id: int, attachment_id: int) -> Download:
    """An attachment of a message that this user may read; its first piece has arrived.

    Raises:
        NotFound: there is no such attachment, or its message is not this user's to read.
        StillInMailbox: its mailbox is not connected, or stopped being so.
        MessageGone: it is not in the mailbox any more.
        ProviderError: it cannot be had at the moment.
    """
    attachment = await asyncio.to_thread(_of, user_id, attachment_id)
    source = await asyncio.to_thread(source_of, user_id, attachment.message_id)
    pieces = source.provider.attachment(source.access, source.message.provider_message_id, attachment.provider_part_id)
    chunks = _begun(cast(Chunks, pieces))
    await anext(chunks)
    return Download(attachment.file_name or NAMELESS, chunks)


async def ensure_listed(user_id: int, message_id: int) -> None:
    """Ask the provider for the attachments of a message that has some which are not listed here yet.

    Raises:
        NotFound: there is no such message, or it is not this user's to read.
        StillInMailbox: its mailbox is not connected.
        MessageGone: it is not in the mailbox any more.
        ProviderError: the provider did not tell.
    """
    if await asyncio.to_thread(_is_listed, user_id, message_id):
        return
    source = await asyncio.to_thread(source_of, user_id, message_id)
    try:
        found = await source.provider.attachments(source.access, source.message.provider_message_id)
    except ConnectionEnded as error:
        raise StillInMailbox from error
    await asyncio.to_thread(_store, message_id, found)


def unlisted(session: Session, messages: Sequence[Message]) -> set[int]:
    """Ids of those that have attachments of which none is listed."""
    ids = [message.id or 0 for message in messages if message.has_attachments]
    listed = set(session.exec(select(Attachment.message_id).where(col(Attachment.message_id).in_(ids))))
    return set(ids) - listed


async def _begun(pieces: Chunks) -> Chunks:
    """The pieces, after an empty one that comes when the first is there: until then errors have their own answer."""
    async with aclosing(pieces):
        try:
            first = await anext(pieces, b"")
        except ConnectionEnded as error:
            raise StillInMailbox from error
        yield b""
        yield first
        async for piece in pieces:
            yield piece


def _of(user_id: int, attachment_id: int) -> Attachment:
    with reading() as session:
        found = session.get(Attachment, attachment_id)
        if found is None:
            raise NotFound
        readable(session, user_id, found.message_id)
        return found


def _is_listed(user_id: int, message_id: int) -> bool:
    with reading() as session:
        readable(session, user_id, message_id)
        return session.exec(select(Attachment.id).where(Attachment.message_id == message_id)).first() is not None


def _store(message_id: int, found: Sequence[FetchedAttachment]) -> None:
    """List what was found, unless somebody else just did; the message may have gone meanwhile."""
    with transaction() as session:
        if session.exec(select(Message).where(Message.id == message_id).with_for_update()).first() is None:
            return
        if session.exec(select(Attachment.id).where(Attachment.message_id == message_id)).first() is None:
            search_index.remove(session, [message_id])
            session.add_all(Attachment(**message_rows.attachment_row(message_id, one)) for one in found)
            session.flush()
            search_index.add(session, search_index.stored(session, [message_id]))

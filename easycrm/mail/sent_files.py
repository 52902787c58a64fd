"""The bytes of the files that a message goes with; those of a forwarded message are fetched from its mailbox first."""

import asyncio
from collections.abc import AsyncIterator, Iterator

from sqlmodel import Session, col, delete, select

from easycrm.core import wording
from easycrm.core.db import reading, transaction
from easycrm.core.errors import EasyCRMError
from easycrm.mail import token_vault
from easycrm.mail.composing import File
from easycrm.mail.connection import Connection, Status
from easycrm.mail.message import Attachment, Message
from easycrm.mail.outbox_message import OutboxChunk, OutboxFile
from easycrm.providers.base import MailProvider, TokenSource
from easycrm.providers.registry import provider as known


async def fetch_forwarded(outbox_id: int, connection: Connection, provider: MailProvider, access: TokenSource) -> None:
    """Store the bytes of forwarded attachments that are not here yet.

    Raises:
        MessageGone: an attachment or its message is no longer there.
        ProviderError: it could not be fetched at the moment.
        EasyCRMError: its mailbox is not connected any more.
    """
    for file in await asyncio.to_thread(_missing, outbox_id):
        source, message = await asyncio.to_thread(_source, file)
        its_provider, its_access = provider, access
        if message.connection_id != connection.id:
            other = await asyncio.to_thread(_mailbox, message.connection_id)
            its_provider, its_access = known(other.provider), token_vault.access(other.id or 0, other.generation)
        part = source.provider_part_id
        await _store(file.id or 0, its_provider.attachment(its_access, message.provider_message_id, part))


def _missing(outbox_id: int) -> list[OutboxFile]:
    with reading() as session:
        query = select(OutboxFile).where(OutboxFile.outbox_id == outbox_id, col(OutboxFile.complete).is_(False))
        return list(session.exec(query.order_by(col(OutboxFile.id))))


def _source(file: OutboxFile) -> tuple[Attachment, Message]:
    with reading() as session:
        source = session.get(Attachment, file.source_attachment_id) if file.source_attachment_id else None
        message = session.get(Message, source.message_id) if source else None
    if source is None or message is None:
        raise EasyCRMError(wording.writing.ATTACHMENT_GONE)
    return source, message


def _mailbox(connection_id: int) -> Connection:
    with reading() as session:
        connection = session.get_one(Connection, connection_id)
    if connection.status != Status.CONNECTED:
        raise EasyCRMError(wording.writing.SEND_NOT_CONNECTED)
    return connection


async def _store(file_id: int, chunks: AsyncIterator[bytes]) -> None:
    await asyncio.to_thread(_begin, file_id)
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        await asyncio.to_thread(_add, file_id, chunk)
    await asyncio.to_thread(_end, file_id, size)


def _begin(file_id: int) -> None:
    with transaction() as session:
        session.exec(delete(OutboxChunk).where(col(OutboxChunk.file_id) == file_id))


def _add(file_id: int, data: bytes) -> None:
    with transaction() as session:
        session.add(OutboxChunk(file_id=file_id, data=data))


def _end(file_id: int, size: int) -> None:
    with transaction() as session:
        file = session.get_one(OutboxFile, file_id)
        file.size, file.complete = size, True


def read(outbox_id: int) -> list[File]:
    """The files in full, in order."""
    with reading() as session:
        query = select(OutboxFile).where(OutboxFile.outbox_id == outbox_id).order_by(col(OutboxFile.id))
        return [File(one.file_name, one.media_type, _bytes(session, one.id or 0)) for one in session.exec(query)]


def chunks(file_id: int) -> Iterator[bytes]:
    """One file, some of its bytes at a time; nothing where it is gone."""
    after = 0
    while True:
        with reading() as session:
            query = select(OutboxChunk).where(OutboxChunk.file_id == file_id, col(OutboxChunk.id) > after)
            found = session.exec(query.order_by(col(OutboxChunk.id)).limit(1)).first()
        if found is None:
            return
        after = found.id or 0
        yield found.data


def _bytes(session: Session, file_id: int) -> bytes:
    query = select(OutboxChunk.data).where(OutboxChunk.file_id == file_id).order_by(col(OutboxChunk.id))
    return b"".join(session.exec(query))

"""The files of a draft: uploaded in pieces, or taken from the message that is forwarded."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import anyio.to_thread
from sqlmodel import Session, col, delete, insert, literal, select

from easycrm.core import wording
from easycrm.core.db import LARGEST_ID, transaction
from easycrm.core.errors import InvalidInput, NotFound
from easycrm.mail import recipients
from easycrm.mail.message import Attachment
from easycrm.mail.outbox_message import OutboxChunk, OutboxFile, editable

CHUNK_BYTES = 256 * 1024
# What the most generous provider takes; a stricter one's limit is known only when the sender is.
LARGEST_BYTES = 25_000_000
MOST_FILES = 50


@dataclass(frozen=True)
class DraftFile:
    """A file as the compose page lists it; `size` in bytes. Only `complete` ones can be sent."""

    id: int
    file_name: str
    media_type: str
    size: int
    complete: bool = True


async def attach(
    user_id: int, draft_id: int, file_name: str, media_type: str, chunks: AsyncIterator[bytes]
) -> DraftFile:
    """Add an uploaded file, stored as it arrives: 256 KB in memory, however large it is.

    Raises:
        NotFound: the draft is not the user's.
        Refused: it is on its way.
        InvalidInput: the name cannot be used, or with it the draft's files are too large or too many. Nothing is kept.
    """
    name = recipients.one_line(file_name.replace("\\", "/").rpartition("/")[2], field="file name")[:255]
    if not name:
        raise InvalidInput(wording.writing.FILE_WITHOUT_NAME, field="file")
    file_id, room = await anyio.to_thread.run_sync(_begin, user_id, draft_id, name, media_type)
    size, waiting = 0, bytearray()
    try:
        async for chunk in chunks:
            waiting += chunk
            size += len(chunk)
            if size > room:
                raise InvalidInput(wording.writing.files_too_large(LARGEST_BYTES), field="file")
            while len(waiting) >= CHUNK_BYTES:
                await anyio.to_thread.run_sync(_store, file_id, bytes(waiting[:CHUNK_BYTES]))
                del waiting[:CHUNK_BYTES]
        await anyio.to_thread.run_sync(_end, user_id, draft_id, file_id, bytes(waiting), size)
    except BaseException:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(_remove, file_id)
        raise
    return DraftFile(file_id, name, media_type, size)


def _begin(user_id: int, draft_id: int, file_name: str, media_type: str) -> tuple[int, int]:
    """The new file's id, and how many bytes it may have."""
    with transaction() as session:
        editable(session, user_id, draft_id)
        there = of_draft(session, draft_id)
        if len(there) >= MOST_FILES:
            raise InvalidInput(wording.writing.too_many_files(MOST_FILES), field="file")
        row = OutboxFile(outbox_id=draft_id, file_name=file_name, media_type=_media_type(media_type))
        session.add(row)
        session.flush()
        return row.id or 0, LARGEST_BYTES - sum(one.size for one in there)


def _media_type(text: str) -> str:
    main, slash, sub = text.partition(";")[0].strip().lower().partition("/")
    plain = all(letter.isascii() and (letter.isalnum() or letter in "-+._") for letter in main + sub)
    usable = slash and main and sub and plain and main not in ("multipart", "message")
    return f"{main}/{sub}"[:200] if usable else "application/octet-stream"


def _store(file_id: int, data: bytes) -> None:
    with transaction() as session:
        session.add(OutboxChunk(file_id=file_id, data=data))


def _end(user_id: int, draft_id: int, file_id: int, rest: bytes, size: int) -> None:
    with transaction() as session:
        editable(session, user_id, draft_id)
        row = session.get_one(OutboxFile, file_id)
        if rest:
            session.add(OutboxChunk(file_id=file_id, data=rest))
        row.size, row.complete = size, True


def detach(user_id: int, draft_id: int, file_id: int) -> None:
    """Take a file out of a draft.

    Raises:
        NotFound: draft or file is not the user's.
        Refused: the draft is on its way.
    """
    with transaction() as session:
        editable(session, user_id, draft_id)
        row = session.get(OutboxFile, file_id) if file_id <= LARGEST_ID else None
        if row is None or row.outbox_id != draft_id:
            raise NotFound
    _remove(file_id)


def _remove(file_id: int) -> None:
    with transaction() as session:
        session.exec(delete(OutboxChunk).where(col(OutboxChunk.file_id) == file_id))
        session.exec(delete(OutboxFile).where(col(OutboxFile.id) == file_id))


def forward(session: Session, draft_id: int, attachment_ids: Sequence[int]) -> None:
    """List the attachments of the forwarded message; their bytes are fetched when it is sent."""
    for one in session.exec(select(Attachment).where(col(Attachment.id).in_(attachment_ids))):
        session.add(
            OutboxFile(
                outbox_id=draft_id,
                file_name=one.file_name or "attachment",
                media_type=_media_type(one.media_type),
                size=one.size,
                source_attachment_id=one.id,
            )
        )


def copy(session: Session, draft_id: int, to_draft_id: int) -> None:
    """Give a draft the same files as another one."""
    query = select(OutboxFile).where(OutboxFile.outbox_id == draft_id).order_by(col(OutboxFile.id))
    for one in session.exec(query).all():
        if not one.complete and one.source_attachment_id is None:
            continue
        made = OutboxFile(**one.model_dump(exclude={"id", "outbox_id"}), outbox_id=to_draft_id)
        session.add(made)
        session.flush()
        pieces = select(literal(made.id), col(OutboxChunk.data)).where(OutboxChunk.file_id == one.id)
        into = insert(OutboxChunk).from_select(["file_id", "data"], pieces.order_by(col(OutboxChunk.id)))
        session.exec(into)


def of_draft(session: Session, draft_id: int) -> tuple[DraftFile, ...]:
    """A draft's files in the order in which they came."""
    query = select(OutboxFile).where(OutboxFile.outbox_id == draft_id).order_by(col(OutboxFile.id))
    return tuple(
        DraftFile(
            one.id or 0, one.file_name, one.media_type, one.size, one.complete or one.source_attachment_id is not None
        )
        for one in session.exec(query)
    )


def delete_all(session: Session, draft_id: int) -> None:
    """Delete a draft's files and their bytes."""
    mine = select(OutboxFile.id).where(OutboxFile.outbox_id == draft_id)
    session.exec(delete(OutboxChunk).where(col(OutboxChunk.file_id).in_(mine)))
    session.exec(delete(OutboxFile).where(col(OutboxFile.outbox_id) == draft_id))

"""The images that a message brought itself: fetched when it is shown, and put into its text as `data:`."""

import asyncio
import base64
from collections import OrderedDict
from collections.abc import Collection, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from sqlmodel import select

from easycrm.core.db import reading
from easycrm.core.errors import EasyCRMError
from easycrm.mail import attachments
from easycrm.mail.at_provider import Source, source_of
from easycrm.mail.message import Attachment, Message
from easycrm.mail.sanitise import content_id
from easycrm.mail.visibility import readable

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

MOST = 40
LARGEST_BYTES = 5_000_000
MOST_BYTES = 15_000_000
_KEPT_BYTES = 32_000_000
_AT_ONCE = 3
_SECONDS = 20.0
# What browsers draw without running anything: an SVG is a document, and stays a file.
_KINDS = (
    (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF87a", "gif"), (b"GIF89a", "gif"),
)  # fmt: skip


@dataclass(frozen=True)
class Pictures:
    """`data:` addresses by Content-ID, and how many of those asked for could not be had."""

    found: dict[str, str] = field(default_factory=dict[str, str])
    missing: int = 0


_Key = tuple[int, str, str]


@dataclass
class _Memory:
    """Images fetched lately, so that a message opened again costs the mailbox no requests.

    They are kept by what the provider calls them: the database may give the number of a deleted row to a new one.
    """

    kept: "OrderedDict[_Key, str]" = field(default_factory=OrderedDict[_Key, str])
    size: int = 0

    def get(self, key: _Key) -> str | None:
        if key in self.kept:
            self.kept.move_to_end(key)
        return self.kept.get(key)

    def put(self, key: _Key, address: str) -> None:
        self.size += len(address) - len(self.kept.pop(key, ""))
        self.kept[key] = address
        while self.size > _KEPT_BYTES:
            self.size -= len(self.kept.popitem(last=False)[1])


_memory = _Memory()


async def of(user_id: int, message_id: int, wanted: Collection[str]) -> Pictures:
    """The images of a message that this user may read, by the Content-IDs `wanted`; whatever fails is missing.

    Raises:
        NotFound: there is no such message, or it is not this user's to read.
    """
    found: dict[str, str] = {}
    if not wanted:
        return Pictures()
    message = await asyncio.to_thread(_readable, user_id, message_id)
    with suppress(EasyCRMError, TimeoutError):
        async with asyncio.timeout(_SECONDS):
            await attachments.ensure_listed(user_id, message_id)
            chosen = await asyncio.to_thread(_chosen, message_id, wanted)
            await _fetch(user_id, message, chosen, found)
    return Pictures(found, len(set(wanted) - set(found)))


def kind_of(data: bytes) -> str | None:
    """The image's kind by its first bytes, whatever its sender called it; None for everything that is not shown."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return next((kind for start, kind in _KINDS if data.startswith(start)), None)


def _readable(user_id: int, message_id: int) -> Message:
    with reading() as session:
        return readable(session, user_id, message_id)


def _chosen(message_id: int, wanted: Collection[str]) -> list[Attachment]:
    with reading() as session:
        rows = session.exec(select(Attachment).where(Attachment.message_id == message_id)).all()
    named = {content_id(one.content_id): one for one in rows if one.content_id and one.size <= LARGEST_BYTES}
    return [named[one] for one in sorted(wanted) if one in named][:MOST]


async def _fetch(user_id: int, message: Message, chosen: Sequence[Attachment], found: dict[str, str]) -> None:
    """Fill `found`; what is there when the time is up counts."""
    missing: list[Attachment] = []
    for one in chosen:
        if kept := _memory.get(_key(message, one)):
            found[content_id(one.content_id)] = kept
        else:
            missing.append(one)
    if not missing:
        return
    source = await asyncio.to_thread(source_of, user_id, message.id or 0)
    turns = asyncio.Semaphore(_AT_ONCE)

    async def fetch(one: Attachment) -> None:
        async with turns:
            address = await _address(source, one) if _size(found) < MOST_BYTES else None
        if address:
            _memory.put(_key(message, one), address)
            found[content_id(one.content_id)] = address

    await asyncio.gather(*map(fetch, missing))


def _key(message: Message, one: Attachment) -> _Key:
    return message.connection_id, message.provider_message_id, one.provider_part_id


def _size(found: dict[str, str]) -> int:
    return sum(map(len, found.values()))


async def _address(source: Source, one: Attachment) -> str | None:
    """The image as a `data:` address; None if it is none, too large, or cannot be had."""
    pieces = source.provider.attachment(source.access, source.message.provider_message_id, one.provider_part_id)
    data = bytearray()
    try:
        async with aclosing(cast("AsyncGenerator[bytes]", pieces)) as arriving:
            async for piece in arriving:
                data += piece
                if len(data) > LARGEST_BYTES or kind_of(bytes(data[:16])) is None:
                    return None
    except EasyCRMError:
        return None
    kind = kind_of(bytes(data[:16]))
    return f"data:image/{kind};base64,{base64.b64encode(bytes(data)).decode()}" if kind else None

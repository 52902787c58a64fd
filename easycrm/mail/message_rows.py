"""Rows made of fetched messages: cleaned of what no database takes, cut to what the columns hold."""

import re
import zlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from isal import isal_zlib

from easycrm.mail import told_marks
from easycrm.mail.base_email import base_email
from easycrm.mail.place import Place
from easycrm.providers.pages import Address, FetchedAttachment, FetchedMessage, MessageState

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# Marks of a quotation that stand in a line of text; a comparison of numbers has such a sign too.
_QUOTE_MARKS = re.compile(r"(?:(?<=^)|(?<=\s)(?<!\d\s))>+(?=\s)\s*")
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_COMPRESSION = 1
TIE_BITS = 20
_compress = cast("Callable[[bytes, int], bytes]", isal_zlib.compress)  # pyright: ignore[reportUnknownMemberType]
Row = dict[str, Any]


def clean(text: str, most: int = 0) -> str:
    """`text` without NUL and lone surrogates, at most `most` characters long (0: any)."""
    found = text if _is_storable(text) else _UNSTORABLE.sub("\ufffd", text)
    return found[:most] if most else found


def _is_storable(text: str) -> bool:
    """As `_UNSTORABLE` would find, in a tenth of the time of a search through a long text."""
    try:
        return "\0" not in text and (text.isascii() or bool(text.encode()))
    except UnicodeEncodeError:
        return False


def sort_key(received_at: datetime, provider_message_id: str) -> int:
    """Received time in milliseconds, made unique by some bits of the id; see `Message`."""
    milliseconds = int(received_at.timestamp() * 1000)
    return (milliseconds << TIE_BITS) | (zlib.crc32(provider_message_id.encode()) & ((1 << TIE_BITS) - 1))


def moment_of(key: int) -> datetime:
    """The received time in a sort key."""
    return datetime.fromtimestamp((key >> TIE_BITS) / 1000, UTC)


def compressed(text: str) -> bytes:
    """A body as it is stored."""
    return _compress(clean(text).encode(), _COMPRESSION) if text else b""


def opened(data: bytes) -> str:
    """A stored body as text."""
    return zlib.decompress(data).decode() if data else ""


def labelled(labels: Sequence[str]) -> str:
    """Label ids as `Message.labels` keeps them: each with a space on both sides, so that one can be found by LIKE."""
    return " " + " ".join(labels) + " " if labels else ""


def relabelled(labels: str, state: MessageState) -> str:
    """Labels as told, in the form of `labelled`; of those stored before, what was not spoken of stays."""
    if state.told is None:
        return labelled(state.labels)
    kept = [label for label in labels.split() if label not in state.told or label in state.labels]
    return labelled([*kept, *(label for label in state.labels if label not in kept)])


def message_row(
    connection_id: int, generation: int, thread_id: int, message: FetchedMessage, place: Place = Place.INBOX
) -> Row:
    """The `message` row.

    Raises:
        ValueError: the message cannot be stored as it is; it belongs in the ledger.
    """
    if not _EARLIEST <= message.received_at <= _LATEST:
        raise ValueError(f"received at {message.received_at:%Y}")
    sender = message.sender or Address("")
    return {
        "connection_id": connection_id,
        "thread_id": thread_id,
        "generation": generation,
        "provider_message_id": message.provider_message_id,
        "message_id_header": clean(message.message_id_header, 998),
        "in_reply_to": clean(message.in_reply_to, 998),
        "references": clean(message.references),
        "subject": clean(message.subject, 1000),
        "sender_email": clean(sender.email, 320),
        "sender_name": clean(sender.name, 320),
        "snippet": clean(_QUOTE_MARKS.sub("", message.snippet), 300),
        "received_at": message.received_at,
        "sort_key": sort_key(message.received_at, message.provider_message_id),
        **told_marks.values(unread=message.unread, starred=message.starred, place=place),
        "labels": labelled(message.labels),
        "has_attachments": message.has_attachments or any(not one.inline for one in message.attachments),
        "size": message.size,
        "unseen_since": None,
    }


def participant_rows(connection_id: int, message_id: int, message: FetchedMessage) -> list[Row]:
    """The `participant` rows."""
    key = sort_key(message.received_at, message.provider_message_id)
    sides = (
        ("from", (message.sender,) if message.sender else ()),
        ("to", message.to),
        ("cc", message.cc),
        ("bcc", message.bcc),
        ("reply_to", message.reply_to),
    )
    return [
        {
            "message_id": message_id,
            "role": role,
            "email": clean(one.email, 320),
            "name": clean(one.name, 320),
            "base_email": clean(base_email(one.email), 320),
            "connection_id": connection_id,
            "sort_key": key,
        }
        for role, people in sides
        for one in people
    ]


def attachment_rows(message_id: int, message: FetchedMessage) -> list[Row]:
    """The `attachment` rows."""
    return [attachment_row(message_id, one) for one in message.attachments]


def attachment_row(message_id: int, one: FetchedAttachment) -> Row:
    """One `attachment` row."""
    return {
        "message_id": message_id,
        "provider_part_id": clean(one.provider_part_id, 500),
        "file_name": clean(one.file_name, 500),
        "media_type": clean(one.media_type, 200),
        "size": one.size,
        "content_id": clean(one.content_id, 300),
        "inline": one.inline,
    }


def body_row(message_id: int, message: FetchedMessage) -> Row:
    """The `message_body` row."""
    return {"message_id": message_id, "text": compressed(message.text), "html": compressed(message.html)}

"""Mail as providers hand it over: pages of messages, states and removals, frozen."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class Address:
    """A mailbox address with its display name; `email` is lower case."""

    email: str
    name: str = ""


@dataclass(frozen=True)
class FetchedAttachment:
    """An attachment as listed; its bytes are fetched on demand. `size` in bytes."""

    provider_part_id: str
    file_name: str
    media_type: str
    size: int
    content_id: str = ""
    inline: bool = False


@dataclass(frozen=True)
class FetchedMessage:
    """One message, decoded; `labels` are ids of folders or labels.

    `has_attachments` is for providers that list attachments only when asked again.
    """

    provider_message_id: str
    provider_thread_id: str
    message_id_header: str
    subject: str
    sender: Address | None
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    received_at: datetime
    snippet: str
    text: str
    html: str
    unread: bool
    starred: bool
    labels: tuple[str, ...]
    attachments: tuple[FetchedAttachment, ...] = ()
    in_reply_to: str = ""
    references: str = ""
    size: int = 0
    has_attachments: bool = False


@dataclass(frozen=True)
class MessageState:
    """The marks of a message that may be known already.

    `told` are the labels that `labels` speaks of, where a listing tells only some: others stay as they are.
    """

    provider_message_id: str
    unread: bool
    starred: bool
    labels: tuple[str, ...]
    told: frozenset[str] | None = None


@dataclass(frozen=True)
class Removal:
    """A message left a folder. Unless `certain`, it may turn up in another folder of the same run (Graph's moves)."""

    provider_message_id: str
    certain: bool


@dataclass(frozen=True)
class Unreadable:
    """A message that could not be fetched or decoded; it goes to the ledger, the rest of the mailbox goes on."""

    provider_message_id: str
    reason: Literal["could not be read", "too large", "refused by the provider"]
    detail: str = ""


@dataclass(frozen=True)
class Page:
    """What one step of reading brought: commit all of it, and `cursor` with it, in one transaction.

    Args:
        stream: which cursor moves: a folder id (Graph) or "mailbox" (Gmail); empty: none does.
        cursor: opaque; hand it back to read on from here.
        total: messages expected in the whole import, when known.
        caught_up: the stream has no more to tell for now.
        under_way: the next answers are on their way already; who stops reading here wastes them.
    """

    stream: str
    cursor: str
    messages: tuple[FetchedMessage, ...] = ()
    states: tuple[MessageState, ...] = ()
    removals: tuple[Removal, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    total: int | None = None
    caught_up: bool = False
    under_way: bool = False

"""A message as it was sent, headers and all, fetched from its provider for the curious."""

import asyncio
import re
from dataclasses import dataclass, field

from easycrm.mail.at_provider import StillInMailbox, source_of
from easycrm.mail.connection import ConnectionEnded

SHOWN_BYTES = 1_000_000
_NOT_IN_NAMES = re.compile(r"[^\w .()-]+")


@dataclass(frozen=True)
class Original:
    """RFC 5322 bytes, and a file name for them."""

    file_name: str
    raw: bytes = field(repr=False)

    @property
    def shown(self) -> bytes:
        """As much as is shown on a page."""
        return self.raw[:SHOWN_BYTES]


async def original(user_id: int, message_id: int) -> Original:
    """One's own message as its provider has it; a colleague does not get it: it may name recipients in Bcc.

    Raises:
        NotFound: there is no such message, or it is somebody else's.
        StillInMailbox: its mailbox is not connected, or stopped being so.
        MessageGone: it is not in the mailbox any more.
        ProviderError: it cannot be had at the moment.
    """
    source = await asyncio.to_thread(source_of, user_id, message_id, owner_only=True)
    try:
        raw = await source.provider.original(source.access, source.message.provider_message_id)
    except ConnectionEnded as error:
        raise StillInMailbox from error
    name = _NOT_IN_NAMES.sub(" ", source.message.subject).strip(" .")[:80].strip()
    return Original(f"{name or 'message'}.eml", raw)

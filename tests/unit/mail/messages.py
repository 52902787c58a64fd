"""A fetched message for tests, of which each says only what matters to it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from easycrm.providers.pages import Address, FetchedMessage

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
_PLAIN = FetchedMessage(
    provider_message_id="1", provider_thread_id="1", message_id_header="", subject="Figures",
    sender=Address("grace@example.org", "Grace"), to=(), cc=(), bcc=(), reply_to=(), received_at=START,
    snippet="Here they are", text="Here they are", html="", unread=False, starred=False, labels=(),
)  # fmt: skip


def fetched(ident: str, **what: Any) -> FetchedMessage:
    """A message of Grace's, in a thread of its own unless one is named."""
    return replace(_PLAIN, **{"provider_message_id": ident, "provider_thread_id": ident, **what})

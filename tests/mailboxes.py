"""Mailboxes whose mail is stored page by page as the sync stores it, without a provider."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.mail import store
from easycrm.mail.connection import Connection
from easycrm.mail.message import Message
from easycrm.people.user import User
from easycrm.providers.pages import Address, FetchedMessage, Page, Removal


@dataclass
class Mailbox:
    """A mailbox that this test has leased."""

    user_id: int
    connection_id: int
    owner: str = field(default_factory=lambda: secrets.token_hex(8))

    def commit(self, *messages: FetchedMessage, **more: Any) -> store.Stored:
        """Store a page."""
        return store.commit_page(self.connection_id, 1, self.owner, Page("mailbox", "cursor", messages, **more))

    def remove(self, provider_message_ids: Sequence[str]) -> int:
        """Take over that the provider has these no more."""
        return self.commit(removals=tuple(Removal(one, certain=True) for one in provider_message_ids)).removed

    def ids(self) -> dict[str, int]:
        """Ids of the stored messages by the provider's."""
        with reading() as session:
            query = select(Message.provider_message_id, Message.id).where(Message.connection_id == self.connection_id)
            return {provider_id: ident or 0 for provider_id, ident in session.exec(query.order_by(col(Message.id)))}


def user(name: str = "") -> int:
    """A new user; the id."""
    with transaction() as session:
        made = User(email=f"{name or secrets.token_hex(6)}@example.com", password_hash="unused")
        session.add(made)
        session.flush()
        return made.id or 0


def mailbox(user_id: int, address: str = "") -> Mailbox:
    """A new mailbox of that user."""
    made = Mailbox(user_id, 0)
    with transaction() as session:
        row = Connection(
            user_id=user_id,
            provider="google",
            subject=secrets.token_hex(8),
            address=address or f"{secrets.token_hex(6)}@example.org",
            lease_owner=made.owner,
            lease_until=now() + timedelta(hours=1),
        )
        session.add(row)
        session.flush()
        made.connection_id = row.id or 0
    return made


def fetched(ident: str, received_at: datetime, **more: Any) -> FetchedMessage:
    """A message as a provider hands it over, plain but for what is said."""
    plain: dict[str, Any] = {
        "provider_thread_id": ident, "message_id_header": f"<{ident}@example.org>", "subject": "", "text": "",
        "sender": Address("ada@example.net", "Ada"), "to": (Address("grace@example.org", "Grace"),), "cc": (),
        "bcc": (), "reply_to": (), "html": "", "unread": False, "starred": False, "labels": (),
    }  # fmt: skip
    plain.update(more)
    plain.setdefault("snippet", plain["text"][:100])
    return FetchedMessage(provider_message_id=ident, received_at=received_at, **plain)

"""Mailboxes connected through the real provider code and the simulator, for tests of what follows."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sqlmodel import col, func, select, update

from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.mail import consent, provider_setup, sync
from easycrm.mail.connection import Connection
from easycrm.mail.message import Message
from easycrm.mail.sync_run import SkippedMessage
from easycrm.people.user import User, UserSession
from tests.simulator_process import Simulator

APPLICATIONS = {
    "google": ("easycrm-demo.apps.googleusercontent.com", "demo-google-secret"),
    "microsoft": ("8f1e6a5c-0000-4000-8000-00000000c0de", "demo-microsoft-secret"),
}


@dataclass
class Mailbox:
    """A connected mailbox and the provider's side of it."""

    simulator: Simulator
    provider: str
    email: str
    user_id: int
    session_id: int
    connection_id: int = 0

    async def connect(self, **options: Any) -> None:
        """Go to the consent screen and come back."""
        url = await consent.begin(user_id=self.user_id, session_id=self.session_id, provider=self.provider, **options)
        back = urlsplit(self.simulator.approve(url, self.email))
        done = await consent.complete(
            user_id=self.user_id, session_id=self.session_id, provider=self.provider, answer=parse_qsl(back.query)
        )
        self.connection_id = done.connection_id

    async def sync(self, *, most_slices: int = 1000) -> None:
        """Do what the worker would, slice after slice, as if it were due."""
        self.make_due()
        for _ in range(most_slices):
            if await sync.sync_mailbox(self.connection_id) is None:
                return

    def make_due(self) -> None:
        """Let it be due now, held by nobody."""
        with transaction() as session:
            session.exec(
                update(Connection)
                .where(col(Connection.id) == self.connection_id)
                .values(next_sync_at=now() - timedelta(seconds=1), lease_until=None)
            )

    def row(self) -> Connection:
        """The connection as it is stored."""
        with reading() as session:
            return session.get_one(Connection, self.connection_id)

    def stored(self) -> dict[str, Message]:
        """Stored messages by the provider's id."""
        with reading() as session:
            query = select(Message).where(Message.connection_id == self.connection_id)
            return {message.provider_message_id: message for message in session.exec(query)}

    def count(self) -> int:
        """How many messages are stored."""
        with reading() as session:
            mine = select(func.count()).select_from(Message).where(Message.connection_id == self.connection_id)
            return session.exec(mine).one()

    def ledger(self) -> dict[str, str]:
        """Reasons by the provider's id, for what was not stored."""
        with reading() as session:
            query = select(SkippedMessage).where(SkippedMessage.connection_id == self.connection_id)
            return {entry.provider_message_id: entry.reason for entry in session.exec(query)}

    def wanted(self) -> dict[str, dict[str, Any]]:
        """What the provider has in the window."""
        row = self.row()
        began = row.import_started_at or now()
        days = row.window_days
        since = (began - timedelta(days=days)).timestamp() if days is not None else 0
        return self.simulator.importable(self.email, since)

    def assert_equal(self) -> None:
        """What is stored is what the provider has: nothing lost, nothing doubled, every state followed."""
        stored, wanted = self.stored(), self.wanted()
        assert set(stored) | set(self.ledger()) == set(wanted)
        for ident, message in stored.items():
            assert (message.unread, message.starred) == (wanted[ident]["unread"], wanted[ident]["starred"]), ident
            if self.provider == "google":
                assert (" INBOX " in message.labels) == (wanted[ident]["folder"] == "inbox"), ident
        assert len({message.sort_key for message in stored.values()}) == len(stored)


def prepare(simulator: Simulator, provider: str, email: str) -> Mailbox:
    """A member with a session, and the provider configured."""
    with transaction() as session:
        user = User(email=f"member-{secrets.token_hex(4)}@example.com", password_hash="unused")
        session.add(user)
        session.flush()
        browser = UserSession(
            user_id=user.id or 0, token_hash=secrets.token_hex(8), expires_at=now() + timedelta(days=1)
        )
        session.add(browser)
        session.flush()
        user_id, session_id = user.id or 0, browser.id or 0
    client_id, secret = APPLICATIONS[provider]
    provider_setup.save(actor_id=user_id, provider=provider, client_id=client_id, client_secret=secret, enabled=True)
    return Mailbox(simulator, provider, email, user_id, session_id)

"""A team with mailboxes and mail, written straight into the tables."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from easycrm.core.db import transaction
from easycrm.mail import message_rows, search_index
from easycrm.mail.connection import Connection
from easycrm.mail.message import Message, MessageBody, Participant
from easycrm.mail.thread import Thread
from easycrm.people.user import User
from easycrm.providers.pages import Address, FetchedMessage
from tests.mailboxes import fetched

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


@dataclass
class Member:
    """Somebody with one mailbox."""

    user_id: int
    connection_id: int
    address: str
    name: str


@dataclass
class Team:
    """Members by first name; `mail` puts a message into one's mailbox, each a minute later than the one before."""

    members: dict[str, Member] = field(default_factory=dict[str, Member])
    sent: int = 0

    def join(self, name: str, *, visibility: str = "metadata", domain: str = "example.com") -> Member:
        address = f"{name}@{domain}"
        with transaction() as session:
            user = User(email=address, name=name.title(), password_hash="unused")
            session.add(user)
            session.flush()
            connection = Connection(
                user_id=user.id or 0, provider="google", subject=name, address=address, visibility=visibility
            )
            session.add(connection)
            session.flush()
            made = Member(user.id or 0, connection.id or 0, address, name.title())
        self.members[name] = made
        return made

    def mail(
        self, to_mailbox: str, sender: str, *to: str, cc: tuple[str, ...] = (), bcc: tuple[str, ...] = (),
        header: str = "", subject: str = "Figures", at: datetime | None = None, thread_id: int = 0,
    ) -> int:  # fmt: skip
        self.sent += 1
        ident = secrets.token_hex(6)
        message = fetched(
            ident, at or START + timedelta(minutes=self.sent), message_id_header=header, subject=subject,
            sender=Address(sender, sender.partition("@")[0].title()), to=tuple(map(Address, to)),
            cc=tuple(map(Address, cc)), bcc=tuple(map(Address, bcc)),
            text="Here they are",
        )  # fmt: skip
        with transaction() as session:
            return store(session, self.members[to_mailbox].connection_id, message, thread_id)


def store(session: Session, connection_id: int, message: FetchedMessage, thread_id: int = 0) -> int:
    """One message with its parts."""
    if not thread_id:
        thread = Thread(connection_id=connection_id, provider_thread_id=message.provider_thread_id, messages=1)
        session.add(thread)
        session.flush()
        thread_id = thread.id or 0
    row = Message(**message_rows.message_row(connection_id, 1, thread_id, message))
    session.add(row)
    session.flush()
    ident = row.id or 0
    session.add(MessageBody(**message_rows.body_row(ident, message)))
    session.add_all(Participant(**row) for row in message_rows.participant_rows(connection_id, ident, message))
    session.flush()
    search_index.add(session, search_index.stored(session, [ident]))
    return ident

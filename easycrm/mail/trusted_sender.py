"""Senders whose remote images a user wants to see without being asked each time."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field, Session, col, delete, select

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import Table, UtcDateTime, add_unless_there, reading, transaction
from easycrm.core.errors import InvalidInput
from easycrm.mail.visibility import readable


class TrustedSender(Table, table=True):
    """One address, in lower case, that one user trusts."""

    user_id: int = Field(foreign_key="user.id", primary_key=True)
    email: str = Field(max_length=320, primary_key=True)
    created_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime, nullable=False))


def trust(user_id: int, message_id: int) -> str:
    """From now on, show this user the images of whoever sent the message; the sender's address.

    Raises:
        NotFound: there is no such message, or it is not this user's to read.
        InvalidInput: it names no sender.
    """
    with transaction() as session:
        email = readable(session, user_id, message_id).sender_email
        if not email:
            raise InvalidInput(wording.reading.NO_SUCH_SENDER)
        add_unless_there(session, TrustedSender(user_id=user_id, email=email))
        return email


def distrust(user_id: int, email: str) -> None:
    """Ask again before images of this sender are shown; nothing happens where they never were."""
    with transaction() as session:
        session.exec(
            delete(TrustedSender).where(
                col(TrustedSender.user_id) == user_id, col(TrustedSender.email) == email.lower()
            )
        )


def trust_again(user_id: int, email: str) -> None:
    """Undo `distrust`; nothing happens where this sender is trusted."""
    with transaction() as session:
        add_unless_there(session, TrustedSender(user_id=user_id, email=email.lower()[:320]))


def listed(user_id: int) -> list[str]:
    """The addresses that this user trusts, in alphabetical order."""
    with reading() as session:
        query = select(TrustedSender.email).where(TrustedSender.user_id == user_id)
        return list(session.exec(query.order_by(col(TrustedSender.email))))


def among(session: Session, user_id: int, emails: Collection[str]) -> set[str]:
    """Those of these addresses that this user trusts."""
    query = select(TrustedSender.email).where(
        TrustedSender.user_id == user_id, col(TrustedSender.email).in_(set(emails))
    )
    return set(session.exec(query))

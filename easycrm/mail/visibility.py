"""What colleagues see of a mailbox's mail: the owner's choice, and the one rule by which a message may be read."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session, col, select

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.core.errors import InvalidInput, NotFound
from easycrm.mail.connection import Connection, owned
from easycrm.mail.contact import ContactAddress
from easycrm.mail.exclusion import hides_internal, internal_domains
from easycrm.mail.message import Message, Participant
from easycrm.notices import audit

WRITTEN_IN = ("from", "to", "cc", "bcc")
"""The roles that make somebody a party to a message."""


class Visibility(StrEnum):
    """What colleagues see of a mailbox in contact timelines; each level shows more than the one before."""

    PRIVATE = "private"
    METADATA = "metadata"
    SUBJECT = "subject"
    EVERYTHING = "everything"


LEVELS = tuple(Visibility)
"""From the one that shows least."""
SHOWN = LEVELS[1:]
"""The levels that show colleagues anything."""


@dataclass(frozen=True)
class Choice:
    """What the owner of a mailbox has decided."""

    address: str
    level: str
    creates_contacts: bool


def chosen(user_id: int, connection_id: int) -> Choice:
    """What the owner of a mailbox has decided.

    Raises:
        NotFound: the mailbox is not this user's.
    """
    with reading() as session:
        connection = owned(session, user_id, connection_id)
    return Choice(connection.address, connection.visibility, connection.creates_contacts_since is not None)


def choose(user_id: int, connection_id: int, level: str) -> None:
    """Let the owner of a mailbox decide what colleagues see of it.

    Raises:
        NotFound: the mailbox is not this user's.
        InvalidInput: there is no such level.
    """
    if level not in list(Visibility):
        raise InvalidInput(wording.contacts.NO_SUCH_VISIBILITY, field="visibility")
    with transaction() as session:
        connection = owned(session, user_id, connection_id)
        before, connection.visibility = connection.visibility, str(level)
        if before != level:
            connection.changed_seq += 1
            told = f"{before} to {level}"
            audit.record(session, "visibility.changed", actor_id=user_id, subject=connection.address, detail=told)


def create_contacts(user_id: int, connection_id: int, *, wanted: bool) -> None:
    """Let the owner of a mailbox decide whether people written to from it become the team's contacts.

    Raises:
        NotFound: the mailbox is not this user's.
    """
    with transaction() as session:
        connection = owned(session, user_id, connection_id)
        if (connection.creates_contacts_since is not None) != wanted:
            connection.creates_contacts_since = now() if wanted else None
            told = "on" if wanted else "off"
            audit.record(session, "contact_creation.changed", actor_id=user_id, subject=connection.address, detail=told)


def readable(session: Session, user_id: int, message_id: int) -> Message:
    """A message that this user may open: one's own, or a colleague's that shows everything and is in a timeline.

    Raises:
        NotFound: there is no such message, or it is not this user's to read.
    """
    query = select(Message, Connection.user_id, Connection.visibility).where(
        Message.id == message_id, col(Connection.id) == col(Message.connection_id)
    )
    found = session.exec(query).first()
    if found is None:
        raise NotFound
    message, owner_id, level = found
    if owner_id != user_id and not (level == Visibility.EVERYTHING and _in_a_timeline(session, message_id)):
        raise NotFound
    return message


def is_internal(base_emails: Collection[str], domains: Collection[str]) -> bool:
    """Whether all of these addresses are in these domains."""
    return all(email.rpartition("@")[2] in domains for email in base_emails)


def _in_a_timeline(session: Session, message_id: int) -> bool:
    """Whether some contact's timeline lists the message: mail with others is nobody's but its owner's."""
    query = select(Participant.base_email).where(
        Participant.message_id == message_id, col(Participant.role).in_(WRITTEN_IN)
    )
    parties = set(session.exec(query))
    known = select(ContactAddress.id).where(col(ContactAddress.base_email).in_(parties))
    if not parties or session.exec(known).first() is None:
        return False
    return not (hides_internal(session) and is_internal(parties, internal_domains(session)))

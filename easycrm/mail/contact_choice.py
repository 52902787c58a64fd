"""Whom a message may go to, as the person types: the team's contacts, one's own imported ones, people in one's mail."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from easycrm.core.db import reading
from easycrm.mail.base_email import base_email, is_automatic
from easycrm.mail.connection import Connection
from easycrm.mail.contact import Contact, ContactAddress
from easycrm.mail.imported import ImportedAddress, ImportedContact
from easycrm.mail.message import Message, Participant

RECENT = 1000
_LONGEST = 100
_LAST = "\U0010ffff"


@dataclass(frozen=True)
class Person:
    """Somebody to write to; `name` may be empty."""

    name: str
    email: str


def complete(user_id: int, text: str, limit: int = 8, *, recent: int = RECENT) -> list[Person]:
    """People whose name has a word, or whose address begins, with `text`: contacts first, then one's mail.

    Args:
        recent: how many of one's newest messages are looked through for a name; older ones go by address alone.
    """
    wanted = text.strip().casefold()[:_LONGEST]
    if not wanted:
        return []
    found: dict[str, Person] = {}
    with reading() as session:
        mine = list(session.exec(select(Connection.id).where(Connection.user_id == user_id)))
        for people in _sources(session, mine, wanted, limit, recent):
            for person in people:
                if not is_automatic(person.email):
                    found.setdefault(base_email(person.email), person)
            if len(found) >= limit:
                break
    return list(found.values())[:limit]


def _sources(
    session: Session, mine: list[int | None], text: str, limit: int, recent: int
) -> Iterator[Iterable[Person]]:
    """Each source only if those before were not enough."""
    yield _contacts(session, text, limit)
    if mine:
        yield _imported(session, mine, text, limit)
        yield _recent(session, mine, text, limit, recent)
        yield _by_address(session, mine, text, limit)


def _contacts(session: Session, text: str, limit: int) -> list[Person]:
    matches = or_(*_begins(Contact.sort_name, text), col(ContactAddress.email).startswith(text, autoescape=True))
    query = select(Contact.name, ContactAddress.email).where(
        col(ContactAddress.contact_id) == col(Contact.id), col(ContactAddress.living), matches
    )
    return [
        _person(*row)
        for row in session.exec(query.order_by(col(Contact.sort_name), col(ContactAddress.id)).limit(limit))
    ]


def _imported(session: Session, mine: list[int | None], text: str, limit: int) -> list[Person]:
    matches = or_(
        *_begins(ImportedContact.sort_name, text), col(ImportedAddress.email).startswith(text, autoescape=True)
    )
    query = select(ImportedContact.name, ImportedAddress.email).where(
        col(ImportedContact.connection_id).in_(mine),
        col(ImportedAddress.imported_contact_id) == col(ImportedContact.id),
        matches,
    )
    order = (col(ImportedContact.sort_name), col(ImportedAddress.id))
    return [_person(*row) for row in session.exec(query.order_by(*order).limit(limit))]


def _recent(session: Session, mine: list[int | None], text: str, limit: int, recent: int) -> list[Person]:
    newest = (
        select(Message.id)
        .where(col(Message.connection_id).in_(mine))
        .order_by(col(Message.sort_key).desc())
        .limit(recent)
        .subquery()
    )
    matches = or_(*_begins(Participant.name, text), col(Participant.email).startswith(text, autoescape=True))
    query = select(Participant.name, Participant.email).where(
        col(Participant.message_id) == newest.c.id, col(Participant.role) != "reply_to", matches
    )
    return _distinct(session.exec(query.order_by(col(Participant.sort_key).desc()).limit(limit * 25)))


def _by_address(session: Session, mine: list[int | None], text: str, limit: int) -> list[Person]:
    """One's older mail, by the beginning of the address: an index range."""
    known = (
        select(Participant.base_email)
        .where(
            col(Participant.base_email) >= text,
            col(Participant.base_email) < text + _LAST,
            col(Participant.connection_id).in_(mine),
            col(Participant.role) != "reply_to",
        )
        .group_by(Participant.base_email)
        .order_by(Participant.base_email)
        .limit(limit * 2)
    )
    return [Person("", email) for email in session.exec(known)]


def _begins(column: str, text: str) -> tuple[ColumnElement[bool], ...]:
    """One of the words in `column` begins with `text`."""
    lowered = col(column)
    return (
        lowered.istartswith(text, autoescape=True),
        lowered.icontains(f" {text}", autoescape=True),
    )


def _distinct(rows: Iterable[tuple[str, str]]) -> list[Person]:
    """Each address once, with the first name that came with it."""
    found: dict[str, Person] = {}
    for name, email in rows:
        key = base_email(email)
        if key not in found or (name and not found[key].name):
            found[key] = _person(name, email)
    return list(found.values())


def _person(name: str, email: str) -> Person:
    return Person("" if name == email else name, email)

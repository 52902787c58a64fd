"""One's own imported contacts, added to the team's: the one step by which others come to see them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from easycrm.core.db import add_unless_there, reading, transaction
from easycrm.core.errors import NotFound
from easycrm.mail.base_email import base_email
from easycrm.mail.company_edit import named, sorted_name
from easycrm.mail.contact import Contact, ContactAddress, Source, by_address
from easycrm.mail.imported import ImportedPerson, one_of_user
from easycrm.notices import audit


@dataclass(frozen=True)
class Added:
    """Ids of the team's contacts: those that are new, and those that were there and are left as they are."""

    new: tuple[int, ...]
    known: tuple[int, ...]


def add_to_team(user_id: int, imported_ids: Sequence[int]) -> Added:
    """Make contacts of the team out of one's own imported ones; whom the team knows already is not doubled.

    Raises:
        NotFound: one of them is not theirs; none is added then.
    """
    new: list[int] = []
    known: list[int] = []
    with transaction() as session:
        for ident in dict.fromkeys(imported_ids):
            person = one_of_user(session, user_id, ident)
            if person is None:
                raise NotFound
            there = _of_team(session, person)
            if there is None:
                new.append(_create(session, user_id, person))
            else:
                known.append(there)
        if new:
            audit.record(session, "contacts.added", actor_id=user_id, detail=f"{len(new)} imported contacts")
    return Added(tuple(new), tuple(known))


def known_of(people: Sequence[Sequence[str]]) -> list[int]:
    """For each of these lists of addresses the id of the team's contact with one of them, or 0."""
    with reading() as session:
        found = by_address(session, [email for emails in people for email in emails])
    return [next((found[base].id or 0 for base in map(base_email, emails) if base in found), 0) for emails in people]


def _of_team(session: Session, person: ImportedPerson) -> int | None:
    """The contact with one of these addresses; without any address, the one of this name and number."""
    if person.emails:
        found = by_address(session, person.emails)
        return next((found[base].id for base in map(base_email, person.emails) if base in found), None)
    same = select(Contact.id).where(
        Contact.sort_name == sorted_name(person.name),
        Contact.phone == _phone(person),
        col(Contact.archived_at).is_(None),
    )
    return session.exec(same.limit(1)).first()


def _create(session: Session, user_id: int, person: ImportedPerson) -> int:
    contact = Contact(
        name=person.name,
        sort_name=sorted_name(person.name),
        title=person.title,
        company_id=named(session, user_id, person.company),
        phone=_phone(person),
        source=Source.IMPORTED,
        created_by=user_id,
    )
    session.add(contact)
    session.flush()
    ident = contact.id or 0
    for email in person.emails:
        add_unless_there(session, ContactAddress(contact_id=ident, email=email, base_email=base_email(email)[:320]))
    return ident


def _phone(person: ImportedPerson) -> str:
    return person.phones[0] if person.phones else ""

"""Makes contacts of the people that a mailbox's owner writes to, where the owner wants that."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from easycrm.core.db import add_unless_there, transaction
from easycrm.mail import sift
from easycrm.mail.base_email import base_email, is_automatic
from easycrm.mail.company import Company
from easycrm.mail.company_edit import sorted_name
from easycrm.mail.connection import Connection
from easycrm.mail.contact import Contact, ContactAddress, Source
from easycrm.mail.folder import MailFolder
from easycrm.mail.internal_mail import PUBLIC_MAIL, internal_domains
from easycrm.mail.message_rows import clean
from easycrm.mail.recipients import parsed, unsafe
from easycrm.notices import audit
from easycrm.providers.pages import Address, FetchedMessage

MOST_RECIPIENTS = 20
"""An email to more people is a circular: they do not become contacts."""


@dataclass(frozen=True)
class _Wanted:
    base: str
    email: str
    name: str


def from_sync(session: Session, connection: Connection, messages: Sequence[FetchedMessage]) -> None:
    """Note whom the owner wrote to in these messages, within the transaction that stores them.

    Only what lies in Sent counts, since anybody can put the owner's address into From, and only since the owner asked
    for it.
    """
    since = connection.creates_contacts_since
    if since is None:
        return
    sent = _sent_folders(session, connection)
    people = [
        person
        for message in messages
        if message.received_at >= since and sent.intersection(message.labels)
        for person in _few((*message.to, *message.cc, *message.bcc))
    ]
    _create(session, connection, people)


def from_outbox(connection_id: int, recipients: Iterable[str]) -> None:
    """Note whom the owner has just written to from EasyCRM; the copy may lie where nothing is imported from."""
    people = _few([person for line in recipients for person in parsed(line)])
    with transaction() as session:
        connection = session.get(Connection, connection_id)
        if connection is not None and connection.creates_contacts_since is not None:
            _create(session, connection, people)


def _sent_folders(session: Session, connection: Connection) -> frozenset[str]:
    query = select(MailFolder.provider_folder_id).where(
        MailFolder.connection_id == connection.id, MailFolder.kind == "sent"
    )
    return frozenset(session.exec(query))


def _few(people: Sequence[Address]) -> Sequence[Address]:
    return people if len(people) <= MOST_RECIPIENTS else ()


def _create(session: Session, connection: Connection, people: Sequence[Address]) -> None:
    wanted = _wanted(session, connection, people)
    domains = _companies(session, wanted)
    # In one order everywhere, so that two mailboxes never wait for each other.
    made = [one for one in sorted(wanted, key=lambda one: one.base) if _add(session, connection.user_id, one, domains)]
    if made:
        told = "1 person written to" if len(made) == 1 else f"{len(made)} people written to"
        audit.record(session, "contacts.added", actor_id=connection.user_id, detail=told)


def _wanted(session: Session, connection: Connection, people: Sequence[Address]) -> list[_Wanted]:
    """Those who are nobody's contact, no colleagues, and not left out by a rule."""
    if not people:
        return []
    ours, own, sieve = internal_domains(session), base_email(connection.address), sift.load(session, connection)
    found: dict[str, _Wanted] = {}
    for person in people:
        base = base_email(person.email)
        usable = _usable(person.email) and base != own and base.rpartition("@")[2] not in ours
        if usable and not is_automatic(base) and sieve.verdict([person.email], ()) is None:
            name = " ".join(clean(person.name).split())[:200]
            if base not in found or (name and found[base].name == found[base].email):
                found[base] = _Wanted(base, person.email.lower(), name or person.email.lower())
    # Archived ones count too: whom the team has put away does not come back by itself.
    known = select(ContactAddress.base_email).where(col(ContactAddress.base_email).in_(found))
    for base in session.exec(known).all() if found else ():
        found.pop(base, None)
    return list(found.values())


def _usable(email: str) -> bool:
    local, at, domain = email.rpartition("@")
    return (
        bool(local and at and "." in domain) and len(email) <= 200 and " " not in email and not any(map(unsafe, email))
    )


def _companies(session: Session, wanted: Sequence[_Wanted]) -> dict[str, int]:
    """The team's companies by domain, for those that have one of these."""
    domains = {one.base.rpartition("@")[2] for one in wanted} - PUBLIC_MAIL
    query = select(Company.domain, Company.id).where(
        col(Company.domain).in_(domains), col(Company.archived_at).is_(None)
    )
    return {domain: ident or 0 for domain, ident in session.exec(query)} if domains else {}


def _add(session: Session, user_id: int, person: _Wanted, companies: dict[str, int]) -> bool:
    contact = Contact(
        name=person.name,
        sort_name=sorted_name(person.name),
        company_id=companies.get(person.base.rpartition("@")[2]),
        source=Source.WRITTEN_TO,
        created_by=user_id,
    )
    session.add(contact)
    session.flush()
    row = ContactAddress(contact_id=contact.id or 0, email=person.email, base_email=person.base)
    if add_unless_there(session, row):
        return True
    session.delete(contact)
    session.flush()
    return False

"""Contacts as they are in a mailbox owner's own address book: the tables, and who may see them: the owner alone."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, Session, col, delete, select

from easycrm.core.clock import now
from easycrm.core.db import Table, UtcDateTime, portions
from easycrm.mail.base_email import base_email
from easycrm.mail.connection import Connection


class ImportedContact(Table, table=True):
    """One entry of the address book of a mailbox. The team sees it only once its owner has added it to the CRM."""

    __table_args__ = (
        Index("ix_imported_contact_identity", "connection_id", "provider_contact_id", unique=True),
        Index("ix_imported_contact_order", "connection_id", "sort_name", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    connection_id: int = Field(foreign_key="connection.id")
    provider_contact_id: str = Field(max_length=500)
    provider_folder_id: str = Field(default="", max_length=300)
    name: str = Field(description="or, without one, an address, a company or a phone number", max_length=200)
    sort_name: str = Field(description="the name as lists order it and as it is searched", max_length=200)
    company: str = Field(default="", max_length=200)
    title: str = Field(default="", max_length=200)
    phones: list[str] = Field(default_factory=list[str], sa_column=Column(JSON, nullable=False))
    seen: int = Field(description="the run of the import that told of it last")


class ImportedAddress(Table, table=True):
    """One email address of an imported contact, in lower case; `base_email` is without its +tag."""

    __table_args__ = (Index("ix_imported_address_base", "base_email", "connection_id"),)
    id: int | None = Field(default=None, primary_key=True)
    imported_contact_id: int = Field(foreign_key="imported_contact.id", index=True)
    connection_id: int = Field(foreign_key="connection.id")
    email: str = Field(max_length=320)
    base_email: str = Field(max_length=320)


class ContactImport(Table, table=True):
    """How far the address book of a mailbox was read, when it is due again, and who reads it."""

    connection_id: int = Field(foreign_key="connection.id", primary_key=True)
    generation: int = Field(default=0, description="that it was read in last; another one makes it due")
    cursor: str = Field(default="", description="opaque; empty: everything is to be read")
    run: int = Field(default=0, description="rises with each run that tells everything")
    owner: str = Field(default="", description="of the run that is under way", max_length=64)
    due_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime, nullable=False))
    failures: int = Field(default=0, description="in a row, since the last success")
    last_error: str = Field(default="", max_length=300)
    last_success_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


@dataclass(frozen=True)
class ImportedPerson:
    """An imported contact as its owner sees it."""

    id: int
    connection_id: int
    name: str
    company: str
    title: str
    phones: tuple[str, ...]
    emails: tuple[str, ...]


def of_user(
    session: Session, user_id: int, *, text: str = "", after: tuple[str, int] | None = None, limit: int = 50
) -> list[ImportedPerson]:
    """A page of one's own imported contacts in the order of their names.

    Args:
        text: a part of the name, or the beginning of an address.
        after: `sort_name` (casefolded name) and id of the last one of the page before.
    """
    name, ident = col(ImportedContact.sort_name), col(ImportedContact.id)
    query = select(ImportedContact).where(_mine(user_id))
    if text := text.strip().casefold():
        addressed = select(ImportedAddress.imported_contact_id).where(
            col(ImportedAddress.email).startswith(text, autoescape=True)
        )
        query = query.where(name.contains(text, autoescape=True) | ident.in_(addressed))
    if after:
        query = query.where((name > after[0]) | ((name == after[0]) & (ident > after[1])))
    return _people(session, session.exec(query.order_by(name, ident).limit(limit)))


def one_of_user(session: Session, user_id: int, imported_id: int) -> ImportedPerson | None:
    """One of the user's own imported contacts; None for somebody else's."""
    query = select(ImportedContact).where(_mine(user_id), ImportedContact.id == imported_id)
    return next(iter(_people(session, session.exec(query))), None)


def by_address(session: Session, user_id: int, emails: Iterable[str]) -> dict[str, ImportedPerson]:
    """The user's own imported contacts, by the base form of these addresses."""
    found: dict[str, ImportedPerson] = {}
    for some in portions({base_email(email) for email in emails if email}):
        owning = select(ImportedAddress.imported_contact_id).where(col(ImportedAddress.base_email).in_(some))
        query = select(ImportedContact).where(_mine(user_id), col(ImportedContact.id).in_(owning))
        for person in _people(session, session.exec(query)):
            found.update({base: person for base in map(base_email, person.emails) if base in some})
    return found


def delete_of(session: Session, connection_id: int) -> None:
    """Delete all that was imported from a mailbox's address book, and how far it was read."""
    for table in (ImportedAddress, ImportedContact, ContactImport):
        session.exec(delete(table).where(col(table.connection_id) == connection_id))


def _mine(user_id: int):
    mailboxes = select(Connection.id).where(Connection.user_id == user_id)
    return col(ImportedContact.connection_id).in_(mailboxes)


def _people(session: Session, rows: Iterable[ImportedContact]) -> list[ImportedPerson]:
    contacts = list(rows)
    emails = _emails(session, [contact.id or 0 for contact in contacts])
    return [
        ImportedPerson(
            contact.id or 0,
            contact.connection_id,
            contact.name,
            contact.company,
            contact.title,
            tuple(contact.phones),
            tuple(emails.get(contact.id or 0, ())),
        )
        for contact in contacts
    ]


def _emails(session: Session, ids: Collection[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for some in portions(ids):
        query = select(ImportedAddress.imported_contact_id, ImportedAddress.email).where(
            col(ImportedAddress.imported_contact_id).in_(some)
        )
        for ident, email in session.exec(query.order_by(col(ImportedAddress.id))):
            found.setdefault(ident, []).append(email)
    return found

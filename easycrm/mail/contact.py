"""The team's contacts and their addresses: the tables, and how one is found by an address."""

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index, text
from sqlmodel import Field, Session, col, select

from easycrm.core.clock import now
from easycrm.core.db import Table, UtcDateTime, portions
from easycrm.mail.base_email import base_email


class Source(StrEnum):
    """How a contact came to be one."""

    ENTERED = "entered"
    IMPORTED = "imported"
    WRITTEN_TO = "written to"


class Contact(Table, table=True):
    """Somebody the team has to do with; `version` rises with each edit."""

    __table_args__ = (Index("ix_contact_order", "sort_name", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=200)
    sort_name: str = Field(description="the name as lists order it and as it is searched", max_length=200)
    title: str = Field(default="", max_length=200)
    company_id: int | None = Field(default=None, foreign_key="company.id", index=True)
    phone: str = Field(default="", max_length=100)
    notes: str = ""
    source: str = Field(default=Source.ENTERED, max_length=20)
    version: int = 1
    created_by: int
    created_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime, nullable=False))
    archived_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class ContactAddress(Table, table=True):
    """One address of a contact; no two contacts that are not archived have the same `base_email`."""

    __table_args__ = (
        Index("ix_contact_address_living", "base_email", unique=True,
              sqlite_where=text("living"), postgresql_where=text("living")),
        Index("ix_contact_address_base_email", "base_email"),
    )  # fmt: skip
    id: int | None = Field(default=None, primary_key=True)
    contact_id: int = Field(foreign_key="contact.id", index=True)
    email: str = Field(max_length=320, description="as written, in lower case")
    base_email: str = Field(max_length=320)
    living: bool = Field(default=True, description="its contact is not archived")


def by_address(session: Session, emails: Iterable[str]) -> dict[str, Contact]:
    """Contacts that are not archived, by the base form of these addresses."""
    found: dict[str, Contact] = {}
    for some in portions({base_email(email) for email in emails if email}):
        query = select(ContactAddress.base_email, Contact).where(
            col(ContactAddress.base_email).in_(some),
            col(ContactAddress.living),
            col(Contact.id) == col(ContactAddress.contact_id),
        )
        found.update(session.exec(query).all())
    return found


def addresses_of(session: Session, contact_ids: Collection[int]) -> dict[int, list[ContactAddress]]:
    """Addresses by contact, in the order in which they were entered."""
    found: dict[int, list[ContactAddress]] = {}
    query = select(ContactAddress).where(col(ContactAddress.contact_id).in_(contact_ids))
    for one in session.exec(query.order_by(col(ContactAddress.id))) if contact_ids else ():
        found.setdefault(one.contact_id, []).append(one)
    return found

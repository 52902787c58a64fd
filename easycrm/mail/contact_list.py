"""The team's contacts and companies as people page through them, by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import Mapped
from sqlmodel import Session, and_, col, func, or_, select

from easycrm.core.db import reading
from easycrm.mail import timeline_query
from easycrm.mail.company import Company
from easycrm.mail.contact import Contact, ContactAddress, addresses_of
from easycrm.mail.timeline_query import Summary

PAGE = 50
Key = tuple[str, int]
"""The name as it is sorted, and the id, of a page's last row."""


@dataclass(frozen=True)
class ContactRow:
    """A line of the list; the count and the last contact are of what the viewer may see."""

    id: int
    name: str
    title: str
    company_id: int
    company: str
    email: str
    count: int
    last_at: datetime | None
    archived: bool


@dataclass(frozen=True)
class CompanyRow:
    """A line of the list of companies."""

    id: int
    name: str
    domain: str
    people: int


@dataclass(frozen=True)
class ContactPage:
    """Some contacts, and the key of the next page: None where there is none."""

    rows: list[ContactRow]
    next_after: Key | None


@dataclass(frozen=True)
class CompanyPage:
    """Some companies, and the key of the next page: None where there is none."""

    rows: list[CompanyRow]
    next_after: Key | None


def contacts(
    viewer_id: int, *, text: str = "", archived: bool = False, after: Key | None = None, limit: int = PAGE
) -> ContactPage:
    """Contacts in the order of their names.

    Args:
        text: a part of the name or of the company's, or the beginning of an address.
    """
    name, ident = col(Contact.sort_name), col(Contact.id)
    shelved = col(Contact.archived_at)
    query = (
        select(Contact, Company.name)
        .join(Company, col(Company.id) == col(Contact.company_id), isouter=True)
        .where(shelved.is_not(None) if archived else shelved.is_(None))
    )
    if wanted := text.strip().casefold():
        addressed = select(ContactAddress.contact_id).where(
            col(ContactAddress.email).startswith(wanted, autoescape=True)
        )
        company = col(Company.sort_name).contains(wanted, autoescape=True)
        query = query.where(or_(name.contains(wanted, autoescape=True), company, ident.in_(addressed)))
    with reading() as session:
        found = session.exec(query.where(_beyond(name, ident, after)).order_by(name, ident).limit(limit + 1)).all()
        rows = _rows(session, viewer_id, found[:limit])
    return ContactPage(rows, _next(found, limit, lambda one: (one[0].sort_name, one[0].id)))


def of_company(session: Session, viewer_id: int, company_id: int, limit: int = 200) -> list[ContactRow]:
    """The people of a company that are not archived, by name."""
    query = select(Contact, Company.name).where(
        Contact.company_id == company_id, col(Company.id) == col(Contact.company_id), col(Contact.archived_at).is_(None)
    )
    found = session.exec(query.order_by(col(Contact.sort_name), col(Contact.id)).limit(limit)).all()
    return _rows(session, viewer_id, found)


def companies(*, text: str = "", archived: bool = False, after: Key | None = None, limit: int = PAGE) -> CompanyPage:
    """Companies in the order of their names.

    Args:
        text: a part of the name, or the beginning of the domain.
    """
    name, ident, shelved = col(Company.sort_name), col(Company.id), col(Company.archived_at)
    people = (
        select(func.count(col(Contact.id)))
        .where(Contact.company_id == Company.id, col(Contact.archived_at).is_(None))
        .correlate(Company)
        .scalar_subquery()
    )
    query = select(Company, people).where(shelved.is_not(None) if archived else shelved.is_(None))
    if wanted := text.strip().casefold():
        domain = col(Company.domain).startswith(wanted, autoescape=True)
        query = query.where(or_(name.contains(wanted, autoescape=True), domain))
    with reading() as session:
        found = session.exec(query.where(_beyond(name, ident, after)).order_by(name, ident).limit(limit + 1)).all()
    rows = [CompanyRow(one.id or 0, one.name, one.domain, count) for one, count in found[:limit]]
    return CompanyPage(rows, _next(found, limit, lambda one: (one[0].sort_name, one[0].id)))


def company_names(limit: int = 300) -> list[str]:
    """Names to choose from when a company is entered."""
    with reading() as session:
        query = select(Company.name).where(col(Company.archived_at).is_(None))
        return list(session.exec(query.order_by(col(Company.sort_name)).limit(limit)))


def _beyond(name: Mapped[str], ident: Mapped[int | None], after: Key | None) -> ColumnElement[bool]:
    return or_(name > after[0], and_(name == after[0], ident > after[1])) if after else true()


def _next(found: Sequence[Any], limit: int, key: Callable[[Any], Key]) -> Key | None:
    return key(found[limit - 1]) if len(found) > limit else None


def _rows(session: Session, viewer_id: int, found: Sequence[tuple[Contact, str | None]]) -> list[ContactRow]:
    addresses = addresses_of(session, [contact.id or 0 for contact, _ in found])
    most = max(map(len, addresses.values()), default=0)
    summaries = timeline_query.summaries(session, viewer_id, list(addresses), most) if most else {}
    return [_row(one, company, addresses, summaries.get(one.id or 0)) for one, company in found]


def _row(
    contact: Contact, company: str | None, addresses: dict[int, list[ContactAddress]], summary: Summary | None
) -> ContactRow:
    emails = [one.email for one in addresses.get(contact.id or 0, ())]
    return ContactRow(
        id=contact.id or 0,
        name=contact.name,
        title=contact.title,
        company_id=contact.company_id or 0,
        company=company or "",
        email=next(iter(emails), ""),
        count=summary.count if summary else 0,
        last_at=summary.last_at if summary else None,
        archived=contact.archived_at is not None,
    )

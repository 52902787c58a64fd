"""One contact or company in full, with the mail that the viewer may see of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from easycrm.core.db import reading
from easycrm.core.errors import NotFound
from easycrm.mail import contact_list, timeline
from easycrm.mail.base_email import base_email
from easycrm.mail.company import Company
from easycrm.mail.contact import Contact, ContactAddress, addresses_of, by_address
from easycrm.mail.contact_list import ContactRow
from easycrm.mail.exclusion_rule import shown
from easycrm.mail.timeline import TimelinePage


@dataclass(frozen=True)
class ContactView:
    """A contact."""

    id: int
    version: int
    name: str
    title: str
    company_id: int
    company: str
    phone: str
    notes: str
    source: str
    emails: tuple[str, ...]
    created_at: datetime
    archived: bool


@dataclass(frozen=True)
class CompanyView:
    """A company and its people."""

    id: int
    version: int
    name: str
    domain: str
    website: str
    notes: str
    archived: bool
    people: tuple[ContactRow, ...]


def contact(contact_id: int) -> ContactView:
    """A contact; every member may see it.

    Raises:
        NotFound: there is no such contact.
    """
    with reading() as session:
        found, emails = _contact(session, contact_id)
        company = session.get(Company, found.company_id) if found.company_id else None
    return ContactView(
        id=contact_id,
        version=found.version,
        name=found.name,
        title=found.title,
        company_id=found.company_id or 0,
        company=company.name if company else "",
        phone=found.phone,
        notes=found.notes,
        source=found.source,
        emails=emails,
        created_at=found.created_at,
        archived=found.archived_at is not None,
    )


def company(viewer_id: int, company_id: int) -> CompanyView:
    """A company; every member may see it.

    Raises:
        NotFound: there is no such company.
    """
    with reading() as session:
        found = session.get(Company, company_id)
        if found is None:
            raise NotFound
        people = contact_list.of_company(session, viewer_id, company_id)
    return CompanyView(
        id=company_id,
        version=found.version,
        name=found.name,
        domain=shown(found.domain),
        website=found.website,
        notes=found.notes,
        archived=found.archived_at is not None,
        people=tuple(people),
    )


def contact_timeline(
    viewer_id: int, contact_id: int, *, before: int | None = None, limit: int = timeline.PAGE
) -> TimelinePage:
    """The mail with a contact, newest first.

    Raises:
        NotFound: there is no such contact.
    """
    with reading() as session:
        found, emails = _contact(session, contact_id)
        people = {base_email(email): found.name for email in emails}
        return timeline.page(session, viewer_id, people, before=before, limit=limit)


def company_timeline(
    viewer_id: int, company_id: int, *, before: int | None = None, limit: int = timeline.PAGE
) -> TimelinePage:
    """The mail with all the people of a company, newest first.

    Raises:
        NotFound: there is no such company.
    """
    with reading() as session:
        if session.get(Company, company_id) is None:
            raise NotFound
        query = select(ContactAddress.base_email, Contact.name).where(
            Contact.company_id == company_id,
            col(ContactAddress.contact_id) == col(Contact.id),
            col(ContactAddress.living),
        )
        people = dict(session.exec(query).all())
        return timeline.page(session, viewer_id, people, before=before, limit=limit)


def of_address(email: str) -> int:
    """The id of the contact with this address; 0 where there is none."""
    with reading() as session:
        found = by_address(session, [email]).get(base_email(email))
    return found.id or 0 if found else 0


def _contact(session: Session, contact_id: int) -> tuple[Contact, tuple[str, ...]]:
    found = session.get(Contact, contact_id)
    if found is None:
        raise NotFound
    return found, tuple(one.email for one in addresses_of(session, [contact_id]).get(contact_id, ()))

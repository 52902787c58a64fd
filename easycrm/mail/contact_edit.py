"""Contacts are made, changed and archived by any member of the team; no two have the same address."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from email_validator import EmailNotValidError, validate_email
from sqlmodel import Session, col, delete, update

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import add_unless_there, transaction
from easycrm.core.errors import InvalidInput, NotFound, Refused
from easycrm.mail import company_edit
from easycrm.mail.base_email import base_email
from easycrm.mail.company_edit import line, notes, sorted_name
from easycrm.mail.contact import Contact, ContactAddress, Source, addresses_of, by_address
from easycrm.mail.recipients import unsafe
from easycrm.notices import audit

MOST_ADDRESSES = 50


@dataclass(frozen=True)
class ContactFields:
    """What a person can type; `emails` with one address on each line, the one to write to first."""

    name: str
    emails: str = ""
    title: str = ""
    company: str = ""
    phone: str = ""
    notes: str = ""


class AddressTaken(InvalidInput):
    """Another contact has the address."""

    def __init__(self, email: str, contact: Contact) -> None:
        super().__init__(wording.contacts.address_taken(email, contact.name), field="emails")
        self.contact_id, self.contact_name = contact.id or 0, contact.name


def create(user_id: int, fields: ContactFields) -> int:
    """Make a contact; its id.

    Raises:
        AddressTaken: another contact has one of the addresses.
        InvalidInput: something cannot be used.
    """
    emails = _emails(fields.emails)
    with transaction() as session:
        contact = Contact(**_columns(session, user_id, fields, emails), source=Source.ENTERED, created_by=user_id)
        session.add(contact)
        session.flush()
        _write_addresses(session, contact.id or 0, emails)
        audit.record(session, "contact.created", actor_id=user_id, subject=contact.name)
        return contact.id or 0


def edit(user_id: int, contact_id: int, version: int, fields: ContactFields) -> None:
    """Change a contact.

    Args:
        version: the one that was being edited.

    Raises:
        NotFound: there is no such contact.
        Refused: somebody else changed it meanwhile; nothing was changed.
        AddressTaken, InvalidInput: as for `create`.
    """
    emails = _emails(fields.emails)
    with transaction() as session:
        contact = locked(session, contact_id)
        if contact.version != version:
            raise Refused(wording.contacts.CHANGED_MEANWHILE)
        contact.sqlmodel_update(_columns(session, user_id, fields, emails))
        contact.version += 1
        session.flush()
        _write_addresses(session, contact_id, emails, living=contact.archived_at is None)
        audit.record(session, "contact.edited", actor_id=user_id, subject=contact.name)


def archive(user_id: int, contact_id: int, *, archived: bool) -> None:
    """Put a contact away, or back; an archived one is offered nowhere and keeps its page.

    Raises:
        NotFound: there is no such contact.
        AddressTaken: another contact has got one of its addresses by now.
    """
    with transaction() as session:
        contact = locked(session, contact_id)
        if (contact.archived_at is not None) == archived:
            return
        contact.archived_at = now() if archived else None
        contact.version += 1
        session.flush()
        if not archived:
            mine = [one.email for one in addresses_of(session, [contact_id]).get(contact_id, [])]
            _refuse_taken(session, contact_id, mine)
        changing = update(ContactAddress).where(col(ContactAddress.contact_id) == contact_id)
        session.exec(changing.values(living=not archived).execution_options(synchronize_session=False))
        told = "contact.archived" if archived else "contact.restored"
        audit.record(session, told, actor_id=user_id, subject=contact.name)


def merge(user_id: int, kept_id: int, other_id: int) -> None:
    """Make one contact of two: what the kept one lacks it takes from the other, which is no more afterwards.

    Raises:
        NotFound: there is no such contact.
        Refused: both are the same, or one is archived.
        InvalidInput: together they have too many addresses or too long notes.
    """
    if kept_id == other_id:
        raise Refused(wording.contacts.MERGE_WITH_ITSELF)
    with transaction() as session:
        first, second = (locked(session, ident) for ident in sorted((kept_id, other_id)))
        kept, other = (first, second) if first.id == kept_id else (second, first)
        if kept.archived_at or other.archived_at:
            raise Refused(wording.contacts.MERGE_ARCHIVED)
        if sum(map(len, addresses_of(session, [kept_id, other_id]).values())) > MOST_ADDRESSES:
            raise InvalidInput(wording.contacts.TOO_MANY_ADDRESSES)
        for name in ("title", "company_id", "phone"):
            setattr(kept, name, getattr(kept, name) or getattr(other, name))
        kept.notes = notes("\n\n".join(part for part in (kept.notes, other.notes) if part))
        kept.version += 1
        moving = update(ContactAddress).where(col(ContactAddress.contact_id) == other_id)
        session.exec(moving.values(contact_id=kept_id).execution_options(synchronize_session=False))
        session.delete(other)
        audit.record(session, "contacts.merged", actor_id=user_id, subject=kept.name, detail=f"with {other.name}")


def locked(session: Session, contact_id: int) -> Contact:
    """The row, for this transaction.

    Raises:
        NotFound: there is no such contact.
    """
    found = session.get(Contact, contact_id, with_for_update=True)
    if found is None:
        raise NotFound
    return found


def _emails(text: str) -> list[str]:
    """The addresses, each once, in lower case."""
    found: dict[str, str] = {}
    for piece in filter(None, map(str.strip, re.split(r"[,;\r\n]", text))):
        email = _address(piece)
        found.setdefault(base_email(email), email)
    if len(found) > MOST_ADDRESSES:
        raise InvalidInput(wording.contacts.TOO_MANY_ADDRESSES, field="emails")
    return list(found.values())


def _address(piece: str) -> str:
    try:
        if any(map(unsafe, piece)):
            raise EmailNotValidError
        return validate_email(piece, check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        shown = "".join(letter for letter in piece[:100] if not unsafe(letter))
        raise InvalidInput(wording.contacts.not_an_address(shown), field="emails") from error


def _columns(session: Session, user_id: int, fields: ContactFields, emails: Sequence[str]) -> dict[str, Any]:
    name = line(fields.name, "name") or next(iter(emails), "")[:200]
    if not name:
        raise InvalidInput(wording.contacts.NAME_OR_ADDRESS, field="name")
    return {
        "name": name,
        "sort_name": sorted_name(name),
        "title": line(fields.title, "title"),
        "phone": line(fields.phone, "phone", 100),
        "notes": notes(fields.notes),
        "company_id": company_edit.named(session, user_id, fields.company),
    }


def _write_addresses(session: Session, contact_id: int, emails: Sequence[str], *, living: bool = True) -> None:
    """Exactly these addresses, unless another contact has one of them."""
    if living:
        _refuse_taken(session, contact_id, emails)
    session.exec(delete(ContactAddress).where(col(ContactAddress.contact_id) == contact_id))
    for email in emails:
        row = ContactAddress(contact_id=contact_id, email=email, base_email=base_email(email)[:320], living=living)
        if not add_unless_there(session, row):
            # Somebody else has taken it since it was looked for.
            _refuse_taken(session, contact_id, [email])


def _refuse_taken(session: Session, contact_id: int, emails: Sequence[str]) -> None:
    taken = by_address(session, emails)
    for email in emails:
        other = taken.get(base_email(email))
        if other is not None and other.id != contact_id:
            raise AddressTaken(email, other)

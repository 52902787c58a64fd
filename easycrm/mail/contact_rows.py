"""Rows made of fetched contacts: cleaned of what no database takes, cut to what the columns hold."""

from typing import Any

from easycrm.mail.base_email import base_email
from easycrm.mail.message_rows import clean
from easycrm.providers.contacts import FetchedContact

MOST_EMAILS = 50
MOST_PHONES = 20
_LONGEST_EMAIL = 320
Row = dict[str, Any]


def contact_row(connection_id: int, run: int, contact: FetchedContact) -> Row:
    """The `imported_contact` row."""
    name = _name(contact)
    return {
        "connection_id": connection_id,
        "provider_contact_id": contact.provider_contact_id,
        "provider_folder_id": contact.folder[:300],
        "name": name,
        "sort_name": name.casefold()[:200],
        "company": _line(contact.company),
        "title": _line(contact.title),
        "phones": [phone for phone in (_line(one)[:100] for one in contact.phones[:MOST_PHONES]) if phone],
        "seen": run,
    }


def is_worth_keeping(contact: FetchedContact) -> bool:
    """Whether it can be stored and there is something to show; an entry of notes alone has nothing."""
    return 0 < len(contact.provider_contact_id) <= 500 and not contact.removed and bool(_name(contact))


def address_rows(connection_id: int, imported_contact_id: int, contact: FetchedContact) -> list[Row]:
    """The `imported_address` rows: what can be written to, each once."""
    return [
        {
            "imported_contact_id": imported_contact_id,
            "connection_id": connection_id,
            "email": email,
            "base_email": base_email(email)[:_LONGEST_EMAIL],
        }
        for email in _emails(contact)
    ]


def _emails(contact: FetchedContact) -> list[str]:
    """Addresses in lower case; Exchange's own names of colleagues, and what nobody could write to, are left out."""
    written = [email.strip().lower() for email in contact.emails]
    usable = [email for email in written if len(email) <= _LONGEST_EMAIL and _is_address(email)]
    return list(dict.fromkeys(usable))[:MOST_EMAILS]


def _is_address(email: str) -> bool:
    local, _, domain = email.rpartition("@")
    return bool(local and domain) and email.isprintable() and " " not in email and clean(email) == email


def _name(contact: FetchedContact) -> str:
    """The name, or whatever else tells them apart."""
    names = [contact.name, *_emails(contact)[:1], contact.company, *contact.phones[:1]]
    return next((line for line in map(_line, names) if line), "")


def _line(text: str) -> str:
    """At most 200 characters on one line."""
    return " ".join(clean(text[:1000]).replace("\ufffd", " ").split())[:200]

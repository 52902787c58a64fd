"""Rows of the page of users: people, their mailboxes, and invitations."""

from dataclasses import dataclass

from easycrm.core import wording
from easycrm.mail.connection import Status
from easycrm.mail.overview import MailboxRow
from easycrm.mail.people_mailboxes import Counts
from easycrm.people.access_links import Invited
from easycrm.people.directory import Person


@dataclass(frozen=True)
class PersonItem:
    """A person as the list shows them."""

    id: int = 0
    email: str = ""
    name: str = ""
    initial: str = ""
    admin: bool = False
    active: bool = True
    erasing: bool = False
    me: bool = False
    mailboxes: str = ""
    last_sign_in: str = ""


@dataclass(frozen=True)
class MailboxLine:
    """One mailbox of the person that is looked at."""

    address: str
    status: str


@dataclass(frozen=True)
class InvitedItem:
    """An invitation that waits."""

    id: int
    email: str
    role: str
    expires: str
    expired: bool


def person_item(one: Person, viewer_id: int, numbers: Counts | None = None) -> PersonItem:
    """A person as the list shows them to `viewer_id`."""
    found = numbers or Counts()
    return PersonItem(
        id=one.id,
        email=one.email,
        name=one.name or one.email.partition("@")[0],
        initial=(one.name or one.email)[:1],
        admin=one.role == "admin",
        active=one.active,
        erasing=one.being_erased,
        me=one.id == viewer_id,
        mailboxes=wording.people.mailboxes(found.connected, found.waiting, found.ended),
        last_sign_in=one.last_sign_in_at.isoformat() if one.last_sign_in_at else "",
    )


def mailbox_line(row: MailboxRow) -> MailboxLine:
    """A mailbox with its status in a word or two."""
    return MailboxLine(row.address, "Connected" if row.status == Status.CONNECTED else row.status_text)


def invited_item(one: Invited) -> InvitedItem:
    """An invitation as the list shows it."""
    return InvitedItem(one.id, one.email, one.role, one.expires_at.isoformat(), one.expired)

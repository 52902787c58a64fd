"""How the import of contacts stands, mailbox by mailbox."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, func, select

from easycrm.core import wording
from easycrm.core.db import reading
from easycrm.mail.connection import Connection, Status, capabilities_of
from easycrm.mail.imported import ContactImport, ImportedContact
from easycrm.providers.base import Capability


@dataclass(frozen=True)
class ContactStatus:
    """One mailbox's imported contacts, and what its owner chose. `problem` is a sentence for the page, or empty."""

    connection_id: int
    address: str
    count: int
    last_success_at: datetime | None
    problem: str
    reading: bool
    visibility: str
    creates_contacts: bool


def of_user(user_id: int) -> dict[int, ContactStatus]:
    """The user's own mailboxes, by their ids."""
    count = (
        select(func.count(col(ImportedContact.id)))
        .where(ImportedContact.connection_id == Connection.id)
        .correlate(Connection)
        .scalar_subquery()
    )
    query = (
        select(Connection, ContactImport, count)
        .join(ContactImport, col(ContactImport.connection_id) == col(Connection.id), isouter=True)
        .where(Connection.user_id == user_id)
        .order_by(col(Connection.id))
    )
    with reading() as session:
        return {one.id or 0: _status(one, state, number) for one, state, number in session.exec(query)}


def _status(connection: Connection, state: ContactImport | None, count: int) -> ContactStatus:
    connected = connection.status == Status.CONNECTED
    may = Capability.CONTACTS in capabilities_of(connection)
    failing = connected and may and state is not None and state.failures > 0
    return ContactStatus(
        connection_id=connection.id or 0,
        address=connection.address,
        count=count,
        last_success_at=state.last_success_at if state else None,
        problem=wording.contacts.import_delayed(state.last_error) if failing and state else "",
        reading=connected and may and not failing and (state is None or state.last_success_at is None),
        visibility=connection.visibility,
        creates_contacts=connection.creates_contacts_since is not None,
    )

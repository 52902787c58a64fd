"""Stores one page of an address book, and with the last page its cursor, behind the fence of its generation."""

import random
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session, col, delete, select, update

from easycrm.core.clock import now
from easycrm.core.db import portions, transaction
from easycrm.mail.connection import Connection, ConnectionEnded, Status, capabilities_of
from easycrm.mail.contact_rows import address_rows, contact_row, is_worth_keeping
from easycrm.mail.imported import ContactImport, ImportedAddress, ImportedContact
from easycrm.mail.upsert import upsert
from easycrm.notices import incident
from easycrm.providers.base import Capability
from easycrm.providers.contacts import ContactPage, FetchedContact

INTERVAL = timedelta(hours=6)
LEASE = timedelta(minutes=10)
PAUSE = timedelta(minutes=5)
_JITTER = 0.1
_AT_ONCE = 200
_CHANGING = ("provider_folder_id", "name", "sort_name", "company", "title", "phones", "seen")


@dataclass(frozen=True)
class Turn:
    """The right to read one address book, until `ContactImport.due_at`, which each page puts off."""

    connection_id: int
    provider: str
    generation: int
    owner: str
    cursor: str


def claim(connection_id: int) -> Turn | None:
    """Take the address book, unless it is not due, may not be read, or the provider is paused."""
    with transaction() as session:
        connection = _locked(session, connection_id)
        if connection is None or not _readable(connection):
            return None
        state = session.get(ContactImport, connection_id) or ContactImport(connection_id=connection_id)
        if state.generation == connection.generation and state.due_at > now():
            return None
        state.generation = connection.generation
        session.add(state)
        if incident.current(session, connection.provider) is not None:
            # Whether the provider works again is for the mail to find out.
            state.due_at = now() + PAUSE
            return None
        state.owner, state.due_at = secrets.token_hex(16), now() + LEASE
        return Turn(connection_id, connection.provider, state.generation, state.owner, state.cursor)


def _locked(session: Session, connection_id: int) -> Connection | None:
    return session.exec(select(Connection).where(Connection.id == connection_id).with_for_update()).first()


def _readable(connection: Connection) -> bool:
    return connection.status == Status.CONNECTED and Capability.CONTACTS in capabilities_of(connection)


def fence(session: Session, turn: Turn) -> ContactImport:
    """The state, locked for this transaction, if it is still ours to write.

    Raises:
        ConnectionEnded: the generation is over, or another worker has its turn.
    """
    connection = _locked(session, turn.connection_id)
    if connection is None or connection.generation != turn.generation or connection.status != Status.CONNECTED:
        raise ConnectionEnded
    state = session.get(ContactImport, turn.connection_id)
    if state is None or state.owner != turn.owner:
        raise ConnectionEnded
    state.due_at = now() + LEASE
    return state


def commit_page(turn: Turn, page: ContactPage, *, first: bool) -> None:
    """Write the page: all of it or nothing; with the last one, the cursor, and what is gone goes.

    Args:
        first: it is the first of the pages of its run that are as `whole` as it is.

    Raises:
        ConnectionEnded: see `fence`.
    """
    with transaction() as session:
        state = fence(session, turn)
        state.run += page.whole and first
        _store(session, turn.connection_id, state.run, page.contacts)
        if page.cursor:
            _drop_what_is_gone(session, turn.connection_id, state.run, page)
            state.cursor, state.owner = page.cursor, ""
            state.due_at = now() + INTERVAL * random.uniform(1 - _JITTER, 1 + _JITTER)
            state.failures, state.last_error, state.last_success_at = 0, "", now()
            _tell_pages(session, turn.connection_id)
        session.add(state)


def _store(session: Session, connection_id: int, run: int, contacts: Sequence[FetchedContact]) -> None:
    """In the order in which they were told: a removal names the folder that was left, and is void in another."""
    last = {(one.provider_contact_id, one.removed): one for one in contacts}
    kept = {one.provider_contact_id: one for one in last.values() if is_worth_keeping(one)}
    gone = [one for one in last.values() if not is_worth_keeping(one)]
    _delete(session, connection_id, [one for one in gone if one.provider_contact_id not in kept])
    unique = list(kept.values())
    for start in range(0, len(unique), _AT_ONCE):
        _write(session, connection_id, run, unique[start : start + _AT_ONCE])


def _write(session: Session, connection_id: int, run: int, contacts: Sequence[FetchedContact]) -> None:
    rows = [contact_row(connection_id, run, contact) for contact in contacts]
    statement = upsert(session, ImportedContact, rows, ("connection_id", "provider_contact_id"), _CHANGING)
    returned = session.connection().execute(
        statement.returning(col(ImportedContact.id), col(ImportedContact.provider_contact_id))
    )
    ids = {str(row[1]): int(row[0] or 0) for row in returned}
    session.exec(delete(ImportedAddress).where(col(ImportedAddress.imported_contact_id).in_(ids.values())))
    addresses = [row for one in contacts for row in address_rows(connection_id, ids[one.provider_contact_id], one)]
    if addresses:
        session.connection().execute(ImportedAddress.__table__.insert(), addresses)  # pyright: ignore


def _delete(session: Session, connection_id: int, contacts: Sequence[FetchedContact]) -> None:
    folders = {one.provider_contact_id: one.folder[:300] for one in contacts}
    for some in portions(folders):
        query = select(ImportedContact).where(
            ImportedContact.connection_id == connection_id, col(ImportedContact.provider_contact_id).in_(some)
        )
        rows = [row for row in session.exec(query) if row.provider_folder_id == folders[row.provider_contact_id]]
        _delete_rows(session, [row.id or 0 for row in rows])


def _drop_what_is_gone(session: Session, connection_id: int, run: int, page: ContactPage) -> None:
    mine = ImportedContact.connection_id == connection_id
    if page.whole:
        _delete_rows(session, session.exec(select(ImportedContact.id).where(mine, ImportedContact.seen < run)))
    if page.folders is not None:
        elsewhere = col(ImportedContact.provider_folder_id).not_in(page.folders)
        _delete_rows(session, session.exec(select(ImportedContact.id).where(mine, elsewhere)))


def _delete_rows(session: Session, ids: Iterable[int | None]) -> None:
    for some in portions(list(ids)):
        session.exec(delete(ImportedAddress).where(col(ImportedAddress.imported_contact_id).in_(some)))
        session.exec(delete(ImportedContact).where(col(ImportedContact.id).in_(some)))


def put_off(turn: Turn, reason: str, wait: timedelta) -> None:
    """Something came in the way: note it, and when to try again."""
    with transaction() as session:
        mine = (col(ContactImport.connection_id) == turn.connection_id) & (col(ContactImport.owner) == turn.owner)
        values = {"owner": "", "due_at": now() + wait, "last_error": reason[:300]}
        session.exec(update(ContactImport).where(mine).values(**values, failures=ContactImport.failures + 1))
        _tell_pages(session, turn.connection_id)


def _tell_pages(session: Session, connection_id: int) -> None:
    telling = update(Connection).where(col(Connection.id) == connection_id)
    session.exec(telling.values(changed_seq=Connection.changed_seq + 1).execution_options(synchronize_session=False))


def request_now(session: Session, connection_id: int) -> None:
    """Make the address book due at once, within the caller's transaction."""
    mine = col(ContactImport.connection_id) == connection_id
    idle = col(ContactImport.owner) == ""
    session.exec(update(ContactImport).where(mine, idle).values(due_at=now()))

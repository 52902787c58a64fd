"""A user's mailboxes as the Email Integration page shows them: stored facts, and what follows from them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import reading
from easycrm.mail import signature
from easycrm.mail.connection import Connection, Status, capabilities_of, of_user
from easycrm.mail.lateness import is_late
from easycrm.mail.message import Message
from easycrm.mail.message_rows import sort_key
from easycrm.mail.period import period
from easycrm.notices import incident
from easycrm.providers.base import Capability
from easycrm.providers.registry import provider as known

TOLD_FOR = timedelta(days=7)


@dataclass(frozen=True)
class MailboxRow:
    """One mailbox. Texts are for the page as they stand; empty ones are not shown. `missing` are words."""

    id: int
    provider: str
    provider_name: str
    address: str
    status: str
    status_text: str
    reason: str
    delayed_text: str
    last_success_at: datetime | None
    next_sync_at: datetime | None
    importing: bool
    import_done: int
    import_total: int | None
    recovered_text: str
    missing: tuple[str, ...]
    is_default_sender: bool
    signature: str
    changed_seq: int


def mailboxes(user_id: int) -> list[MailboxRow]:
    """All of the user's mailboxes, disconnected ones too, in the order in which they came."""
    with reading() as session:
        faults = {one.provider for one in incident.list_open(session)}
        return [_row(session, connection, connection.provider in faults) for connection in of_user(session, user_id)]


def _row(session: Session, connection: Connection, faulty: bool) -> MailboxRow:
    connected = connection.status == Status.CONNECTED
    granted = capabilities_of(connection)
    return MailboxRow(
        id=connection.id or 0,
        provider=connection.provider,
        provider_name=known(connection.provider).name,
        address=connection.address,
        status=connection.status,
        status_text=_status_text(connection),
        reason=wording.PROVIDER_PROBLEM if connected and faulty else connection.reason,
        delayed_text=wording.syncing.delayed(connection.last_error) if is_late(connection) and not faulty else "",
        last_success_at=connection.last_success_at,
        next_sync_at=connection.next_sync_at,
        importing=connected and connection.import_finished_at is None,
        import_done=connection.import_done,
        import_total=connection.import_total,
        recovered_text=_recovered(session, connection) if connected else "",
        missing=tuple(one.value for one in Capability if one not in granted) if connected else (),
        is_default_sender=connection.is_default_sender,
        signature=signature.in_a_line(connection.signature),
        changed_seq=connection.changed_seq,
    )


def _status_text(connection: Connection) -> str:
    match Status(connection.status):
        case Status.CONNECTED:
            return wording.connected_as(connection.address)
        case Status.REQUIRES_REAUTHENTICATION:
            return wording.REQUIRES_REAUTHENTICATION
        case Status.NOT_CONNECTED:
            return wording.NOT_CONNECTED


def _recovered(session: Session, connection: Connection) -> str:
    """What the reconnect has brought of the time when nothing could sync; told for a week, once it is complete."""
    start, end, success = connection.recovered_from, connection.connected_at, connection.last_success_at
    if start is None or success is None or success < end or now() - end > TOLD_FOR:
        return ""
    gap = select(func.count(col(Message.id))).where(
        Message.connection_id == connection.id,
        Message.generation == connection.generation,
        col(Message.sort_key) >= sort_key(start, ""),
        col(Message.sort_key) <= sort_key(end, ""),
    )
    return wording.syncing.recovered(session.exec(gap).one(), period(start, end))

"""Whose mailbox is due, who works on it, and when it is due again. The database is the queue."""

import random
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select, update

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import changed, reading, transaction
from easycrm.core.errors import Refused
from easycrm.core.settings import settings
from easycrm.mail import contact_store, folder, outage, sift
from easycrm.mail.connection import Connection, Status, beginning, owned
from easycrm.mail.store import LEASE
from easycrm.mail.sync_run import FAILED, SyncRun
from easycrm.providers.base import Window

FIRST_BACKOFF_SECONDS = 30
MOST_BACKOFF_SECONDS = 3600
IDLE_STRETCH = 4
_JITTER = 0.1


@dataclass(frozen=True)
class Lease:
    """The right to work on one mailbox, for as long as each page renews it."""

    connection_id: int
    user_id: int
    provider: str
    generation: int
    owner: str
    address: str
    since: datetime | None
    importing: bool
    failures: int
    folders_due: bool
    left_out: frozenset[str]
    """Folders that are not read; whoever changes the choice ends the lease."""

    @property
    def window(self) -> Window:
        """What is read of the mailbox."""
        return Window(self.since, self.left_out)


def due(limit: int) -> list[int]:
    """Ids of mailboxes that are due and that nobody works on, longest waiting first."""
    moment = now()
    with reading() as session:
        query = (
            select(Connection.id)
            .where(
                Connection.status == Status.CONNECTED,
                col(Connection.next_sync_at) <= moment,
                or_(col(Connection.lease_until).is_(None), col(Connection.lease_until) < moment),
            )
            .order_by(col(Connection.next_sync_at))
            .limit(limit)
        )
        return [ident for ident in session.exec(query) if ident is not None]


def claim(connection_id: int) -> Lease | None:
    """Take the mailbox, unless it is not due, somebody else has it, or its provider is paused."""
    moment, owner = now(), secrets.token_hex(16)
    with transaction() as session:
        taking = (
            update(Connection)
            .where(
                col(Connection.id) == connection_id,
                col(Connection.status) == Status.CONNECTED,
                col(Connection.next_sync_at) <= moment,
                or_(col(Connection.lease_until).is_(None), col(Connection.lease_until) < moment),
            )
            .values(lease_owner=owner, lease_until=moment + LEASE, last_attempt_at=moment)
            .execution_options(synchronize_session=False)
        )
        if changed(session, taking) == 0:
            return None
        connection = session.get_one(Connection, connection_id)
        if outage.paused(session, connection.provider):
            _put_off(connection, seconds=60)
            return None
        connection.import_started_at = connection.import_started_at or moment
        return _lease(connection, owner, sift.left_out(session, connection_id))


def _lease(connection: Connection, owner: str, left_out: frozenset[str]) -> Lease:
    return Lease(
        connection_id=connection.id or 0,
        user_id=connection.user_id,
        provider=connection.provider,
        generation=connection.generation,
        owner=owner,
        address=connection.address,
        since=beginning(connection.import_started_at or now(), connection.window_days),
        importing=connection.import_finished_at is None,
        failures=connection.failures,
        folders_due=folder.are_due(connection.folders_at),
        left_out=left_out,
    )


def _put_off(connection: Connection, *, seconds: float) -> None:
    connection.lease_owner, connection.lease_until = "", None
    connection.next_sync_at = now() + timedelta(seconds=seconds)


def keep(lease: Lease) -> bool:
    """Prolong the lease while the provider is waited for; whether it is held still."""
    with transaction() as session:
        connection = _mine(session, lease)
        if connection is not None:
            connection.lease_until = now() + LEASE
        return connection is not None


def finish(lease: Lease, *, found_something: bool) -> None:
    """Everything was read: note the success and when to look again; quiet mailboxes are looked at less often.

    Where somebody asked for a look meanwhile, the mailbox stays due: what they have in mind may have come too late.
    """
    with transaction() as session:
        connection = _mine(session, lease)
        if connection is None:
            return
        moment = now()
        wait = next_look(connection.next_sync_at, connection.last_success_at, quiet=not found_something)
        if _asked_meanwhile(connection):
            wait = 0
        connection.last_success_at, connection.failures, connection.last_error = moment, 0, ""
        connection.failing_since = None
        _put_off(connection, seconds=wait)


def _asked_meanwhile(connection: Connection) -> bool:
    """Whether it was made due again after it had been taken."""
    due_at, taken_at = connection.next_sync_at, connection.last_attempt_at
    return due_at is not None and taken_at is not None and due_at > taken_at


def next_look(due_at: datetime | None, succeeded_at: datetime | None, *, quiet: bool) -> float:
    """Seconds until the next look: about the setting, stretched up to four times while nothing comes.

    Args:
        due_at: when this look was due.
        succeeded_at: when the one before it succeeded.
    """
    base = float(settings().sync_interval_seconds)
    wait = base
    if quiet and due_at is not None and succeeded_at is not None:
        wait = min(max(base, (due_at - succeeded_at).total_seconds() * 1.5), base * IDLE_STRETCH)
    return wait * random.uniform(1 - _JITTER, 1 + _JITTER)


def fail(lease: Lease, reason: str, retry_after: float | None = None) -> float:
    """Something temporary came in the way; seconds until the next try, never earlier than the provider asked."""
    with transaction() as session:
        connection = _mine(session, lease)
        if connection is None:
            return 0
        connection.failures += 1
        connection.failing_since = connection.failing_since or now()
        connection.last_error = reason[:300]
        session.add(_failed(lease, connection.last_error))
        connection.changed_seq += 1
        wait = backoff(connection.failures, retry_after)
        _put_off(connection, seconds=wait)
        connection.wait_until = connection.next_sync_at if retry_after else None
        return wait


def _failed(lease: Lease, reason: str) -> SyncRun:
    """The run as the history of the mailbox tells it."""
    return SyncRun(
        connection_id=lease.connection_id, generation=lease.generation, kind=FAILED, finished_at=now(), error=reason
    )


def backoff(failures: int, retry_after: float | None) -> float:
    """Seconds to wait after so many failures in a row: doubling with jitter up to an hour."""
    doubled = min(FIRST_BACKOFF_SECONDS * 2 ** (failures - 1), MOST_BACKOFF_SECONDS)
    asked = min(retry_after or 0, MOST_BACKOFF_SECONDS)
    # What was asked of many at once should not bring all of them back at once.
    return max(doubled, asked) * random.uniform(1, 1 + _JITTER)


def release(lease: Lease, seconds: float = 0) -> None:
    """Let the next mailbox have its turn; this one stays due, or is due again in so many seconds."""
    with transaction() as session:
        connection = _mine(session, lease)
        if connection is not None:
            _put_off(connection, seconds=seconds)


def _mine(session: Session, lease: Lease) -> Connection | None:
    query = select(Connection).where(
        Connection.id == lease.connection_id,
        Connection.generation == lease.generation,
        Connection.lease_owner == lease.owner,
    )
    return session.exec(query.with_for_update()).first()


def sync_now(user_id: int, connection_id: int) -> None:
    """Make one's own mailbox and its contacts due at once, as a person asks; the caller enqueues it afterwards.

    Raises:
        NotFound: it is not theirs.
        Refused: its provider asked to wait.
    """
    if not request_now(user_id, connection_id, contacts=True):
        raise Refused(wording.syncing.ASKED_TO_WAIT)


def request_now(user_id: int, connection_id: int, *, contacts: bool = False) -> bool:
    """Make one's own mailbox, or its contacts too, due at once; the caller enqueues it afterwards.

    Returns: whether it is due; False where its provider asked to wait longer.

    Raises:
        NotFound: it is not theirs.
    """
    with transaction() as session:
        connection, moment = owned(session, user_id, connection_id), now()
        waits = connection.wait_until is not None and connection.wait_until > moment
        if connection.status == Status.CONNECTED and not waits:
            connection.next_sync_at = moment
            if contacts:
                contact_store.request_now(session, connection_id)
        return not waits

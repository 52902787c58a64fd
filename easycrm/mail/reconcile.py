"""Compares, once a day, what the provider lists in the window with what is stored, and repairs the difference."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlmodel import Session, col, select, update

from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.core.log import logger
from easycrm.mail import ledger, removal, store
from easycrm.mail.connection import Connection
from easycrm.mail.folder import MailFolder
from easycrm.mail.message import Message
from easycrm.mail.schedule import Lease
from easycrm.mail.sync_run import SkippedMessage, SyncRun
from easycrm.providers.base import MailProvider, TokenSource
from easycrm.providers.pages import MessageState

EVERY = timedelta(hours=24)
_log = logger(__name__)


async def reconcile(lease: Lease, provider: MailProvider, access: TokenSource) -> bool:
    """Compare, if it is time; whether something has to be read again.

    Called when a sync has caught up, so that only what no cursor tells is left. Messages that the provider does not
    list any more are removed, but only if a second listing lacks them too: a page may shift while it is read. Marks
    are followed while listing. What the ledger has for a passing reason is asked for once more.

    Raises:
        ConnectionEnded: the generation is over, or another worker holds the lease.
        ProviderError: the comparison could not be finished; nothing was removed.
    """
    if not await asyncio.to_thread(_is_due, lease):
        return False
    there = await _listed(lease, provider, access)
    here = await asyncio.to_thread(_stored, lease) | await asyncio.to_thread(_in_ledger, lease)
    gone = here - there
    if gone:
        gone -= await _listed(lease, provider, access)
    missing = there - here
    await asyncio.to_thread(_repair, lease, gone, missing)
    await ledger.try_again(lease, provider, access)
    return bool(missing)


def _is_due(lease: Lease) -> bool:
    with reading() as session:
        connection = session.get_one(Connection, lease.connection_id)
    last = connection.last_reconciled_at
    return connection.import_finished_at is not None and (last is None or now() - last > EVERY)


async def _listed(lease: Lease, provider: MailProvider, access: TokenSource) -> set[str]:
    found: set[str] = set()
    async for states in provider.listing(access, lease.window):
        found.update(state.provider_message_id for state in states)
        await asyncio.to_thread(_follow, lease, states)
    return found


def _follow(lease: Lease, states: Sequence[MessageState]) -> None:
    """Take over marks that no cursor told; the lease is prolonged: a large mailbox takes a while to list."""
    with transaction() as session:
        connection = store.fence(session, lease.connection_id, lease.generation, lease.owner)
        connection.changed_seq += bool(store.follow(session, lease.connection_id, states))


def _stored(lease: Lease) -> set[str]:
    with reading() as session:
        query = select(Message.provider_message_id).where(Message.connection_id == lease.connection_id)
        if lease.since is not None:
            query = query.where(col(Message.received_at) >= lease.since)
        return set(session.exec(query))


def _in_ledger(lease: Lease) -> set[str]:
    with reading() as session:
        query = select(SkippedMessage.provider_message_id).where(SkippedMessage.connection_id == lease.connection_id)
        return set(session.exec(query))


def _repair(lease: Lease, gone: Collection[str], missing: Collection[str]) -> None:
    """Remove what is gone; let the streams be read again where something is missing."""
    with transaction() as session:
        connection = store.fence(session, lease.connection_id, lease.generation, lease.owner)
        removed = removal.remove(session, lease.connection_id, sorted(gone))
        if missing:
            _read_again(session, lease)
        connection.last_reconciled_at = now()
        connection.changed_seq += bool(removed)
        if removed or missing:
            _log.warning("reconciled", connection=lease.connection_id, removed=removed, missing=len(missing))
            session.add(_run(lease, removed, len(missing)))


def _read_again(session: Session, lease: Lease) -> None:
    streams = update(MailFolder).where(col(MailFolder.connection_id) == lease.connection_id).values(cursor="")
    session.exec(streams.execution_options(synchronize_session=False))


def _run(lease: Lease, removed: int, missing: int) -> SyncRun:
    return SyncRun(
        connection_id=lease.connection_id,
        generation=lease.generation,
        kind="reconcile",
        finished_at=now(),
        stored=missing,
        removed=removed,
    )

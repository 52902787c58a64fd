"""The import and the incremental sync of one mailbox: pages are read, and each is stored with its cursor."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from typing import cast

from sqlmodel import col, select, update

from easycrm.core import counting, wording
from easycrm.core.clock import now
from easycrm.core.db import portions, reading, transaction
from easycrm.core.errors import EasyCRMError
from easycrm.core.log import logger
from easycrm.mail import folder, outage, reconcile, schedule, sift, storage, store, token_vault
from easycrm.mail.connection import Connection, ConnectionEnded
from easycrm.mail.folder import MailFolder
from easycrm.mail.message import Message
from easycrm.mail.schedule import Lease
from easycrm.mail.store import Stored
from easycrm.mail.sync_run import SkippedMessage, SyncRun
from easycrm.notices import bell
from easycrm.providers.errors import (
    CursorExpired,
    GrantRevoked,
    OverBudget,
    PermissionMissing,
    ProviderError,
    ProviderMisconfigured,
)
from easycrm.providers.pages import Page
from easycrm.providers.registry import provider as known_provider

SLICE_MESSAGES = 250
MOST_RESTARTS = 3
# A slow provider may take longer over an answer, or a long list, than a lease lasts.
BEAT_SECONDS = 30.0
_MOST_BEATS = 60
# A task that comes a moment too early finds a mailbox that is not due yet.
_BEHIND_SECONDS = 0.05
_log = logger(__name__)


async def sync_mailbox(connection_id: int) -> float | None:
    """Work on one mailbox for a slice, if it is due.

    Returns: seconds after which it should be looked at again, where that is sooner than the schedule's tick.
    """
    lease = None
    try:
        lease = await asyncio.to_thread(schedule.claim, connection_id)
        return await _under(lease) if lease else None
    except storage.FAULTS as error:
        await asyncio.to_thread(storage.fault, connection_id, lease, error)
        return None
    except Exception:
        # A fault of ours is told, and tried again ever later, as any other; what it is stands in the log of the queue.
        if lease:
            await asyncio.to_thread(schedule.fail, lease, wording.syncing.OWN_FAULT)
        raise


async def _under(lease: Lease) -> float | None:
    """Work, and see to what the provider has to say."""
    connection_id, beating = lease.connection_id, asyncio.create_task(_beat(lease))
    try:
        return await _work(lease)
    except ConnectionEnded:
        _log.info("sync ended by a newer generation", connection=connection_id)
        return None
    except CursorExpired as error:
        return await asyncio.to_thread(_restart, lease, error.folder_id)
    except GrantRevoked as error:
        # The vault asks the owner itself when refreshing fails; a provider may also refuse a fresh token.
        await asyncio.to_thread(outage.requires_reauthentication, connection_id, lease.generation, error.user_message)
        return None
    except PermissionMissing as error:
        with suppress(EasyCRMError):
            await token_vault.relearn(connection_id, lease.generation)
        return await _put_off(lease, error)
    except ProviderMisconfigured as error:
        await asyncio.to_thread(outage.provider_fault, lease.provider, error)
        return await _put_off(lease, error)
    except ProviderError as error:
        return await _put_off(lease, error)
    finally:
        beating.cancel()


async def _beat(lease: Lease) -> None:
    """Keep the lease for as long as the work goes on: a task that hangs must not have it for ever."""
    for _ in range(_MOST_BEATS):
        await asyncio.sleep(BEAT_SECONDS)
        with suppress(*storage.FAULTS):
            if not await asyncio.to_thread(schedule.keep, lease):
                return


async def _put_off(lease: Lease, error: ProviderError) -> float | None:
    _log.warning("sync put off", connection=lease.connection_id, reason=error.detail or type(error).__name__)
    await asyncio.to_thread(schedule.fail, lease, error.user_message, error.retry_after)
    return None


async def _work(lease: Lease) -> float | None:
    """Read until every stream has caught up or the slice is full."""
    provider, access = known_provider(lease.provider), token_vault.access(lease.connection_id, lease.generation)
    if lease.importing:
        await asyncio.to_thread(_begin_import, lease)
    if lease.folders_due:
        found = await provider.folders(access)
        await asyncio.to_thread(folder.note, lease.connection_id, lease.generation, found)
    stored, works, mine = Stored(), False, (lease.connection_id, lease.generation, lease.owner)
    cursors = await asyncio.to_thread(_cursors, lease)
    changes = provider.changes(access, cursors, lease.window, lambda ids: known(lease.connection_id, ids))
    try:
        async with aclosing(cast("AsyncGenerator[Page, None]", changes)) as pages:
            async for page in pages:
                committed = await asyncio.to_thread(store.commit_page, *mine, page)
                counting.add("messages_stored", committed.new, provider=lease.provider)
                stored += committed
                if not works:
                    works = True
                    await asyncio.to_thread(outage.provider_works, lease.provider)
                if stored.new + stored.excluded >= SLICE_MESSAGES and not page.under_way:
                    return await _end_slice(lease, stored)
    except OverBudget as pause:
        return await _end_slice(lease, stored, pause.retry_after or 0)
    stored += Stored(removed=await asyncio.to_thread(store.remove_unseen, *mine))
    await asyncio.to_thread(storage.works, lease.connection_id)
    if await reconcile.reconcile(lease, provider, access):
        await asyncio.to_thread(schedule.release, lease)
        return 0
    await asyncio.to_thread(_complete, lease, stored)
    return None


async def _end_slice(lease: Lease, stored: Stored, seconds: float = 0) -> float:
    """Leave the rest for later: the next slice, behind whoever waits, or as soon as the allowance pays for more."""
    await asyncio.to_thread(_record, lease, stored)
    await asyncio.to_thread(schedule.release, lease, seconds)
    return seconds + _BEHIND_SECONDS if seconds else 0


def known(connection_id: int, ids: Sequence[str]) -> set[str]:
    """Of these provider message ids, those that are stored or in the ledger.

    What only lies in a folder that is left out is not among them: when it is told of, it may have left that folder.
    """
    found: set[str] = set()
    with reading() as session:
        for some in portions(ids):
            stored = select(Message.provider_message_id).where(
                Message.connection_id == connection_id, col(Message.provider_message_id).in_(some)
            )
            skipped = select(SkippedMessage.provider_message_id).where(
                SkippedMessage.connection_id == connection_id,
                col(SkippedMessage.provider_message_id).in_(some),
                SkippedMessage.reason != sift.IN_FOLDER,
            )
            found.update(session.exec(stored))
            found.update(session.exec(skipped))
    return found


def _cursors(lease: Lease) -> dict[str, str]:
    with reading() as session:
        query = select(MailFolder.provider_folder_id, MailFolder.cursor).where(
            MailFolder.connection_id == lease.connection_id, MailFolder.cursor != ""
        )
        return dict(session.exec(query).all())


def _begin_import(lease: Lease) -> None:
    with transaction() as session:
        key = outage.subject_key(lease.connection_id)
        bell.open(session, lease.user_id, outage.IMPORTING, key, wording.syncing.import_started(lease.address), "")


def _complete(lease: Lease, stored: Stored) -> None:
    """Every stream has caught up: end the import if there was one, and note the success."""
    with transaction() as session:
        connection = store.fence(session, lease.connection_id, lease.generation, lease.owner)
        if connection.import_finished_at is None:
            connection.import_finished_at = now()
            if (connection.import_started_at or connection.connected_at) > connection.connected_at:
                # Of an import that a reconnect cut in two, no cursor may know what was deleted in between.
                connection.last_reconciled_at = now()
            connection.import_total = connection.import_done
            key = outage.subject_key(lease.connection_id)
            bell.resolve(session, outage.IMPORTING, key)
            told = wording.syncing.import_finished(connection.address, connection.import_done)
            bell.open(session, lease.user_id, outage.IMPORTED, key, told, "")
        connection.changed_seq += 1
    _record(lease, stored)
    schedule.finish(lease, found_something=bool(stored.new or stored.removed))


def _record(lease: Lease, stored: Stored) -> None:
    """Keep a row of a run that did something."""
    if not (stored.new or stored.removed or stored.skipped):
        return
    with transaction() as session:
        store.fence(session, lease.connection_id, lease.generation, lease.owner)
        session.add(
            SyncRun(
                connection_id=lease.connection_id,
                generation=lease.generation,
                kind="import" if lease.importing else "sync",
                finished_at=now(),
                stored=stored.new,
                removed=stored.removed,
                skipped=stored.skipped,
            )
        )


def _restart(lease: Lease, stream: str) -> float | None:
    """The provider dropped a cursor: read that stream's window again, but not for ever."""
    with transaction() as session:
        store.fence(session, lease.connection_id, lease.generation, lease.owner)
        mine = (col(MailFolder.connection_id) == lease.connection_id) & (col(MailFolder.provider_folder_id) == stream)
        session.exec(update(MailFolder).where(mine).values(cursor="", restarts=MailFolder.restarts + 1))
        folder = session.exec(select(MailFolder).where(mine)).first()
        # What was deleted meanwhile is told by no cursor: the next comparison finds it.
        session.get_one(Connection, lease.connection_id).last_reconciled_at = None
        # A refusal of a request that had no cursor is not mended by reading on at once.
        restarts = folder.restarts if folder else MOST_RESTARTS + 1
    if restarts > MOST_RESTARTS:
        schedule.fail(lease, wording.syncing.CURSOR_KEEPS_EXPIRING)
        return None
    schedule.release(lease)
    return 0

"""Reads a mailbox owner's address book when it is due: apart from the mail, which it neither delays nor stops."""

import asyncio
from contextlib import aclosing, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from sqlmodel import col, or_, select

from easycrm.core.clock import now
from easycrm.core.db import reading
from easycrm.core.errors import EasyCRMError
from easycrm.core.log import logger
from easycrm.mail import contact_store, outage, schedule, token_vault
from easycrm.mail.connection import Connection, ConnectionEnded, Status
from easycrm.mail.contact_store import INTERVAL, Turn
from easycrm.mail.imported import ContactImport
from easycrm.providers.base import Capability
from easycrm.providers.errors import PermissionMissing, ProviderError, ProviderMisconfigured
from easycrm.providers.registry import provider as known_provider

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from easycrm.providers.contacts import ContactPage

_log = logger(__name__)


def due(limit: int) -> list[int]:
    """Ids of connected mailboxes whose address book may be read and is due."""
    return _due(limit)


def is_due(connection_id: int) -> bool:
    """Whether this mailbox's address book is."""
    return bool(_due(1, connection_id))


def _due(limit: int, connection_id: int | None = None) -> list[int]:
    state = ContactImport
    query = (
        select(Connection.id)
        .outerjoin(state, col(state.connection_id) == col(Connection.id))
        .where(
            Connection.status == Status.CONNECTED,
            col(Connection.capabilities).contains(Capability.CONTACTS.name),
            or_(
                col(state.connection_id).is_(None),
                col(state.generation) != col(Connection.generation),
                col(state.due_at) <= now(),
            ),
        )
    )
    if connection_id is not None:
        query = query.where(Connection.id == connection_id)
    longest_waiting = query.order_by(col(state.due_at).asc().nulls_first(), col(Connection.id)).limit(limit)
    with reading() as session:
        return [ident for ident in session.exec(longest_waiting) if ident is not None]


async def import_contacts(connection_id: int) -> None:
    """Read the address book on from where it was left, if it is due; trouble is noted, and never raised."""
    turn = await asyncio.to_thread(contact_store.claim, connection_id)
    if turn is None:
        return
    try:
        await _read(turn)
    except ConnectionEnded:
        _log.info("contact import ended by a newer generation", connection=connection_id)
    except PermissionMissing as error:
        with suppress(EasyCRMError):
            await token_vault.relearn(connection_id, turn.generation)
        await _put_off(turn, error, INTERVAL)
    except ProviderMisconfigured as error:
        if error.code == outage.CONTACTS:
            await asyncio.to_thread(outage.contacts_fault, turn.provider)
        await _put_off(turn, error, timedelta(hours=1))
    except ProviderError as error:
        wait = schedule.backoff(await asyncio.to_thread(_failures, turn) + 1, error.retry_after)
        await _put_off(turn, error, timedelta(seconds=wait))


async def _read(turn: Turn) -> None:
    provider, access = known_provider(turn.provider), token_vault.access(turn.connection_id, turn.generation)
    before: bool | None = None
    stream = cast("AsyncGenerator[ContactPage, None]", provider.contacts(access, turn.cursor))
    async with aclosing(stream) as pages:
        async for page in pages:
            await asyncio.to_thread(contact_store.commit_page, turn, page, first=page.whole != before)
            before = page.whole
    await asyncio.to_thread(outage.contacts_work, turn.provider)


async def _put_off(turn: Turn, error: ProviderError, wait: timedelta) -> None:
    _log.warning("contacts put off", connection=turn.connection_id, reason=error.detail or type(error).__name__)
    await asyncio.to_thread(contact_store.put_off, turn, error.user_message, wait)


def _failures(turn: Turn) -> int:
    with reading() as session:
        state = session.get(ContactImport, turn.connection_id)
        return state.failures if state else 0

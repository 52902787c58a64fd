"""Revoking what a disconnect left behind: until the provider confirms, and for 24 hours at most."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from sqlmodel import Session, col, or_, select, update

from easycrm.core.clock import now
from easycrm.core.db import changed, reading, transaction
from easycrm.core.log import logger
from easycrm.core.sealed import CannotOpen, ring
from easycrm.mail import consent_attempt, provider_setup
from easycrm.mail.connection import Connection, live_of
from easycrm.mail.receipt import Receipt, Revocation
from easycrm.mail.token_set import PendingRevocation, binding
from easycrm.notices import audit
from easycrm.providers.errors import ProviderError
from easycrm.providers.registry import provider as known

_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=2)
_CALL_SECONDS = 10
_AT_ONCE = 50

_log = logger(__name__)


async def revoke_pending() -> int:
    """Try what is due, destroy what is too old; how many tokens are gone afterwards."""
    ends = [await _revoke(row) for row in await asyncio.to_thread(_claim_due)]
    return sum(end != "asked" for end in ends)


async def revoke_now(receipt: Receipt) -> Receipt:
    """The receipt, after one attempt to revoke while the person waits (ten seconds at most)."""
    with reading() as session:
        waiting = select(PendingRevocation).where(PendingRevocation.connection_id == receipt.connection_id)
        row = session.exec(waiting).first()
    if row is None or not await asyncio.to_thread(_claim, row):
        return receipt
    return replace(receipt, revocation=await _revoke(row))


def _claim_due() -> list[PendingRevocation]:
    moment = now()
    due = or_(col(PendingRevocation.next_attempt_at) <= moment, col(PendingRevocation.destroy_at) <= moment)
    with reading() as session:
        rows = session.exec(select(PendingRevocation).where(due).order_by(col(PendingRevocation.id)).limit(_AT_ONCE))
        found = list(rows)
    return [row for row in found if _claim(row)]


def _claim(row: PendingRevocation) -> bool:
    """Take the right to try once; the next try comes later, whatever becomes of this one."""
    wait = min(_FIRST_WAIT * 2 ** min(row.attempts, 10), _LONGEST_WAIT)
    statement = (
        update(PendingRevocation)
        .where(col(PendingRevocation.id) == row.id, col(PendingRevocation.attempts) == row.attempts)
        .values(attempts=row.attempts + 1, next_attempt_at=now() + wait)
    )
    with transaction() as session:
        return changed(session, statement) == 1


async def _revoke(row: PendingRevocation) -> Revocation:
    if row.destroy_at <= now():
        return await asyncio.to_thread(_destroy, row, "nothing to revoke", "revocation.abandoned")
    if await asyncio.to_thread(_needed_again, row):
        return await asyncio.to_thread(_destroy, row, "left in place", "revocation.spared")
    if await asyncio.to_thread(_consent_in_progress, row):
        return "asked"
    try:
        token = ring().open(
            row.refresh_token, binding("refresh_token", row.connection_id, row.generation, "pending_revocation")
        )
        async with asyncio.timeout(_CALL_SECONDS):
            outcome = await known(row.provider).revoke(provider_setup.config(row.provider, even_if_off=True), token)
    except CannotOpen:
        return await asyncio.to_thread(_destroy, row, "nothing to revoke", "revocation.abandoned")
    except (ProviderError, TimeoutError) as error:
        _log.warning("revocation failed", provider=row.provider, attempts=row.attempts + 1, reason=str(error)[:200])
        return "asked"
    return await asyncio.to_thread(_destroy, row, outcome, "revocation.done")


def _needed_again(row: PendingRevocation) -> bool:
    """Whether a live connection of the same mailbox would lose its grant, too."""
    with reading() as session:
        connection = session.get_one(Connection, row.connection_id)
        return bool(live_of(session, connection.provider, connection.subject))


def _consent_in_progress(row: PendingRevocation) -> bool:
    """Whether the person may be consenting anew at this moment: a revocation would end that as well."""
    with reading() as session:
        connection = session.get_one(Connection, row.connection_id)
        return consent_attempt.in_progress(session, connection.provider, connection.user_id)


def _destroy(row: PendingRevocation, outcome: Revocation, event: str) -> Revocation:
    with transaction() as session:
        _delete(session, row, outcome, event)
    return outcome


def _delete(session: Session, row: PendingRevocation, outcome: Revocation, event: str) -> None:
    found = session.get(PendingRevocation, row.id)
    if found is None:
        return
    session.delete(found)
    connection = session.get_one(Connection, row.connection_id)
    audit.record(session, event, subject=connection.address, detail=outcome)

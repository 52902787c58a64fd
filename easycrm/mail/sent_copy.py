"""Looks for the provider's copy of what was sent: it settles an unknown outcome, and tells the id it comes under."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.errors import EasyCRMError
from easycrm.core.log import logger
from easycrm.mail import outbox_lease, schedule, token_vault
from easycrm.mail.connection import Connection, Status
from easycrm.mail.outbox_lease import Job
from easycrm.mail.outbox_message import State
from easycrm.providers.outgoing import SentCopy
from easycrm.providers.registry import provider as known

FIRST_LOOK_SECONDS = 5.0
LOOKED_FOR = timedelta(minutes=10)
_RAREST_LOOK_SECONDS = 60.0
# The provider's clock may be behind ours.
_BEFORE = timedelta(minutes=5)
_LONGEST = timedelta(hours=24)
_log = logger(__name__)


@dataclass(frozen=True)
class Next:
    """What the worker does afterwards: look at the message again in so many seconds, and at a mailbox now."""

    again: float | None = None
    sync: int | None = None


def columns(copy: SentCopy) -> dict[str, Any]:
    """What is kept of the provider's copy; Gmail may have given it another Message-ID."""
    found = {"provider_message_id": copy.provider_message_id[:300]}
    if copy.message_id_header:
        found["message_id_header"] = copy.message_id_header[:998]
    return found


async def look(job: Job) -> Next:
    """Search the sent messages for this one; for ten minutes, then it is left as it stands."""
    connection = job.connection
    if connection is None or job.message.handed_over_at is None:
        return await _give_up(job)
    try:
        copy = await _found(job, connection)
    except EasyCRMError as error:
        _log.warning("sent messages could not be searched", outbox=job.id, reason=str(error))
        return await _not_found(job, looked=False)
    return await _not_found(job, looked=True) if copy is None else await _arrived(job, connection, copy)


async def _found(job: Job, connection: Connection) -> SentCopy | None:
    if connection.status != Status.CONNECTED:
        raise EasyCRMError(wording.writing.SEND_NOT_CONNECTED)
    access = token_vault.access(connection.id or 0, connection.generation)
    since = (job.message.handed_over_at or now()) - _BEFORE
    return await known(connection.provider).find_sent(access, job.message.key, since)


async def _arrived(job: Job, connection: Connection, copy: SentCopy) -> Next:
    sent_at = job.message.sent_at or copy.sent_at or now()
    await asyncio.to_thread(outbox_lease.settle, job, State.SENT, next_at=None, sent_at=sent_at, **columns(copy))
    await asyncio.to_thread(schedule.request_now, connection.user_id, connection.id or 0)
    return Next(sync=connection.id)


async def _not_found(job: Job, *, looked: bool) -> Next:
    """Look again after a while; a search that could not be made does not count as one that found nothing."""
    age = now() - (job.message.handed_over_at or now())
    if (looked and age >= LOOKED_FOR) or age >= _LONGEST:
        return await _give_up(job)
    attempts = job.message.attempts + 1
    wait = min(FIRST_LOOK_SECONDS * 2 ** min(attempts, 10), _RAREST_LOOK_SECONDS)
    state, at = State(job.message.state), now() + timedelta(seconds=wait)
    await asyncio.to_thread(outbox_lease.settle, job, state, next_at=at, reason=job.message.reason, attempts=attempts)
    return Next(wait)


async def _give_up(job: Job) -> Next:
    state = State(job.message.state)
    reason = wording.writing.SEND_STILL_UNKNOWN if state == State.UNKNOWN else ""
    await asyncio.to_thread(outbox_lease.settle, job, state, next_at=None, reason=reason)
    return Next()

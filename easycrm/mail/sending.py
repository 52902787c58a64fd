"""Sends what is due, each message at most once: before the provider is asked, the row says that it may have it."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import cast

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import reading
from easycrm.core.errors import EasyCRMError
from easycrm.core.log import logger
from easycrm.mail import (
    chain,
    composing,
    outage,
    outbox_lease,
    recipients,
    schedule,
    sent_copy,
    sent_files,
    token_vault,
    written_to,
)
from easycrm.mail.composing import Letter
from easycrm.mail.connection import Connection, ConnectionEnded
from easycrm.mail.message import Message
from easycrm.mail.outbox_lease import Job
from easycrm.mail.outbox_message import OutboxMessage, State
from easycrm.mail.sender import cannot_send, most_file_bytes
from easycrm.mail.sent_copy import Next
from easycrm.mail.thread import Thread
from easycrm.notices import incident
from easycrm.providers.base import MailProvider, TokenSource
from easycrm.providers.errors import (
    AnswerTooLarge,
    GrantRevoked,
    MessageGone,
    PermissionMissing,
    ProviderError,
    ProviderMisconfigured,
    SendOutcomeUnknown,
)
from easycrm.providers.outgoing import Kind, Outgoing, SentCopy
from easycrm.providers.pages import Address
from easycrm.providers.registry import provider as known

TRIED_FOR = timedelta(hours=24)
_PAUSED_SECONDS = 60
_RECONNECTED_SECONDS = 5
_log = logger(__name__)


class CannotSend(EasyCRMError):
    """The message certainly did not go, and will not as it is."""


@dataclass(frozen=True)
class _Ready:
    """What is handed over, and the Message-ID it goes with."""

    outgoing: Outgoing
    message_id_header: str


async def work(outbox_id: int) -> Next:
    """Send a message that is due, or look for one whose outcome or copy is still open."""
    job = await asyncio.to_thread(outbox_lease.claim, outbox_id)
    if job is None:
        return Next()
    if job.message.state != State.QUEUED:
        return await sent_copy.look(job)
    connection = job.connection
    refusal = cannot_send(connection) if connection else wording.writing.NO_SENDER
    if connection is None or refusal:
        return await _failed(job, refusal)
    if await asyncio.to_thread(_paused, connection.provider):
        return await _later(job, _PAUSED_SECONDS, wording.PROVIDER_PROBLEM)
    return await _send(job, connection)


async def _send(job: Job, connection: Connection) -> Next:
    provider = known(connection.provider)
    access = token_vault.access(connection.id or 0, connection.generation)
    try:
        ready = await _prepared(job, connection, provider, access)
        await access.token()  # whatever is wrong with the grant is found before the message can have gone
        if not await asyncio.to_thread(outbox_lease.hand_over, job, ready.message_id_header):
            return Next()
        sent = await provider.send(access, ready.outgoing)
    except SendOutcomeUnknown as error:
        return await _unknown(job, error)
    except (AnswerTooLarge, MessageGone):
        return await _failed(job, wording.writing.ATTACHMENT_GONE)
    except ProviderError as error:
        return await _refused(job, connection, error)
    except ConnectionEnded as error:
        return await _later(job, _RECONNECTED_SECONDS, error.user_message)
    except EasyCRMError as error:
        return await _failed(job, error.user_message)
    return await _sent(job, connection, sent)


async def _prepared(job: Job, connection: Connection, provider: MailProvider, access: TokenSource) -> _Ready:
    await sent_files.fetch_forwarded(job.id, connection, provider, access)
    letter, provider_thread_id, answers = await asyncio.to_thread(_letter, job.message, connection)
    files = await asyncio.to_thread(sent_files.read, job.id)
    raw = await asyncio.to_thread(composing.composed, replace(letter, files=files))
    if len(raw) > provider.most_bytes:
        raise CannotSend(wording.writing.too_large_to_send(most_file_bytes(provider.most_bytes), provider.name))
    outgoing = Outgoing(raw, job.message.key, provider_thread_id, answers, cast("Kind", job.message.kind))
    return _Ready(outgoing, composing.message_id(letter.key, letter.sender))


def _letter(row: OutboxMessage, connection: Connection) -> tuple[Letter, str, str]:
    """The letter without its files, and the provider's ids of the conversation and of the answered message."""
    with reading() as session:
        answered = session.get(Message, row.answers_id) if row.answers_id else None
        thread = session.get(Thread, row.thread_id) if row.thread_id else None
        headers = chain.answered(session, answered) if answered else None
    # The answered message may lie in another of the user's mailboxes: then only its headers keep the thread.
    here = answered is not None and answered.connection_id == connection.id
    letter = Letter(
        key=row.key,
        sender=Address(connection.address, connection.name),
        to=recipients.parsed(row.to),
        cc=recipients.parsed(row.cc),
        bcc=recipients.parsed(row.bcc),
        subject=row.subject,
        html=row.html,
        quoted=row.quoted,
        date=now(),
        answered=headers,
    )
    ids = (
        thread.provider_thread_id if thread and here else "",
        answered.provider_message_id if answered and here else "",
    )
    return letter, *ids


async def _sent(job: Job, connection: Connection, copy: SentCopy | None) -> Next:
    """Accepted. Where the provider did not tell the id of its copy, it is looked for."""
    first_look = None if copy else now() + timedelta(seconds=sent_copy.FIRST_LOOK_SECONDS)
    known_copy = sent_copy.columns(copy) if copy else {}
    await asyncio.to_thread(
        outbox_lease.settle, job, State.SENT, next_at=first_look, sent_at=now(), attempts=0, **known_copy
    )
    await asyncio.to_thread(schedule.request_now, connection.user_id, connection.id or 0)
    lines = (job.message.to, job.message.cc, job.message.bcc)
    await asyncio.to_thread(written_to.from_outbox, connection.id or 0, lines)
    return Next(None if copy else sent_copy.FIRST_LOOK_SECONDS, connection.id)


async def _unknown(job: Job, error: SendOutcomeUnknown) -> Next:
    _log.warning("outcome of a sending unknown", outbox=job.id, reason=error.detail)
    wait = sent_copy.FIRST_LOOK_SECONDS
    at = now() + timedelta(seconds=wait)
    await asyncio.to_thread(
        outbox_lease.settle, job, State.UNKNOWN, next_at=at, reason=wording.writing.SEND_UNKNOWN, attempts=0
    )
    return Next(wait)


async def _refused(job: Job, connection: Connection, error: ProviderError) -> Next:
    """Certainly not accepted: tried again later, or the person's turn."""
    _log.warning("sending refused", outbox=job.id, reason=error.detail or type(error).__name__)
    if isinstance(error, GrantRevoked):
        reason = error.user_message
        await asyncio.to_thread(outage.requires_reauthentication, connection.id or 0, connection.generation, reason)
        return await _failed(job, wording.NEEDS_REAUTHENTICATION)
    if isinstance(error, PermissionMissing):
        return await _failed(job, wording.writing.SEND_NOT_ALLOWED)
    if isinstance(error, ProviderMisconfigured):
        await asyncio.to_thread(outage.provider_fault, connection.provider, error)
        return await _later(job, _PAUSED_SECONDS, wording.PROVIDER_PROBLEM)
    if error.permanent:
        return await _failed(job, error.user_message)
    wait = schedule.backoff(job.message.attempts + 1, error.retry_after)
    return await _later(job, wait, error.user_message)


async def _later(job: Job, wait: float, reason: str) -> Next:
    since = job.message.due_at or job.message.created_at
    if now() - since > TRIED_FOR:
        return await _failed(job, f"{wording.writing.SEND_GIVEN_UP}: {reason[:1].lower()}{reason[1:]}")
    at = now() + timedelta(seconds=wait)
    attempts = job.message.attempts + 1
    await asyncio.to_thread(
        outbox_lease.settle, job, State.QUEUED, next_at=at, reason=reason, attempts=attempts, handed_over_at=None
    )
    return Next(wait)


async def _failed(job: Job, reason: str) -> Next:
    await asyncio.to_thread(outbox_lease.settle, job, State.FAILED, next_at=None, reason=reason, handed_over_at=None)
    return Next()


def _paused(provider: str) -> bool:
    """Whether an incident of this provider is open: its sync finds out when it is over."""
    with reading() as session:
        return incident.current(session, provider) is not None

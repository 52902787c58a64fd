"""Answers "Why isn't this email here?": what the provider has, joined with what is stored, ledger and window."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, or_, select

from easycrm.core import wording
from easycrm.core.db import reading
from easycrm.core.errors import InvalidInput
from easycrm.mail import left_out, outage, sift, token_vault
from easycrm.mail.connection import Connection, ConnectionEnded, Status, beginning, owned
from easycrm.mail.message import Message, Participant
from easycrm.mail.sync_run import SkippedMessage
from easycrm.providers.base import Located
from easycrm.providers.errors import GrantRevoked, ProviderError
from easycrm.providers.registry import provider as known

MOST = 25
MOST_CHARACTERS = 200
_PLACES = {
    "spam": wording.syncing.IN_SPAM,
    "trash": wording.syncing.IN_TRASH,
    "draft": wording.syncing.IS_A_DRAFT,
    "elsewhere": wording.syncing.IN_NO_IMPORTED_FOLDER,
}


@dataclass(frozen=True)
class Finding:
    """One email that matches. `thread_id` is None where EasyCRM does not have it."""

    subject: str
    sender: str
    received_at: datetime | None
    explanation: str
    thread_id: int | None = None


@dataclass(frozen=True)
class Answer:
    """What was found; `note` says what limits it, or that there is nothing."""

    findings: tuple[Finding, ...]
    note: str


async def why(user_id: int, connection_id: int, text: str) -> Answer:
    """Look for emails with this address or subject, in one's own mailbox at the provider and in what is stored.

    A provider that cannot be asked makes the answer smaller, and the note says why.

    Raises:
        NotFound: the mailbox is not the user's.
        InvalidInput: there is nothing to look for.
    """
    wanted = text.replace("\x00", "").strip()
    if not 0 < len(wanted) <= MOST_CHARACTERS:
        raise InvalidInput(wording.syncing.SEARCH_FOR, field="text")
    connection = await asyncio.to_thread(_mailbox, user_id, connection_id)
    located, limit = await _ask(connection, wanted)
    findings = await asyncio.to_thread(_judged, connection, located, wanted)
    covered = await asyncio.to_thread(left_out.covers, connection, wanted)
    nothing = wording.syncing.NOT_STORED_HERE if limit else wording.syncing.NOT_THERE
    return Answer(findings, " · ".join(filter(None, (limit, covered, "" if findings else nothing))))


def _mailbox(user_id: int, connection_id: int) -> Connection:
    with reading() as session:
        return owned(session, user_id, connection_id)


async def _ask(connection: Connection, text: str) -> tuple[Sequence[Located], str]:
    """What the provider has, and a sentence if it could not be asked."""
    ident = connection.id or 0
    if connection.status != Status.CONNECTED:
        return (), wording.syncing.NOT_SEARCHED
    try:
        access = token_vault.access(ident, connection.generation)
        return await known(connection.provider).find(access, text), ""
    except ConnectionEnded:
        return (), wording.syncing.NOT_SEARCHED
    except GrantRevoked as error:
        await asyncio.to_thread(outage.requires_reauthentication, ident, connection.generation, error.user_message)
        return (), wording.syncing.NOT_SEARCHED
    except ProviderError as error:
        return (), error.user_message


def _judged(connection: Connection, located: Sequence[Located], text: str) -> tuple[Finding, ...]:
    """A finding for each email at the provider, then for those that only EasyCRM's own search finds."""
    ids = [one.provider_message_id for one in located]
    with reading() as session:
        stored, ledger = _stored(session, connection, ids), _reasons(session, connection, ids)
        matching = _matching(session, connection, text)
        choice = left_out.reasons(session, connection, located)
    found = [_finding(connection, one, stored, ledger | choice) for one in located]
    own = [_here(message) for message in matching if message.provider_message_id not in ids]
    return tuple([*found, *own][:MOST])


def _stored(session: Session, connection: Connection, ids: Collection[str]) -> dict[str, Message]:
    query = select(Message).where(Message.connection_id == connection.id, col(Message.provider_message_id).in_(ids))
    return {one.provider_message_id: one for one in session.exec(query)}


def _reasons(session: Session, connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """What the ledger says of messages that could not be stored."""
    query = select(SkippedMessage.provider_message_id, SkippedMessage.reason).where(
        SkippedMessage.connection_id == connection.id,
        col(SkippedMessage.provider_message_id).in_(ids),
        col(SkippedMessage.reason).not_in((sift.BY_RULE, sift.IN_FOLDER)),
    )
    return {ident: wording.syncing.could_not_be_stored(reason) for ident, reason in session.exec(query)}


def _matching(session: Session, connection: Connection, text: str) -> Sequence[Message]:
    addressed = select(Participant.message_id).where(Participant.email == text.lower())
    query = select(Message).where(
        Message.connection_id == connection.id,
        or_(col(Message.subject).icontains(text, autoescape=True), col(Message.id).in_(addressed)),
    )
    return session.exec(query.order_by(col(Message.sort_key).desc()).limit(MOST)).all()


def _finding(connection: Connection, one: Located, stored: dict[str, Message], ledger: dict[str, str]) -> Finding:
    message = stored.get(one.provider_message_id)
    if message is not None:
        return _here(message)
    return Finding(one.subject, one.sender, one.received_at, _reason(connection, one, ledger))


def _reason(connection: Connection, one: Located, ledger: dict[str, str]) -> str:
    if one.place in _PLACES:
        return _PLACES[one.place]
    if one.provider_message_id in ledger:
        return ledger[one.provider_message_id]
    began = connection.import_started_at
    since = beginning(began, connection.window_days) if began else None
    if since and one.received_at and one.received_at < since:
        return wording.syncing.OLDER_THAN_WINDOW
    return wording.syncing.NOT_YET


def _here(message: Message) -> Finding:
    sender = message.sender_name or message.sender_email
    return Finding(message.subject, sender, message.received_at, wording.syncing.HERE, message.thread_id)

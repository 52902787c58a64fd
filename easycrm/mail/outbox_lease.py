"""Which messages of the outbox are due, who works on one, and how its state goes on: every step a compare-and-swap."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, or_, select, update

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import changed, reading, transaction
from easycrm.mail.connection import Connection
from easycrm.mail.outbox_message import OutboxMessage, State

# Longer than any handing over takes: a row still `sending` afterwards belongs to a worker that is gone.
LEASE = timedelta(minutes=5)


@dataclass(frozen=True)
class Job:
    """The right to work on one message; `message` is how it stood when it was claimed."""

    message: OutboxMessage
    connection: Connection | None
    owner: str

    @property
    def id(self) -> int:
        """The message's id."""
        return self.message.id or 0


def due(limit: int) -> list[int]:
    """Ids of messages that the worker has to look at now and that nobody works on, the longest waiting first."""
    moment = now()
    with reading() as session:
        query = select(OutboxMessage.id).where(
            col(OutboxMessage.next_at) <= moment,
            or_(col(OutboxMessage.lease_until).is_(None), col(OutboxMessage.lease_until) < moment),
        )
        found = session.exec(query.order_by(col(OutboxMessage.next_at)).limit(limit))
        return [ident for ident in found if ident is not None]


def claim(outbox_id: int) -> Job | None:
    """Take a message, unless it is not due or somebody else has it.

    One that a vanished worker left `sending` may have arrived: it is `unknown` from now on, and is looked for.
    """
    moment, owner = now(), secrets.token_hex(16)
    with transaction() as session:
        taking = (
            update(OutboxMessage)
            .where(
                col(OutboxMessage.id) == outbox_id,
                col(OutboxMessage.next_at) <= moment,
                or_(col(OutboxMessage.lease_until).is_(None), col(OutboxMessage.lease_until) < moment),
            )
            .values(lease_owner=owner, lease_until=moment + LEASE)
            .execution_options(synchronize_session=False)
        )
        if changed(session, taking) == 0:
            return None
        message = session.get_one(OutboxMessage, outbox_id)
        if message.state == State.SENDING:
            message.state, message.reason, message.updated_at = State.UNKNOWN, wording.writing.SEND_UNKNOWN, moment
        connection = session.get(Connection, message.connection_id) if message.connection_id else None
        return Job(message, connection, owner)


def hand_over(job: Job, message_id_header: str) -> bool:
    """Note, just before the provider is asked, that it may have the message from now on; False if it was undone."""
    moment = now()
    values = {
        "state": State.SENDING,
        "handed_over_at": moment,
        "message_id_header": message_id_header,
        "lease_until": moment + LEASE,
        "next_at": moment + LEASE,
        "updated_at": moment,
    }
    with transaction() as session:
        return _move(session, job, State.QUEUED, values)


def settle(job: Job, state: State, *, next_at: datetime | None, reason: str = "", **more: Any) -> bool:
    """End this turn: the message's new state, and when to look at it again.

    Returns: whether it was still ours to say. What was sent counts as sent even when others gave it up meanwhile.
    """
    values: dict[str, Any] = {
        "state": state,
        "next_at": next_at,
        "reason": reason[:300],
        "lease_owner": "",
        "lease_until": None,
        "updated_at": now(),
        **more,
    }
    with transaction() as session:
        return _move(session, job, None, values) or (state == State.SENT and _late(session, job, values))


def _move(session: Session, job: Job, only: State | None, values: dict[str, Any]) -> bool:
    mine = update(OutboxMessage).where(col(OutboxMessage.id) == job.id, col(OutboxMessage.lease_owner) == job.owner)
    if only is not None:
        mine = mine.where(col(OutboxMessage.state) == only)
    return changed(session, mine.values(**values).execution_options(synchronize_session=False)) == 1


def _late(session: Session, job: Job, values: dict[str, Any]) -> bool:
    same = (col(OutboxMessage.id) == job.id, col(OutboxMessage.key) == job.message.key)
    open_states = (State.SENDING, State.UNKNOWN)
    late = update(OutboxMessage).where(*same, col(OutboxMessage.state).in_(open_states)).values(**values)
    return changed(session, late.execution_options(synchronize_session=False)) == 1

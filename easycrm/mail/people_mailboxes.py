"""Which mailboxes people have, for an admin's list of people: numbers and statuses, never what is in them."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import col, func, select

from easycrm.core.db import reading
from easycrm.mail.connection import Connection, Status


@dataclass(frozen=True)
class Counts:
    """How many mailboxes somebody has, by status."""

    connected: int = 0
    waiting: int = 0
    ended: int = 0


def counts(user_ids: Collection[int]) -> dict[int, Counts]:
    """Numbers by user; who has no mailbox is not among them."""
    by_status: dict[int, dict[str, int]] = {}
    with reading() as session:
        query = select(Connection.user_id, Connection.status, func.count()).where(col(Connection.user_id).in_(user_ids))
        for user_id, status, number in session.exec(query.group_by(col(Connection.user_id), col(Connection.status))):
            by_status.setdefault(user_id, {})[status] = number
    return {
        user_id: Counts(
            found.get(Status.CONNECTED, 0),
            found.get(Status.REQUIRES_REAUTHENTICATION, 0),
            found.get(Status.NOT_CONNECTED, 0),
        )
        for user_id, found in by_status.items()
    }

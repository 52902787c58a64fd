"""How much mail mailboxes got on each of the last days."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from sqlalchemy import func
from sqlalchemy import select as rows_of
from sqlmodel import col

from easycrm.core.clock import now
from easycrm.core.db import reading
from easycrm.mail.connection import Connection
from easycrm.mail.message import Message
from easycrm.mail.message_rows import TIE_BITS

DAYS = 30
_DAY = 86_400_000 << TIE_BITS
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Volume:
    """Messages a day, UTC, oldest first; `first` is the day of the first count."""

    first: date
    counts: tuple[int, ...]


def of_user(user_id: int) -> dict[int, Volume]:
    """The last 30 days, today included, of each of the user's mailboxes, by the connection's id."""
    with reading() as session:
        mine = rows_of(col(Connection.id)).where(col(Connection.user_id) == user_id)
        ids = [int(ident or 0) for (ident,) in session.connection().execute(mine)]
        first = now().astimezone(UTC).date() - timedelta(days=DAYS - 1)
        start = (first - _EPOCH).days
        day = col(Message.sort_key) // _DAY
        query = (
            rows_of(col(Message.connection_id), day, func.count())
            .where(col(Message.connection_id).in_(ids), col(Message.sort_key) >= start * _DAY)
            .group_by(col(Message.connection_id), day)
        )
        found = {(one, int(number) - start): count for one, number, count in session.connection().execute(query)}
    return _by_mailbox(ids, first, found)


def _by_mailbox(ids: Collection[int], first: date, found: dict[tuple[int, int], int]) -> dict[int, Volume]:
    return {one: Volume(first, tuple(found.get((one, offset), 0) for offset in range(DAYS))) for one in ids}

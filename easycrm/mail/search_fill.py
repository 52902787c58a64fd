"""Puts mail that was stored before there was a search index into it: newest first, in steps that may be interrupted."""

from sqlmodel import Session, col, select

from easycrm.core.db import reading, transaction
from easycrm.mail import search_index
from easycrm.mail.connection import Connection
from easycrm.mail.message import Message

AT_ONCE = 200


def is_due() -> bool:
    """Whether some mailbox has mail that cannot be found yet."""
    return bool(_unsearched(most=1))


def fill(most_steps: int = 25) -> bool:
    """Do some of what is left; whether there is more. It may be called again, also by several workers at once."""
    for connection_id in _unsearched():
        while _step(connection_id):
            most_steps -= 1
            if most_steps == 0:
                return True
    return False


def _unsearched(most: int = AT_ONCE) -> list[int]:
    with reading() as session:
        query = select(Connection.id).where(col(Connection.unsearched_below).is_not(None)).limit(most)
        return [ident for ident in session.exec(query.order_by(col(Connection.id))) if ident is not None]


def _step(connection_id: int) -> bool:
    """The next messages of one mailbox; whether there were any."""
    with transaction() as session:
        # Locked, so that no page is stored meanwhile.
        query = select(Connection).where(Connection.id == connection_id).with_for_update()
        connection = session.exec(query).first()
        if connection is None or connection.unsearched_below is None:
            return False
        below = connection.unsearched_below
        connection.unsearched_below = _next(session, connection_id, below)
        if connection.unsearched_below is None:
            return False
        these = select(Message.id).where(
            Message.connection_id == connection_id,
            Message.sort_key < below,
            Message.sort_key >= connection.unsearched_below,
        )
        search_index.add(session, search_index.stored(session, [ident or 0 for ident in session.exec(these)]))
        return True


def _next(session: Session, connection_id: int, below: int) -> int | None:
    """The sort key down to which the next step goes."""
    query = select(Message.sort_key).where(Message.connection_id == connection_id, Message.sort_key < below)
    keys = session.exec(query.order_by(col(Message.sort_key).desc()).limit(AT_ONCE)).all()
    return keys[-1] if keys else None

"""An admin asks the owners of some mailboxes to connect them again."""

from collections.abc import Collection

from sqlmodel import col, select

from easycrm.core import wording
from easycrm.core.db import transaction
from easycrm.mail import outage
from easycrm.mail.connection import Connection, Status
from easycrm.notices import audit, bell


def ask(actor_id: int, connection_ids: Collection[int]) -> int:
    """Ring the bell of owners who were asked already, and ask the others; how many mailboxes it concerned.

    One that is Connected becomes Requires Re-authentication: its tokens are destroyed.
    """
    with transaction() as session:
        query = select(Connection).where(
            col(Connection.id).in_(connection_ids), col(Connection.status) != Status.NOT_CONNECTED
        )
        found = session.exec(query.order_by(col(Connection.id))).all()
        for connection in found:
            ident = connection.id or 0
            if connection.status == Status.CONNECTED:
                outage.fall(session, ident, connection.generation, wording.health.ASKED_BY_ADMIN)
            else:
                bell.ring_again(session, outage.REAUTHENTICATION, outage.subject_key(ident))
            audit.record(session, "connection.reconnect_asked", actor_id=actor_id, subject=connection.address)
        return len(found)

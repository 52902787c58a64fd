"""The mailbox that new messages are sent from: one of a user's connected ones, as long as there is any."""

from sqlmodel import Session, col, select, update

from easycrm.core import wording
from easycrm.core.db import transaction
from easycrm.core.errors import Refused
from easycrm.mail.connection import Connection, Status, owned
from easycrm.notices import audit


def make_default(user_id: int, connection_id: int) -> None:
    """Send new messages from this mailbox.

    Raises:
        NotFound: it is not the user's.
        Refused: it is not connected.
    """
    with transaction() as session:
        connection = owned(session, user_id, connection_id)
        if connection.status == Status.NOT_CONNECTED:
            raise Refused(wording.NOT_CONNECTED)
        _only(session, user_id, connection_id)
        audit.record(session, "connection.default_sender", actor_id=user_id, subject=connection.address)


def default_of(session: Session, user_id: int) -> Connection | None:
    """The mailbox that a user's new messages go out from, if there is one."""
    living = select(Connection).where(Connection.user_id == user_id, Connection.status != Status.NOT_CONNECTED)
    return session.exec(living.order_by(col(Connection.is_default_sender).desc(), col(Connection.id))).first()


def pass_on(session: Session, connection: Connection) -> None:
    """Give the role of a mailbox that leaves to the user's oldest remaining one."""
    if not connection.is_default_sender:
        return
    connection.is_default_sender = False
    session.add(connection)
    session.flush()
    rest = (
        select(Connection.id)
        .where(Connection.user_id == connection.user_id, Connection.status != Status.NOT_CONNECTED)
        .where(Connection.id != connection.id)
        .order_by(col(Connection.id))
    )
    heir = session.exec(rest).first()
    if heir is not None:
        _only(session, connection.user_id, heir)


def _only(session: Session, user_id: int, connection_id: int) -> None:
    session.exec(
        update(Connection)
        .where(col(Connection.user_id) == user_id)
        .values(
            is_default_sender=col(Connection.id) == connection_id,
            changed_seq=Connection.changed_seq + 1,
        )
        .execution_options(synchronize_session=False)
    )

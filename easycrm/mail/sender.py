"""The mailbox that new messages are sent from: one of a user's connected ones, as long as there is any."""

from dataclasses import dataclass

from sqlmodel import Session, col, select, update

from easycrm.core import wording
from easycrm.core.db import reading, transaction
from easycrm.core.errors import Refused
from easycrm.mail import composing
from easycrm.mail.connection import Connection, Status, capabilities_of, of_user, owned
from easycrm.notices import audit
from easycrm.providers.base import Capability
from easycrm.providers.registry import provider as known


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


@dataclass(frozen=True)
class Sender:
    """A mailbox to send from; `most_bytes` is what files may have together, `problem` why it cannot send now."""

    id: int
    address: str
    name: str
    provider: str
    provider_name: str
    most_bytes: int
    signature: str
    problem: str


def choices(user_id: int) -> list[Sender]:
    """The mailboxes that a user can send from, the default one first; disconnected ones are left out."""
    with reading() as session:
        mine = [one for one in of_user(session, user_id) if one.status != Status.NOT_CONNECTED]
    return [_sender(one) for one in sorted(mine, key=lambda one: not one.is_default_sender)]


def _sender(connection: Connection) -> Sender:
    provider = known(connection.provider)
    return Sender(
        id=connection.id or 0,
        address=connection.address,
        name=connection.name,
        provider=connection.provider,
        provider_name=provider.name,
        most_bytes=most_file_bytes(provider.most_bytes),
        signature=connection.signature,
        problem=cannot_send(connection),
    )


def cannot_send(connection: Connection) -> str:
    """Why nothing can be sent from this mailbox at the moment, or an empty text."""
    if connection.status == Status.REQUIRES_REAUTHENTICATION:
        return wording.NEEDS_REAUTHENTICATION
    if connection.status != Status.CONNECTED:
        return wording.writing.SEND_NOT_CONNECTED
    return "" if Capability.SEND in capabilities_of(connection) else wording.writing.SEND_NOT_ALLOWED


def is_of_the_mailbox(reason: str) -> bool:
    """Whether a reason why something was not sent is one of `cannot_send`: it may be over since."""
    return reason in (
        wording.NEEDS_REAUTHENTICATION,
        wording.writing.SEND_NOT_CONNECTED,
        wording.writing.SEND_NOT_ALLOWED,
    )


def most_file_bytes(most_bytes: int) -> int:
    """What files may have together where a message may have `most_bytes`."""
    return int(most_bytes / composing.FILE_GROWTH)


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

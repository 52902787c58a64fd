"""What a change of a provider's application does to the mailboxes that live on the old one."""

from sqlmodel import Session, col, select

from easycrm.core import wording
from easycrm.mail import outage
from easycrm.mail.connection import Connection, Status


def living_on(session: Session, provider: str) -> list[str]:
    """Addresses of the mailboxes that are connected there."""
    query = select(Connection.address).where(Connection.provider == provider, Connection.status == Status.CONNECTED)
    return list(session.exec(query.order_by(col(Connection.address))))


def begin_anew(session: Session, provider: str) -> None:
    """Tokens of the old application are worth nothing to the new one: their owners are asked to reconnect."""
    mailboxes = select(Connection.id, Connection.generation).where(
        Connection.provider == provider, Connection.status == Status.CONNECTED
    )
    for ident, generation in session.exec(mailboxes).all():
        outage.fall(session, ident or 0, generation, wording.setup.APPLICATION_CHANGED)

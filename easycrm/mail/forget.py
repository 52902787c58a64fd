"""Delete synced emails: a decision of its own after a disconnect, carried out in steps that may be interrupted."""

from sqlmodel import Session, col, delete, select, update

from easycrm.core import wording
from easycrm.core.db import transaction
from easycrm.core.errors import Refused
from easycrm.mail.connection import Connection, Status, owned
from easycrm.mail.folder import MailFolder
from easycrm.mail.message import Attachment, Message, MessageBody, Participant
from easycrm.mail.sync_run import SkippedMessage, SyncRun
from easycrm.mail.thread import Thread
from easycrm.notices import audit

_AT_ONCE = 500


def forget(user_id: int, connection_id: int) -> int:
    """Delete everything that was synced from one's own disconnected mailbox; how many emails there were.

    Interrupted, it may be called again. Connecting the mailbox later imports it anew.

    Raises:
        NotFound: it is not theirs.
        Refused: it is still connected, or has been connected again meanwhile.
    """
    deleted = 0
    while True:
        with transaction() as session:
            connection = _disconnected(session, user_id, connection_id)
            step = _delete_some(session, connection_id)
            deleted += step
            if step == 0:
                _begin_anew(session, connection)
                audit.record(
                    session, "emails.deleted", actor_id=user_id, subject=connection.address, detail=f"{deleted} emails"
                )
                return deleted


def _disconnected(session: Session, user_id: int, connection_id: int) -> Connection:
    owned(session, user_id, connection_id)
    row = select(Connection).where(Connection.id == connection_id).with_for_update()
    connection = session.exec(row).one()
    if connection.status != Status.NOT_CONNECTED:
        raise Refused(wording.DELETE_ONLY_WHEN_DISCONNECTED)
    return connection


def _delete_some(session: Session, connection_id: int) -> int:
    query = select(Message.id).where(Message.connection_id == connection_id).limit(_AT_ONCE)
    ids = [ident for ident in session.exec(query) if ident is not None]
    for table in (MessageBody, Participant, Attachment):
        session.exec(delete(table).where(col(table.message_id).in_(ids)))
    session.exec(delete(Message).where(col(Message.id).in_(ids)))
    return len(ids)


def _begin_anew(session: Session, connection: Connection) -> None:
    """What is left of the mailbox goes too, cursors included, so that a later import starts from nothing."""
    for table in (Thread, MailFolder, SkippedMessage, SyncRun):
        session.exec(delete(table).where(col(table.connection_id) == connection.id))
    session.exec(
        update(Connection)
        .where(col(Connection.id) == connection.id)
        .values(
            import_started_at=None,
            import_finished_at=None,
            import_done=0,
            import_total=None,
            last_success_at=None,
            last_reconciled_at=None,
            recovered_from=None,
            changed_seq=Connection.changed_seq + 1,
        )
        .execution_options(synchronize_session=False)
    )

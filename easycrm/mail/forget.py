"""Delete synced emails: a decision of its own after a disconnect, carried out in steps that may be interrupted."""

from sqlmodel import Session, col, delete, func, select, update

from easycrm.core import wording
from easycrm.core.db import transaction
from easycrm.core.errors import Refused
from easycrm.mail import imported, outage, search_index, thread_rows
from easycrm.mail.connection import Connection, Status, owned
from easycrm.mail.folder import MailFolder
from easycrm.mail.message import Attachment, Message, MessageBody, Participant
from easycrm.mail.sync_run import SkippedMessage, SyncRun
from easycrm.mail.thread import Thread, ThreadLabel
from easycrm.notices import audit, bell

_AT_ONCE = 500


def forget(user_id: int, connection_id: int) -> int:
    """Delete everything that was synced from one's own disconnected mailbox, imported contacts too; how many emails.

    Interrupted, it may be called again. Connecting the mailbox later imports it anew.

    Raises:
        NotFound: it is not theirs.
        Refused: it is still connected, or has been connected again meanwhile.
    """
    deleted, begun = 0, False
    while True:
        with transaction() as session:
            connection = _disconnected(session, user_id, connection_id)
            if not begun:
                # An interruption must leave a trace too.
                audit.record(session, "emails.deletion_begun", actor_id=user_id, subject=connection.address)
            begun = True
            step = delete_some(session, connection_id)
            # With the first step already: after an interruption, a reconnect must not read on from the old cursors.
            _begin_anew(session, connection)
            deleted += step
            if step == 0:
                _clear_rest(session, connection_id)
                bell.resolve(session, outage.IMPORTED, outage.subject_key(connection_id))
                audit.record(
                    session, "emails.deleted", actor_id=user_id, subject=connection.address, detail=f"{deleted} emails"
                )
                return deleted


def _disconnected(session: Session, user_id: int, connection_id: int) -> Connection:
    owned(session, user_id, connection_id)
    row = select(Connection).where(Connection.id == connection_id).with_for_update()
    connection = session.exec(row).one()
    if connection.status != Status.NOT_CONNECTED:
        raise Refused(wording.syncing.DELETE_ONLY_WHEN_DISCONNECTED)
    return connection


def delete_some(session: Session, connection_id: int) -> int:
    """Delete the next few hundred messages of a mailbox with all that belongs to them; how many."""
    query = select(Message.id, Message.thread_id).where(Message.connection_id == connection_id).limit(_AT_ONCE)
    found = session.exec(query).all()
    ids = [ident for ident, _ in found if ident is not None]
    search_index.remove(session, ids)
    for table in (MessageBody, Participant, Attachment):
        session.exec(delete(table).where(col(table.message_id).in_(ids)))
    session.exec(delete(Message).where(col(Message.id).in_(ids)))
    thread_rows.refresh(session, {thread_id for _, thread_id in found})
    return len(ids)


def _clear_rest(session: Session, connection_id: int) -> None:
    imported.delete_of(session, connection_id)
    for table in (Thread, ThreadLabel, SkippedMessage, SyncRun):
        session.exec(delete(table).where(col(table.connection_id) == connection_id))


def _begin_anew(session: Session, connection: Connection) -> None:
    """The cursors go, so that a later import reads everything; what is left counts as imported until it goes too."""
    # What its owner left out stays left out; such rows have no cursors.
    session.exec(delete(MailFolder).where(col(MailFolder.connection_id) == connection.id, ~col(MailFolder.excluded)))
    left = session.exec(select(func.count()).where(Message.connection_id == connection.id)).one()
    session.exec(
        update(Connection)
        .where(col(Connection.id) == connection.id)
        .values(
            import_started_at=None,
            import_finished_at=None,
            import_done=left,
            import_total=None,
            last_success_at=None,
            last_reconciled_at=None,
            recovered_from=None,
            changed_seq=Connection.changed_seq + 1,
        )
        .execution_options(synchronize_session=False)
    )

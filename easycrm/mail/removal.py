"""Takes messages out of a mailbox with everything that belongs to them; the provider keeps its own."""

from collections.abc import Sequence

from sqlmodel import Session, col, delete, select

from easycrm.core.db import portions
from easycrm.mail import search_index, sift, thread_rows
from easycrm.mail.message import Attachment, Message, MessageBody, Participant
from easycrm.mail.sync_run import SkippedMessage


def remove(session: Session, connection_id: int, provider_message_ids: Sequence[str]) -> int:
    """Delete these messages and everything that belongs to them; how many there were."""
    return sum(_remove(session, connection_id, some) for some in portions(provider_message_ids))


def _remove(session: Session, connection_id: int, provider_message_ids: Sequence[str]) -> int:
    found = threads_of(session, connection_id, provider_message_ids)
    ids = list(found)
    search_index.remove(session, ids)
    for table in (MessageBody, Participant, Attachment):
        session.exec(delete(table).where(col(table.message_id).in_(ids)))
    session.exec(delete(Message).where(col(Message.id).in_(ids)))
    session.exec(delete(SkippedMessage).where(named(SkippedMessage, connection_id, provider_message_ids)))
    thread_rows.refresh(session, set(found.values()))
    return len(ids)


def leave_out(session: Session, connection_id: int, verdicts: dict[str, sift.Verdict]) -> int:
    """Keep these messages out: those that are here go, and all of them stand in the ledger; how many were here."""
    removed = remove(session, connection_id, list(verdicts))
    sift.note(session, connection_id, verdicts)
    return removed


def threads_of(session: Session, connection_id: int, provider_message_ids: Sequence[str]) -> dict[int, int]:
    """The threads of those that are here, by message."""
    query = select(Message.id, Message.thread_id).where(named(Message, connection_id, provider_message_ids))
    return {ident or 0: thread_id for ident, thread_id in session.exec(query)}


def named(table: type[Message] | type[SkippedMessage], connection_id: int, provider_message_ids: Sequence[str]):
    """The condition that a row is about one of these messages of the mailbox."""
    return (col(table.connection_id) == connection_id) & col(table.provider_message_id).in_(provider_message_ids)

"""Carries out what a new rule, an ended rule or a folder choice means for mail that is here: in steps, over restarts.

A rule is written down first, and only then are mailboxes looked at, each under the lock that a page takes too. So a
page that did not know the rule yet is finished before its mailbox is swept, and every later one knows it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, delete, select, update

from easycrm.core.clock import now
from easycrm.core.db import changed, reading, transaction
from easycrm.mail import removal, sift
from easycrm.mail.connection import Connection, Status
from easycrm.mail.exclusion_rule import EVERYBODY, ExclusionRule, Kind, RuleState
from easycrm.mail.folder import STREAM, MailFolder
from easycrm.mail.message import Message, Participant
from easycrm.mail.sync_run import SkippedMessage

AT_ONCE = 500


def carry_out() -> list[int]:
    """Do whatever rules and choices still ask for; ids of mailboxes that are to be read again.

    Interrupted anywhere, it may be called again, also by several workers at once.
    """
    again: list[int] = []
    for rule in _rules_to_do():
        again += _bring_back(rule) if rule.state == RuleState.ENDING else _spread(rule)
    for connection_id in _mailboxes_to_do():
        sweep(connection_id)
    return again


def sweep(connection_id: int) -> int:
    """Remove from one mailbox what is left out now; how many messages."""
    removed, before, goal = 0, None, None
    while True:
        with transaction() as session:
            connection = locked(session, connection_id)
            if connection is None:
                return removed
            goal = connection.sift_wanted if goal is None else goal
            found = _next(session, connection_id, before)
            if not found:
                connection.sift_done = goal
                connection.changed_seq += 1
                return removed
            before = found[-1].sort_key
            removed += _remove(session, connection, found)


def locked(session: Session, connection_id: int) -> Connection | None:
    """The connection, locked for this transaction: no page is stored meanwhile."""
    return session.exec(select(Connection).where(Connection.id == connection_id).with_for_update()).first()


def read_again(session: Session, connection: Connection, *folders: str) -> None:
    """Let a locked mailbox's window be read again: all of its streams, or only `folders` and what is no folder.

    A run that is under way ends without writing: it would move the cursors on.
    """
    mine = [col(MailFolder.connection_id) == connection.id]
    if folders:
        mine.append((col(MailFolder.kind) == STREAM) | col(MailFolder.provider_folder_id).in_(folders))
    streams = update(MailFolder).where(*mine).values(cursor="")
    session.exec(streams.execution_options(synchronize_session=False))
    # What was deleted meanwhile is told by no cursor: the next comparison finds it.
    connection.last_reconciled_at = None
    interrupt(connection)


def interrupt(connection: Connection) -> None:
    """Take a locked mailbox from whoever works on it, and let it be due, unless its provider asked to wait."""
    connection.lease_owner, connection.lease_until = "", None
    connection.changed_seq += 1
    if connection.status == Status.CONNECTED and not connection.failures:
        connection.next_sync_at = now()


def _rules_to_do() -> list[ExclusionRule]:
    with reading() as session:
        query = select(ExclusionRule).where(
            ExclusionRule.state != RuleState.IN_FORCE, col(ExclusionRule.kind).in_((Kind.ADDRESS, Kind.DOMAIN))
        )
        return list(session.exec(query.order_by(col(ExclusionRule.id))))


def _mailboxes_to_do() -> list[int]:
    with reading() as session:
        query = select(Connection.id).where(col(Connection.sift_wanted) != col(Connection.sift_done))
        return [ident for ident in session.exec(query) if ident is not None]


def _spread(rule: ExclusionRule) -> list[int]:
    """Let every mailbox that the rule is about be swept."""
    with transaction() as session:
        mine = (col(ExclusionRule.id) == rule.id) & (col(ExclusionRule.state) == RuleState.NEW)
        if changed(session, update(ExclusionRule).where(mine).values(state=RuleState.IN_FORCE)):
            about = update(Connection).values(sift_wanted=Connection.sift_wanted + 1)
            if rule.owner_id != EVERYBODY:
                about = about.where(col(Connection.user_id) == rule.owner_id)
            session.exec(about.execution_options(synchronize_session=False))
    return []


def _bring_back(rule: ExclusionRule) -> list[int]:
    """Let every mailbox from which the rule kept mail be read again, and forget the rule."""
    again: list[int] = []
    for connection_id in _mailboxes_of(rule):
        with transaction() as session:
            connection = locked(session, connection_id)
            current = session.get(ExclusionRule, rule.id)
            if current is None or current.state != RuleState.ENDING:
                return again
            mine = (col(SkippedMessage.connection_id) == connection_id) & (col(SkippedMessage.rule_id) == rule.id)
            if connection and changed(session, delete(SkippedMessage).where(mine)):
                read_again(session, connection)
                again.append(connection_id)
    with transaction() as session:
        ended = (col(ExclusionRule.id) == rule.id) & (col(ExclusionRule.state) == RuleState.ENDING)
        session.exec(delete(ExclusionRule).where(ended))
    return again


def _mailboxes_of(rule: ExclusionRule) -> list[int]:
    with reading() as session:
        query = select(Connection.id).order_by(col(Connection.id))
        if rule.owner_id != EVERYBODY:
            query = query.where(Connection.user_id == rule.owner_id)
        return [ident for ident in session.exec(query) if ident is not None]


@dataclass(frozen=True)
class _Here:
    """What a stored message is judged by."""

    id: int
    provider_message_id: str
    sort_key: int
    labels: str


def _next(session: Session, connection_id: int, before: int | None) -> Sequence[_Here]:
    """The next messages, the newest first."""
    query = select(Message.id, Message.provider_message_id, Message.sort_key, Message.labels).where(
        Message.connection_id == connection_id
    )
    if before is not None:
        query = query.where(Message.sort_key < before)
    found = session.exec(query.order_by(col(Message.sort_key).desc()).limit(AT_ONCE))
    return [_Here(ident or 0, provider_id, key, labels) for ident, provider_id, key, labels in found]


def _remove(session: Session, connection: Connection, messages: Sequence[_Here]) -> int:
    sieve = sift.load(session, connection)
    people: dict[int, list[str]] = {}
    participants = select(Participant.message_id, Participant.email).where(
        col(Participant.message_id).in_([one.id for one in messages])
    )
    for message_id, email in session.exec(participants):
        people.setdefault(message_id, []).append(email)
    judged = {one.provider_message_id: sieve.verdict(people.get(one.id, ()), one.labels.split()) for one in messages}
    verdicts = {ident: verdict for ident, verdict in judged.items() if verdict}
    if not verdicts:
        return 0
    removed = removal.leave_out(session, connection.id or 0, verdicts)
    connection.changed_seq += 1
    if connection.import_finished_at is None:
        connection.import_done = max(0, connection.import_done - removed)
    return removed

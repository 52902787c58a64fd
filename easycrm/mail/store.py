"""Stores one page of a mailbox: messages, states, removals, ledger and cursor in one transaction, behind the fence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain

from sqlalchemy import update
from sqlmodel import Session, col, delete, select

from easycrm.core.clock import now
from easycrm.core.db import portions, transaction
from easycrm.mail import message_rows, place, search_index, sift, thread_rows, told_marks, written_to
from easycrm.mail.connection import Connection, ConnectionEnded, Status
from easycrm.mail.folder import MailFolder
from easycrm.mail.message import Attachment, Message, MessageBody, Participant
from easycrm.mail.removal import leave_out, named, remove, threads_of
from easycrm.mail.sync_run import SkippedMessage
from easycrm.mail.upsert import insert_into, insert_many, insert_of, upsert
from easycrm.providers.pages import FetchedMessage, MessageState, Page, Unreadable

LEASE = timedelta(seconds=90)
_CHANGING = (
    "thread_id", "generation", "subject", "sender_email", "sender_name", "snippet", "received_at", "sort_key",
    "labels", "has_attachments", "size", "unseen_since",
)  # fmt: skip


@dataclass(frozen=True)
class Stored:
    """What a page changed: messages that are new, gone, in the ledger as unreadable, and kept out by a rule."""

    new: int = 0
    removed: int = 0
    skipped: int = 0
    excluded: int = 0

    def __add__(self, other: "Stored") -> "Stored":
        sums = (self.new + other.new, self.removed + other.removed, self.skipped + other.skipped)
        return Stored(*sums, self.excluded + other.excluded)


def commit_page(connection_id: int, generation: int, owner: str, page: Page) -> Stored:
    """Write the page and its cursor, and prolong the lease: all of it or nothing.

    Raises:
        ConnectionEnded: the generation is over, or another worker holds the lease.
    """
    with transaction() as session:
        connection = fence(session, connection_id, generation, owner)
        kept, verdicts = sift.judged(sift.load(session, connection), page.messages)
        new, failed = _store(session, connection, kept)
        written_to.from_sync(session, connection, kept)
        ledger = [*page.unreadable, *failed]
        _skip(session, connection_id, ledger)
        followed = follow(session, connection_id, page.states)
        certain = [removal.provider_message_id for removal in page.removals if removal.certain]
        removed = remove(session, connection_id, certain) + leave_out(session, connection_id, verdicts)
        _mark_unseen(session, connection_id, page)
        _move_cursor(session, connection_id, page)
        _progress(connection, page, new, followed)
        by_rule = sum(verdict.rule_id is not None for verdict in verdicts.values())
        return Stored(new, removed, len(ledger), by_rule)


def fence(session: Session, connection_id: int, generation: int, owner: str) -> Connection:
    """The connection, locked for this transaction, if it is still ours to write.

    Raises:
        ConnectionEnded: the generation is over, or another worker holds the lease.
    """
    connection = session.exec(select(Connection).where(Connection.id == connection_id).with_for_update()).first()
    if connection is None or connection.generation != generation or connection.status != Status.CONNECTED:
        raise ConnectionEnded
    if connection.lease_owner != owner:
        raise ConnectionEnded
    connection.lease_until = now() + LEASE
    return connection


def _store(
    session: Session, connection: Connection, messages: Sequence[FetchedMessage]
) -> tuple[int, list[Unreadable]]:
    if not messages:
        return 0, []
    ident = connection.id or 0
    unique = {message.provider_message_id: message for message in messages}
    places = place.places(session, connection)
    threads = thread_rows.ids_of(session, ident, {message.provider_thread_id for message in messages})
    rows: list[message_rows.Row] = []
    failed: list[Unreadable] = []
    for message in unique.values():
        thread_id = threads[message.provider_thread_id]
        try:
            lies = places.of(message.labels)
            rows.append(message_rows.message_row(ident, connection.generation, thread_id, message, lies))
        except ValueError as error:
            failed.append(Unreadable(message.provider_message_id, "could not be read", str(error)))
    if not rows:
        return 0, failed
    before = threads_of(session, ident, [row["provider_message_id"] for row in rows])
    known = list(before)
    search_index.remove(session, known)
    statement = insert_of(session, Message)
    change = {name: statement.excluded[name] for name in _CHANGING} | told_marks.on_conflict(statement)
    statement = statement.on_conflict_do_update(index_elements=["connection_id", "provider_message_id"], set_=change)
    returning = statement.returning(col(Message.id), col(Message.provider_message_id))
    ids: dict[str, int] = {str(row[1]): int(row[0] or 0) for row in session.connection().execute(returning, rows)}
    _store_parts(session, ident, [(ids[key], unique[key]) for key in ids], known)
    session.exec(delete(SkippedMessage).where(named(SkippedMessage, ident, list(ids))))
    thread_rows.refresh(session, {*threads.values(), *before.values()})
    return len(rows) - len(before), failed


def _store_parts(
    session: Session, connection_id: int, messages: Sequence[tuple[int, FetchedMessage]], known: Sequence[int]
) -> None:
    for table in (MessageBody, Participant):
        if known:
            session.exec(delete(table).where(col(table.message_id).in_(known)))
    insert_many(session, MessageBody, [message_rows.body_row(*one) for one in messages])
    # Attachments keep their ids: links lead to them, drafts forward them, and some were listed only when asked for.
    kept = _names_of_files(session, known)
    people = {ident: message_rows.participant_rows(connection_id, ident, message) for ident, message in messages}
    files = {ident: message_rows.attachment_rows(ident, message) for ident, message in messages if ident not in kept}
    insert_many(session, Participant, list(chain.from_iterable(people.values())))
    insert_many(session, Attachment, list(chain.from_iterable(files.values())))
    names = {ident: [row["file_name"] for row in rows] for ident, rows in files.items()} | kept
    entries = [
        search_index.entry(connection_id, ident, message, people[ident], names[ident]) for ident, message in messages
    ]
    search_index.add(session, entries)


def _names_of_files(session: Session, message_ids: Sequence[int]) -> dict[int, list[str]]:
    """The names of listed attachments, by message; only those that have any."""
    found: dict[int, list[str]] = {}
    query = select(Attachment.message_id, Attachment.file_name).where(col(Attachment.message_id).in_(message_ids))
    for ident, name in session.exec(query.order_by(col(Attachment.id))):
        found.setdefault(ident, []).append(name)
    return found


def _skip(session: Session, connection_id: int, ledger: Sequence[Unreadable]) -> None:
    rows = [
        {
            "connection_id": connection_id,
            "provider_message_id": one.provider_message_id[:300],
            "reason": one.reason,
            "detail": message_rows.clean(one.detail, 300),
            "rule_id": None,
            "at": now(),
            "tries": 1,
        }
        for one in ledger
    ]
    if rows:
        statement = insert_into(session, SkippedMessage, rows)
        new = {name: statement.excluded[name] for name in ("reason", "detail", "rule_id", "at")}
        keys, tries = ("connection_id", "provider_message_id"), col(SkippedMessage.tries) + 1
        session.exec(statement.on_conflict_do_update(index_elements=keys, set_={**new, "tries": tries}))


def follow(session: Session, connection_id: int, states: Sequence[MessageState]) -> int:
    """Take over marks and labels of messages that are here, where the provider has changed them; how many differed.

    A message that lies, or whose label says that it lies, where its owner left mail out goes.
    """
    if not states:
        return 0
    folders, verdicts = sift.left_out(session, connection_id), dict[str, sift.Verdict]()
    places = place.places(session, session.get_one(Connection, connection_id))
    told = {state.provider_message_id: state for state in states}
    touched: list[int] = []
    for some in portions(told):
        query = select(Message).where(named(Message, connection_id, some))
        for message in session.exec(query).all():
            state = told[message.provider_message_id]
            labels = message_rows.relabelled(message.labels, state)
            lies = places.of(labels.split())
            marked = told_marks.follow(message, unread=state.unread, starred=state.starred, place=lies)
            if marked or labels != message.labels:
                message.labels = labels
                touched.append(message.thread_id)
                if folder := min(folders.intersection(message.labels.split()), default=""):
                    verdicts[message.provider_message_id] = sift.Verdict(folder=folder)
    session.flush()
    for some in portions(set(touched)):
        thread_rows.refresh(session, some)
    leave_out(session, connection_id, verdicts)
    return len(touched)


def _mark_unseen(session: Session, connection_id: int, page: Page) -> None:
    """Mark what left this folder; what another folder's page has already brought back lies there now."""
    ids = [removal.provider_message_id for removal in page.removals if not removal.certain]
    if ids:
        here = col(Message.labels).contains(message_rows.labelled([page.stream]), autoescape=True)
        marking = update(Message).where(named(Message, connection_id, ids), here).values(unseen_since=now())
        session.exec(marking.execution_options(synchronize_session=False))


def remove_unseen(connection_id: int, generation: int, owner: str) -> int:
    """At the end of a run that read every stream: delete what left its folder and turned up in no other.

    Raises:
        ConnectionEnded: the generation is over, or another worker holds the lease.
    """
    with transaction() as session:
        connection = fence(session, connection_id, generation, owner)
        query = select(Message.provider_message_id).where(
            Message.connection_id == connection_id, col(Message.unseen_since).is_not(None)
        )
        removed = remove(session, connection_id, list(session.exec(query)))
        connection.changed_seq += bool(removed)
        return removed


def _move_cursor(session: Session, connection_id: int, page: Page) -> None:
    if not page.stream:
        return
    row = {
        "connection_id": connection_id,
        "provider_folder_id": page.stream,
        "name": "",
        "kind": "stream",
        "excluded": False,
        "cursor": page.cursor,
        "caught_up_at": now() if page.caught_up else None,
        "restarts": 0,
    }
    change = ("cursor", "caught_up_at", "restarts") if page.caught_up else ("cursor",)
    session.exec(upsert(session, MailFolder, [row], ("connection_id", "provider_folder_id"), change))


def _progress(connection: Connection, page: Page, new: int, followed: int) -> None:
    if connection.import_finished_at is None:
        connection.import_done += new
        connection.import_total = page.total if page.total is not None else connection.import_total
    if page.messages or followed or page.removals:
        connection.changed_seq += 1
        # A long import that is throttled now and then is not one that fails: its waits must not grow.
        connection.failures = 0

"""Which threads a person wants to see, as ranges of an index and what the threads in them have to fulfil."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func
from sqlalchemy import select as columns_of
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from easycrm.mail.base_email import base_email
from easycrm.mail.connection import Connection
from easycrm.mail.contact import ContactAddress
from easycrm.mail.folder import MailFolder
from easycrm.mail.message import Message, Participant
from easycrm.mail.place import Place
from easycrm.mail.thread import Mark, Thread, ThreadLabel

# Threads with somebody, or with a label, are collected up to so many; with more, they are met soon enough by looking.
COLLECTED = 2000


class View(StrEnum):
    """The views that every mailbox has."""

    INBOX = "inbox"
    UNREAD = "unread"
    STARRED = "starred"
    SENT = "sent"
    ARCHIVED = "archived"
    ALL = "all"


_PLACES = {View.INBOX: Place.INBOX, View.ARCHIVED: Place.ARCHIVE}


@dataclass(frozen=True)
class Filters:
    """What a list shows; all of it at once. Ids are 0, and texts empty, where nothing is asked for.

    Args:
        folder: a folder or label by its id here; what lies in it is shown whatever the view.
        address: somebody who wrote or was written to.
        contact: the same for every address of a contact.
    """

    view: View = View.INBOX
    mailbox: int = 0
    folder: int = 0
    unread: bool = False
    starred: bool = False
    attachments: bool = False
    address: str = ""
    contact: int = 0

    @property
    def marks(self) -> dict[Mark, bool]:
        """Which marks a thread must have, those first that the fewest threads have."""
        view = View.ALL if self.folder else self.view
        return {
            Mark.STARRED: self.starred or view == View.STARRED,
            Mark.UNREAD: self.unread or view == View.UNREAD,
            Mark.ATTACHMENTS: self.attachments,
        }


@dataclass(frozen=True)
class Source:
    """One index range to read threads from: those of a mailbox, those with a label, or those `among` some ids.

    Args:
        also: another label that they must have.
    """

    connection_id: int
    label: str = ""
    among: Any = None
    also: str = ""

    @property
    def key(self) -> Any:
        """The column that the range is ordered by."""
        return col(ThreadLabel.sort_key) if self.label else col(Thread.sort_key)

    def threads(self) -> Select[Any]:
        """The ids of its threads."""
        ids = columns_of(col(Thread.id))
        if self.among is not None:
            # An expression keeps SQLite from looking through the whole mailbox for them.
            return ids.where(col(Thread.connection_id) + 0 == self.connection_id, self.among)
        if not self.label:
            return ids.where(col(Thread.connection_id) == self.connection_id)
        ids = ids.join(ThreadLabel, col(ThreadLabel.thread_id) == col(Thread.id)).where(
            col(ThreadLabel.connection_id) == self.connection_id, col(ThreadLabel.label) == self.label
        )
        if not self.also:
            return ids
        other: type[ThreadLabel] = aliased(ThreadLabel)
        both = col(other.thread_id) == col(ThreadLabel.thread_id), col(other.label) == self.also
        return ids.where(select(other.thread_id).where(*both).exists())


def ranges(session: Session, user_id: int, filters: Filters) -> list[tuple[Source, Select[Any]]]:
    """Where to look, only in mailboxes and folders that are the user's, and the ids of what is wanted there."""
    query = select(Connection.id).where(Connection.user_id == user_id)
    if filters.mailbox:
        query = query.where(Connection.id == filters.mailbox)
    mine = [ident or 0 for ident in session.exec(query)]
    people = _people(session, filters)
    among = _with(session, people, mine) if people is not None else None
    wanted = _conditions(filters)
    if people is not None and among is None:
        wanted.append(_met(people))
    return [(source, source.threads().where(*wanted)) for source in _sources(session, mine, filters, among)]


def _sources(session: Session, mine: Sequence[int], filters: Filters, among: Any) -> list[Source]:
    mark = next((str(mark) for mark, wanted in filters.marks.items() if wanted), "")
    if filters.folder or filters.view == View.SENT:
        named = MailFolder.id == filters.folder if filters.folder else MailFolder.kind == "sent"
        query = select(MailFolder.connection_id, MailFolder.provider_folder_id).where(
            col(MailFolder.connection_id).in_(mine), named
        )
        return [_with_label(session, ident, label, mark) for ident, label in session.exec(query).all()]
    return [Source(ident, "" if among is not None else mark, among) for ident in mine]


def _with_label(session: Session, connection_id: int, label: str, mark: str) -> Source:
    """Threads with a label; where there are many, they are looked for among those with the mark."""
    if mark:
        theirs = ThreadLabel.connection_id == connection_id, ThreadLabel.label == label
        some = select(ThreadLabel.thread_id).where(*theirs).limit(COLLECTED).subquery()
        if count(session, some) == COLLECTED:
            return Source(connection_id, mark, also=label)
    return Source(connection_id, label)


def _conditions(filters: Filters) -> list[Any]:
    marks = filters.marks
    found: list[Any] = [col(Thread.messages) > 0]
    if marks[Mark.STARRED]:
        found.append(col(Thread.starred) > 0)
    if marks[Mark.UNREAD]:
        found.append(col(Thread.unread) > 0)
    if marks[Mark.ATTACHMENTS]:
        found.append(col(Thread.has_attachments).is_(True))
    if filters.view in _PLACES and not filters.folder:
        found.append(col(Thread.place) == str(_PLACES[filters.view]))
    return found


def _people(session: Session, filters: Filters) -> list[str] | None:
    """The addresses of whoever is asked for; None where nobody is."""
    if not filters.address and not filters.contact:
        return None
    found = [base_email(filters.address)] if filters.address else []
    query = select(ContactAddress.base_email).where(ContactAddress.contact_id == filters.contact)
    return found + list(session.exec(query)) if filters.contact else found


def _with(session: Session, people: Sequence[str], mine: Sequence[int]) -> Any:
    """Threads with these people, collected; None where there are too many for that."""
    theirs = col(Participant.base_email).in_(people), col(Participant.connection_id).in_(mine)
    some = select(Participant.message_id).where(*theirs).limit(COLLECTED).subquery()
    if count(session, some) == COLLECTED:
        return None
    messages = select(Participant.message_id).where(*theirs)
    return col(Thread.id).in_(select(Message.thread_id).where(col(Message.id).in_(messages)))


def _met(people: Sequence[str]) -> Any:
    """Whether a thread has a message with these people, asked thread by thread."""
    return (
        select(Participant.id)
        .join(Message, col(Message.id) == col(Participant.message_id))
        # An expression makes the databases begin with the thread's messages, not with all the mail of these people.
        .where(col(Message.thread_id) == col(Thread.id), col(Participant.base_email).concat("").in_(people))
        .correlate(Thread)
        .exists()
    )


def count(session: Session, some: Any) -> int:
    """How many rows `some`, a subquery, has."""
    return session.connection().execute(columns_of(func.count()).select_from(some)).scalar_one()

"""The search index: for each message its words, in SQLite's FTS5 or PostgreSQL's GIN, keyed by time.

Every word is stored with the number of its mailbox in front, such as 12xinvoice: a search reads nothing of others.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.engine import Connection as DatabaseConnection
from sqlmodel import Session, col, select

from easycrm.core.db import portions
from easycrm.mail.connection import Connection
from easycrm.mail.message import Attachment, Message, MessageBody, Participant
from easycrm.mail.message_rows import TIE_BITS, Row, clean, opened, sort_key
from easycrm.mail.search_words import words
from easycrm.providers.pages import FetchedMessage

ID_BITS = 30
ID_MASK = (1 << ID_BITS) - 1
SPANS = (1, 4, 16, 64)
"""Weeks after which newest-first on PostgreSQL looks further back."""
_WEEK_SECONDS = 7 * 24 * 3600
_LONGEST_TEXT = 50_000
_MOST = {"sender": 50, "recipients": 1000, "subject": 200, "body": 4000}
_FILES = 200
_WEIGHTS = dict(zip(_MOST, "ABCD", strict=True))
_ON_SQLITE = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS search_index USING fts5"
    "(sender, recipients, subject, body, marks, content='', columnsize=0, tokenize='ascii')",
    "CREATE VIRTUAL TABLE IF NOT EXISTS search_index_words USING fts5vocab('search_index', 'instance')",
)
_ON_POSTGRESQL = (
    "CREATE TABLE IF NOT EXISTS search_index"
    " (message_id BIGINT PRIMARY KEY, key BIGINT NOT NULL, words TSVECTOR NOT NULL)",
    "CREATE INDEX IF NOT EXISTS ix_search_index_words ON search_index USING gin (words)",
)
_ADD_ON_SQLITE = text(
    "INSERT INTO search_index (rowid, sender, recipients, subject, body, marks)"
    " VALUES (:key, :sender, :recipients, :subject, :body, :marks)"
)
_REMOVE_ON_SQLITE = text(
    "INSERT INTO search_index (search_index, rowid, sender, recipients, subject, body, marks)"
    " VALUES ('delete', :key, :sender, :recipients, :subject, :body, :marks)"
)
_ADD_ON_POSTGRESQL = text(
    "INSERT INTO search_index (message_id, key, words) VALUES (:id, :key, CAST(:words AS tsvector))"
)
_REMOVE_ON_POSTGRESQL = text("DELETE FROM search_index WHERE message_id IN :ids").bindparams(
    bindparam("ids", expanding=True)
)


@dataclass(frozen=True)
class Entry:
    """What is searched of one message; `people` are (role, name, address), `files` names of attachments."""

    message_id: int
    connection_id: int
    sort_key: int
    subject: str
    text: str
    has_attachments: bool
    people: Sequence[tuple[str, str, str]]
    files: Sequence[str]

    @property
    def key(self) -> int:
        """Where it stands in the index."""
        return key_of(self.sort_key, self.message_id)


def key_of(sort_key: int, message_id: int = 0) -> int:
    """Received time in seconds, then the message's id: unique in all mailboxes, the newest highest."""
    return ((sort_key >> TIE_BITS) // 1000 << ID_BITS) | (message_id & ID_MASK)


def span_mark(connection_id: int, level: int, key: int) -> str:
    """The word that all of a mailbox's messages have that came in the same `SPANS[level]` weeks as `key`."""
    return f"{connection_id}y{level}{(key >> ID_BITS) // (_WEEK_SECONDS * SPANS[level])}"


def span_start(level: int, key: int) -> int:
    """The key with which those weeks begin."""
    seconds = _WEEK_SECONDS * SPANS[level]
    return ((key >> ID_BITS) // seconds * seconds) << ID_BITS


def create(_metadata: object, connection: DatabaseConnection, **_: object) -> None:
    """Make the index with the tables, unless it is there."""
    for statement in _ON_POSTGRESQL if connection.dialect.name == "postgresql" else _ON_SQLITE:
        connection.execute(text(statement))


def drop(_metadata: object, connection: DatabaseConnection, **_: object) -> None:
    """Take the index away with the tables."""
    connection.execute(text("DROP TABLE IF EXISTS search_index_words"))
    connection.execute(text("DROP TABLE IF EXISTS search_index"))


def add(session: Session, entries: Iterable[Entry]) -> None:
    """Put messages that are not in the index into it, all at once.

    Those of a mailbox that is still being filled in (`search_fill`) wait for their turn.
    """
    due = [one for one in entries if _is_reached(session, one)]
    if not due:
        return
    if on_postgresql(session):
        rows = [{"id": one.message_id, "key": one.key, "words": _vector(one)} for one in due]
        session.connection().execute(_ADD_ON_POSTGRESQL, rows)
    else:
        session.connection().execute(_ADD_ON_SQLITE, _sqlite_rows(due))


def remove(session: Session, message_ids: Iterable[int]) -> None:
    """Take messages out of the index; to be called before anything of what is stored of them changes.

    On SQLite the index keeps no texts: to forget a message it has to be told exactly what it was given of it. So
    whoever changes how words are made has to let the index be filled anew.
    """
    for some in portions(message_ids):
        if on_postgresql(session):
            session.connection().execute(_REMOVE_ON_POSTGRESQL, {"ids": some})
        elif there := [one for one in stored(session, some) if _is_reached(session, one)]:
            session.connection().execute(_REMOVE_ON_SQLITE, _sqlite_rows(there))


def _is_reached(session: Session, entry: Entry) -> bool:
    connection = session.get(Connection, entry.connection_id)
    below = connection.unsearched_below if connection else None
    return below is None or entry.sort_key >= below


def on_postgresql(session: Session) -> bool:
    """Whether the index is PostgreSQL's."""
    return session.get_bind().dialect.name == "postgresql"


def entry(
    connection_id: int, message_id: int, message: FetchedMessage, people: Sequence[Row], files: Sequence[str]
) -> Entry:
    """The entry of a message whose participants are stored as these rows, and whose attachments have these names."""
    return Entry(
        message_id=message_id,
        connection_id=connection_id,
        sort_key=sort_key(message.received_at, message.provider_message_id),
        subject=clean(message.subject, 1000),
        text=message.text,
        has_attachments=message.has_attachments or any(not one.inline for one in message.attachments),
        people=[(one["role"], one["name"], one["email"]) for one in people],
        files=files,
    )


def stored(session: Session, message_ids: Sequence[int]) -> list[Entry]:
    """What is stored of these messages, as it is searched."""
    people: dict[int, list[tuple[str, str, str]]] = {}
    participants = select(Participant.message_id, Participant.role, Participant.name, Participant.email)
    mine = participants.where(col(Participant.message_id).in_(message_ids)).order_by(col(Participant.id))
    for message_id, *person in session.exec(mine):
        people.setdefault(message_id, []).append((person[0], person[1], person[2]))
    files: dict[int, list[str]] = {}
    names = select(Attachment.message_id, Attachment.file_name).where(col(Attachment.message_id).in_(message_ids))
    for message_id, name in session.exec(names.order_by(col(Attachment.id))):
        files.setdefault(message_id, []).append(name)
    query = select(Message, MessageBody.text).where(
        col(Message.id).in_(message_ids), col(MessageBody.message_id) == col(Message.id)
    )
    return [
        Entry(
            message_id=message.id or 0,
            connection_id=message.connection_id,
            sort_key=message.sort_key,
            subject=message.subject,
            text=opened(body),
            has_attachments=message.has_attachments,
            people=people.get(message.id or 0, ()),
            files=files.get(message.id or 0, ()),
        )
        for message, body in session.exec(query)
    ]


def _sqlite_rows(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """The rows in ascending order: FTS5 gathers them in memory for as long as the keys rise."""
    return sorted(map(_sqlite_row, entries), key=lambda row: row["key"])


def _sqlite_row(entry: Entry) -> dict[str, Any]:
    mailbox = f"{entry.connection_id}x"
    row = {name: mailbox + f" {mailbox}".join(found) if found else "" for name, found in _words(entry).items()}
    return {"key": entry.key, "marks": " ".join(_marks(entry)), **row}


def _vector(entry: Entry) -> str:
    places: dict[str, list[str]] = {}
    place = 0
    for name, found in _words(entry).items():
        weight = _WEIGHTS[name]
        for place, word in enumerate(found, place + 2):  # noqa: B020 (a gap: no phrase runs from one field into the next)
            places.setdefault(word, []).append(f"{place}{weight}")
    mailbox = f"{entry.connection_id}x"
    marks = [*_marks(entry), *(span_mark(entry.connection_id, level, entry.key) for level in range(len(SPANS)))]
    return " ".join([*(f"'{mailbox}{word}':{','.join(at)}" for word, at in places.items()), *marks])


def _words(entry: Entry) -> dict[str, list[str]]:
    sender = " ".join(f"{name} {email}" for role, name, email in entry.people if role == "from")
    recipients = " ".join(f"{name} {email}" for role, name, email in entry.people if role in ("to", "cc", "bcc"))
    return {
        "sender": words(sender, _MOST["sender"]),
        "recipients": words(recipients, _MOST["recipients"]),
        "subject": words(entry.subject, _MOST["subject"]),
        "body": words(entry.text[:_LONGEST_TEXT], _MOST["body"]) + words(" ".join(entry.files), _FILES),
    }


def _marks(entry: Entry) -> list[str]:
    everyone = f"{entry.connection_id}y"
    return [everyone, f"{everyone}a"] if entry.has_attachments else [everyone]

"""Messages that match a query, the newest first and a few at a time: out of the index, or by their time alone."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, cast, column, false, or_, table
from sqlalchemy import select as rows_of
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlmodel import Session, col, func, select

from easycrm.core.db import portions
from easycrm.mail import search_beginning
from easycrm.mail import search_expression as expression
from easycrm.mail.folder import STREAM, MailFolder
from easycrm.mail.message import Message
from easycrm.mail.message_rows import TIE_BITS
from easycrm.mail.place import Place
from easycrm.mail.search_index import ID_BITS, ID_MASK, SPANS, key_of, on_postgresql, span_mark, span_start
from easycrm.mail.search_query import Query

NEWEST = (1 << 63) - 1
"""Greater than every key."""
_INDEX = table("search_index", *map(column, ("rowid", "search_index", "message_id", "key", "words")))


@dataclass(frozen=True)
class Match:
    """A message that matches; `key` is its place in the order."""

    key: int
    sort_key: int
    thread_id: int
    connection_id: int
    snippet: str


class Search:
    """One query to some mailboxes. Keys have meaning within one query only."""

    def __init__(self, session: Session, query: Query, mailboxes: Sequence[int]) -> None:
        self._session, self._query, self._mailboxes = session, query, mailboxes
        self._indexed = expression.needs_index(query)
        self._on_postgresql = on_postgresql(session)
        self._conditions = _conditions(session, query, mailboxes)
        if not self._indexed:
            self._key, self._identity = col(Message.sort_key), col(Message.id)
        elif self._on_postgresql:
            self._key, self._identity = _INDEX.c.key, _INDEX.c.message_id
        else:
            self._key, self._identity = _INDEX.c.rowid, _INDEX.c.rowid
            endings = search_beginning.endings(session, query, mailboxes)
            self._on_sqlite = expression.for_sqlite(query, mailboxes, endings)

    def matches(self, before: int, at_once: int) -> Iterator[list[Match]]:
        """All matches older than the key `before`, in portions of `at_once` and growing."""
        upper = min(before, NEWEST)
        if self._query.until:
            upper = min(upper, self._place(self._query.until))
        for lower, marks in self._spans(upper):
            statement = self._statement(marks).where(self._key >= lower)
            while True:
                found = self._portion(statement.where(self._key < upper), at_once)
                if found:
                    yield found
                if len(found) < at_once:
                    break
                upper, at_once = found[-1].key, at_once * 2
            upper = lower

    def threads_since(self, since: int, thread_ids: Collection[int]) -> set[int]:
        """Those of these threads that have a match that is not older than the key `since`."""
        found: set[int] = set()
        until = self._place(self._query.until) if self._query.until else NEWEST
        messages = select(Message.id, Message.sort_key).where(col(Message.thread_id).in_(thread_ids))
        for some in portions(self._session.exec(messages).all()):
            by_key = self._indexed and not self._on_postgresql
            these = [key_of(sort_key, ident or 0) if by_key else ident for ident, sort_key in some]
            statement = self._statement(()).where(self._key >= since, self._key < until, self._identity.in_(these))
            found.update(match.thread_id for match in self._ask(statement))
        return found

    def _spans(self, upper: int) -> Iterator[tuple[int, Sequence[str]]]:
        """Stretches of the order that are searched one after the other, each by its lower end and PostgreSQL's marks.

        PostgreSQL gathers all that matches before it sorts: further back it looks only where the last weeks have
        too little.
        """
        end = self._place(self._query.since) if self._query.since else 0
        if self._indexed and self._on_postgresql:
            newest = select(func.max(Message.sort_key)).where(col(Message.connection_id).in_(self._mailboxes))
            upper = min(upper, key_of(self._session.exec(newest).one() or 0) + (1 << ID_BITS))
            for level in range(len(SPANS)):
                if upper <= end:
                    return
                lower = span_start(level, upper - 1)
                yield max(lower, end), [span_mark(mailbox, level, upper - 1) for mailbox in self._mailboxes]
                upper = lower
        if upper > end:
            yield end, ()

    def _statement(self, marks: Sequence[str]) -> Select[Any]:
        shown = (Message.sort_key, Message.thread_id, Message.connection_id, Message.snippet)
        statement: Select[Any] = rows_of(self._key, *map(col, shown)).where(*self._conditions)
        if not self._indexed:
            return statement
        if self._on_postgresql:
            asked = cast(expression.for_postgresql(self._query, self._mailboxes, marks), TSQUERY)
            return statement.where(_INDEX.c.words.op("@@")(asked), col(Message.id) == _INDEX.c.message_id)
        joined = col(Message.id) == _INDEX.c.rowid.op("&")(ID_MASK)
        return statement.where(_INDEX.c.search_index.op("MATCH")(self._on_sqlite), joined)

    def _portion(self, statement: Select[Any], most: int) -> list[Match]:
        newest = statement.order_by(self._key.desc()).limit(most)
        if self._indexed:
            return self._ask(newest)
        # One after the other: neither database merges the ranges of several mailboxes without reading them whole.
        each = [newest.where(col(Message.connection_id) == mailbox) for mailbox in self._mailboxes]
        return sorted((match for one in each for match in self._ask(one)), key=lambda match: -match.key)[:most]

    def _ask(self, statement: Select[Any]) -> list[Match]:
        found = (Match(*row) for row in self._session.connection().execute(statement))
        # The words are of these mailboxes only; that nobody sees another's mail shall not hang on words alone.
        return [match for match in found if match.connection_id in self._mailboxes]

    def _place(self, moment: datetime) -> int:
        """The key with which that time begins."""
        sort_key = int(moment.timestamp() * 1000) << TIE_BITS
        return key_of(sort_key) if self._indexed else sort_key


def _conditions(session: Session, query: Query, mailboxes: Sequence[int]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if query.unread is not None:
        found.append(col(Message.unread).is_(query.unread))
    if query.starred is not None:
        found.append(col(Message.starred).is_(query.starred))
    found += [_lies_in(session, name, mailboxes) for name in query.folders]
    found += [~_lies_in(session, name, mailboxes) for name in query.without_folders]
    return found


def _lies_in(session: Session, name: str, mailboxes: Sequence[int]) -> ColumnElement[bool]:
    """Whether a message lies in the inbox or the archive, or in the folder or label of that name or kind (sent)."""
    wanted = name.casefold()
    if wanted in (Place.INBOX, Place.ARCHIVE):
        return col(Message.place) == wanted
    listed = select(MailFolder.provider_folder_id, MailFolder.name, MailFolder.kind).where(
        col(MailFolder.connection_id).in_(mailboxes), MailFolder.kind != STREAM
    )
    ids = {ident for ident, *names in session.exec(listed) if wanted in (one.casefold() for one in names)}
    here = [col(Message.labels).contains(f" {ident} ", autoescape=True) for ident in sorted(ids)]
    return or_(false(), *here)

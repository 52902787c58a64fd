"""Finds a user's mail by words, people, times and marks: one row a thread, the newest match first, paged by key."""

from dataclasses import dataclass, replace

from sqlmodel import Session, col, select

from easycrm.core.db import reading
from easycrm.mail import thread_list
from easycrm.mail.connection import of_user
from easycrm.mail.message_rows import moment_of
from easycrm.mail.search_match import NEWEST, Match, Search
from easycrm.mail.search_query import parse
from easycrm.mail.thread import Thread
from easycrm.mail.thread_filter import Filters, View
from easycrm.mail.thread_list import PAGE, ThreadPage, ThreadRow


@dataclass(frozen=True)
class _Found:
    """The newest match of each of some threads, and whether there may be more."""

    newest: dict[int, Match]
    more: bool


def page(
    user_id: int, text: str, *, connection_id: int | None = None, before: int | None = None, limit: int = PAGE
) -> ThreadPage:
    """A user's threads with a message that `text` asks for, in one mailbox or in all; see `search_query.parse`.

    A row's time, key and snippet are those of its newest match. Whatever is written, it is no error; without a word
    in it, it asks for everything, and where nothing can be made of it, for nothing.

    Args:
        before: the `older` of the page before this one, for the same text.
    """
    query = parse(text)
    if not text.strip():
        everything = Filters(View.ALL, mailbox=connection_id or 0)
        return thread_list.page(user_id, everything, before=before, limit=limit)
    with reading() as session:
        mailboxes = _mailboxes(session, user_id, connection_id)
        if not mailboxes or not query.asks:
            return ThreadPage([], None)
        found = _find(Search(session, query, mailboxes), before, limit)
        rows = _rows(session, found.newest)
    return ThreadPage(rows, rows[-1].sort_key if found.more and rows else None)


def _mailboxes(session: Session, user_id: int, connection_id: int | None) -> list[int]:
    mine = [one.id or 0 for one in of_user(session, user_id)]
    return mine if connection_id is None else [one for one in mine if one == connection_id]


def _find(search: Search, before: int | None, limit: int) -> _Found:
    newest: dict[int, Match] = {}
    upper = NEWEST if before is None else min(max(before, 0), NEWEST)
    for some in search.matches(upper, limit + 1):
        listed = set[int]()
        if before is not None:
            # A thread with a newer match stands on an earlier page.
            listed = search.threads_since(upper, {match.thread_id for match in some} - set(newest))
        for match in some:
            if match.thread_id in newest or match.thread_id in listed:
                continue
            if len(newest) == limit:
                return _Found(newest, more=True)
            newest[match.thread_id] = match
    return _Found(newest, more=False)


def _rows(session: Session, newest: dict[int, Match]) -> list[ThreadRow]:
    threads = session.exec(select(Thread).where(col(Thread.id).in_(newest))).all()
    rows = {row.id: row for row in thread_list.rows_of(session, threads)}
    return [_row(rows[ident], match) for ident, match in newest.items() if ident in rows]


def _row(row: ThreadRow, match: Match) -> ThreadRow:
    return replace(row, sort_key=match.key, received_at=moment_of(match.sort_key), snippet=match.snippet)

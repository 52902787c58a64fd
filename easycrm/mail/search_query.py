"""What people write into the search field, read leniently: what is no operator is a word, and nothing is an error."""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from easycrm.mail.search_words import words

MOST_CHARACTERS = 2000
MOST_TERMS = 24
_MOST_WORDS = 16
_SHORTEST_BEGINNING = 2
_PIECE = re.compile(r'(?P<minus>-?)(?:(?P<operator>[A-Za-z]+):)?(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]+))')
_DAY = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")


class Field(StrEnum):
    """A part of the message that is searched apart."""

    SENDER = "sender"
    RECIPIENTS = "recipients"
    SUBJECT = "subject"


_FIELDS = {
    "from": Field.SENDER,
    "to": Field.RECIPIENTS,
    "cc": Field.RECIPIENTS,
    "bcc": Field.RECIPIENTS,
    "subject": Field.SUBJECT,
}
_MARKS = {("is", "unread"): ("unread", True), ("is", "read"): ("unread", False), ("is", "starred"): ("starred", True)}
_ATTACHED = frozenset(("attachment", "attachments", "file", "files"))


@dataclass(frozen=True)
class Term:
    """Words that stand side by side, in one field or in any.

    Args:
        begins: the last word may go on: it is still being written.
        absent: mail that has them is not wanted.
    """

    words: tuple[str, ...]
    field: Field | None = None
    begins: bool = False
    absent: bool = False


@dataclass(frozen=True)
class Query:
    """What is wanted: every term, and every mark that is not None; `since` and `until` in UTC, the latter excluded.

    Args:
        folders: names of folders or labels, each of which the message must be in.
        without_folders: names of those it must not be in.
        unclear: operators whose value says nothing, as they were written; they count as words.
    """

    terms: tuple[Term, ...] = ()
    has_attachments: bool | None = None
    unread: bool | None = None
    starred: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    folders: tuple[str, ...] = ()
    without_folders: tuple[str, ...] = ()
    unclear: tuple[str, ...] = field(default=(), compare=False)

    @property
    def asks(self) -> bool:
        """Whether anything is asked at all."""
        return self != Query()


def parse(text: str) -> Query:
    """What `text` asks for.

    Known are `from:` `to:` `cc:` `bcc:` `subject:` `has:attachment` `before:` `after:` `is:unread` `is:read`
    `is:starred` `in:`, each with a leading minus too, and quoted phrases. The last word may be a beginning.
    """
    text = text[:MOST_CHARACTERS]
    query = Query()
    for piece in _PIECE.finditer(text):
        query = _with(query, piece, is_last=piece.end() == len(text))
    return query


def _with(query: Query, piece: re.Match[str], *, is_last: bool) -> Query:
    operator, quoted = (piece["operator"] or "").lower(), piece["quoted"]
    value, absent = piece["bare"] if quoted is None else quoted, bool(piece["minus"])
    if operator in _FIELDS:
        return _with_words(query, value, _FIELDS[operator], absent, begins=is_last and quoted is None)
    narrowed = _narrowed(query, operator, value.strip(), absent)
    if narrowed is not None:
        return narrowed
    if operator in ("has", "is", "before", "after", "in"):
        query = replace(query, unclear=(*query.unclear, piece.group()))
    written = f"{operator} {value}" if operator else value
    return _with_words(query, written, None, absent, begins=is_last and quoted is None)


def _with_words(query: Query, value: str, within: Field | None, absent: bool, *, begins: bool) -> Query:
    found = tuple(words(value, _MOST_WORDS))
    if not found or len(query.terms) >= MOST_TERMS:
        return query
    begins = begins and not absent and len(found[-1]) >= _SHORTEST_BEGINNING
    return replace(query, terms=(*query.terms, Term(found, within, begins, absent)))


def _narrowed(query: Query, operator: str, value: str, absent: bool) -> Query | None:
    """The query with a mark, a time or a folder; None where this is not one."""
    if operator == "has" and value.lower() in _ATTACHED:
        return replace(query, has_attachments=not absent)
    if (operator, value.lower()) in _MARKS:
        mark, wanted = _MARKS[operator, value.lower()]
        return replace(query, **{mark: wanted != absent})
    if operator == "in" and value:
        if absent:
            return replace(query, without_folders=(*query.without_folders, value))
        return replace(query, folders=(*query.folders, value))
    day = _DAY.fullmatch(value) if operator in ("before", "after") else None
    start = _start(day) if day else None
    return _within(query, start, until=(operator == "before") != absent) if start else None


def _within(query: Query, start: datetime, *, until: bool) -> Query:
    if until:
        return replace(query, until=min(start, query.until or start))
    return replace(query, since=max(start, query.since or start))


def _start(day: re.Match[str]) -> datetime | None:
    """The first moment of a day, month or year."""
    try:
        found = datetime(int(day[1]), int(day[2] or 1), int(day[3] or 1), tzinfo=UTC)
    except ValueError:
        return None
    # Nothing is stored of other times, and no database has trouble with these.
    return min(max(found, datetime(1970, 1, 1, tzinfo=UTC)), datetime(2200, 1, 1, tzinfo=UTC) + timedelta(days=1))

"""A query in the language of each database's index. Words are letters and digits only: nothing in them is syntax."""

from collections.abc import Sequence

from easycrm.mail.search_beginning import Endings
from easycrm.mail.search_query import Field, Query, Term

_UNKNOWN: Endings = {}
_WEIGHTS = {Field.SENDER: "A", Field.RECIPIENTS: "B", Field.SUBJECT: "C"}


def for_sqlite(query: Query, connection_ids: Sequence[int], endings: Endings = _UNKNOWN) -> str:
    """An FTS5 expression for these mailboxes; the words that a beginning may become, where they are known."""
    return " OR ".join(f"({_fts5(query, ident, endings)})" for ident in connection_ids)


def for_postgresql(query: Query, connection_ids: Sequence[int], among: Sequence[str] = ()) -> str:
    """A tsquery for these mailboxes; `among` has a word for each that is wanted too."""
    marks = among or [""] * len(connection_ids)
    both = zip(connection_ids, marks, strict=True)
    return " | ".join(f"({_tsquery(query, ident, mark)})" for ident, mark in both)


def needs_index(query: Query) -> bool:
    """Whether the index has to be asked: for times, marks and folders alone it has not."""
    return bool(query.terms) or query.has_attachments is not None


def _fts5(query: Query, mailbox: int, endings: Endings) -> str:
    wanted = [_phrase(term, mailbox, endings) for term in query.terms if not term.absent]
    unwanted = [_phrase(term, mailbox, endings) for term in query.terms if term.absent]
    (wanted if query.has_attachments else unwanted).extend(_attached(query, mailbox))
    # FTS5 knows no word that is only absent.
    found = " AND ".join(wanted) or f'"{mailbox}y"'
    return f"({found}) NOT ({' OR '.join(unwanted)})" if unwanted else found


def _attached(query: Query, mailbox: int) -> list[str]:
    return [] if query.has_attachments is None else [f'"{mailbox}ya"']


def _phrase(term: Term, mailbox: int, endings: Endings) -> str:
    *before, last = (f"{mailbox}x{word}" for word in term.words)
    # A word that the index does not have is not found either.
    whole = endings[last] or [last] if term.begins and last in endings else None
    runs = [" + ".join(f'"{word}"' for word in (*before, end)) for end in whole or [last]]
    phrase = " OR ".join(runs) + (" *" if term.begins and whole is None else "")
    return f"({term.field} : ({phrase}))" if term.field else f"({phrase})"


def _tsquery(query: Query, mailbox: int, mark: str) -> str:
    parts = [mark] if mark else []
    parts += [f"!({_run(term, mailbox)})" if term.absent else f"({_run(term, mailbox)})" for term in query.terms]
    if query.has_attachments is not None:
        parts.append(f"{mailbox}ya" if query.has_attachments else f"!{mailbox}ya")
    if not any(not part.startswith("!") for part in parts):
        parts.append(f"{mailbox}y")
    return " & ".join(parts)


def _run(term: Term, mailbox: int) -> str:
    weight = _WEIGHTS[term.field] if term.field else ""
    found = [f"'{mailbox}x{word}'" for word in term.words]
    ends = [":" + weight if weight else ""] * len(found)
    if term.begins:
        ends[-1] = f":*{weight}"
    return " <-> ".join(word + end for word, end in zip(found, ends, strict=True))

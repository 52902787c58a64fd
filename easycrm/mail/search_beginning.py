"""Which words of SQLite's index begin with what is still being written.

FTS5 gathers all that matches a beginning before it gives the newest of it; whole words it reads from the newest on.
"""

from collections.abc import Mapping, Sequence

import orjson
from sqlalchemy import text
from sqlmodel import Session

from easycrm.mail.search_query import Query

MOST = 32
"""With more words to look for, the beginning itself is asked for."""
Endings = Mapping[str, Sequence[str]]
"""Words of the index by what they begin with."""

# From word to word: no character of one comes before "!", so behind it stand the words that go on, and the next.
_BEGINNING_SO = text(
    "WITH RECURSIVE found (beginning, word, place) AS ("
    " SELECT value, (SELECT term FROM search_index_words WHERE term >= value ORDER BY term LIMIT 1), 1"
    " FROM json_each(:beginnings)"
    " UNION ALL SELECT beginning,"
    " (SELECT term FROM search_index_words WHERE term >= word || '!' ORDER BY term LIMIT 1), place + 1"
    " FROM found WHERE place <= :most AND substr(word, 1, length(beginning)) = beginning"
    ") SELECT beginning, word FROM found WHERE substr(word, 1, length(beginning)) = beginning"
)


def endings(session: Session, query: Query, mailboxes: Sequence[int]) -> Endings:
    """The words that a beginning in the query may become, for each mailbox in which they are few."""
    asked = [f"{mailbox}x{term.words[-1]}" for mailbox in mailboxes for term in query.terms if term.begins]
    if not asked:
        return {}
    found: dict[str, list[str]] = {beginning: [] for beginning in asked}
    values = {"beginnings": orjson.dumps(asked).decode(), "most": MOST}
    for beginning, word in session.connection().execute(_BEGINNING_SO, values):
        found[beginning].append(word)
    return {beginning: words for beginning, words in found.items() if len(words) <= MOST}

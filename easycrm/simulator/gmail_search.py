"""Gmail's search operators, as far as the simulator understands them."""

import re
import shlex

from easycrm.simulator import mime
from easycrm.simulator.corpus import mime as mime_of
from easycrm.simulator.mailbox import Item

_DAY_MS = 86_400_000
_AGE = re.compile(r"(\d+)([dmy])")


def matches(item: Item, q: str, *, now: float, spam_too: bool) -> bool:
    """Whether Gmail would list `item` for the search `q`; spam and trash only when asked for."""
    terms = _terms(q)
    if item.folder in ("spam", "trash") and not (spam_too or "in:anywhere" in terms):
        return False
    return all(_term(item, term, now) for term in terms)


def _terms(q: str) -> list[str]:
    try:
        return shlex.split(q)
    except ValueError:
        return q.split()


def _term(item: Item, term: str, now: float) -> bool:
    if term.startswith("-"):
        return not _term(item, term[1:], now)
    name, colon, value = term.partition(":")
    if not colon:
        return _contains(item, term)
    if name in ("newer_than", "older_than"):
        found = _AGE.fullmatch(value)
        days = int(found[1]) * {"d": 1, "m": 30, "y": 365}[found[2]] if found else 0
        recent = item.received_ms >= now * 1000 - days * _DAY_MS
        return recent if name == "newer_than" else not recent
    if name in ("after", "before") and value.isdigit():
        return (item.received_ms >= int(value) * 1000) == (name == "after")
    return _place(item, name, value) if name in ("in", "is", "label") else _header(item, name, value)


def _place(item: Item, name: str, value: str) -> bool:
    if value in ("anywhere", "chats"):
        return value == "anywhere"
    if name == "is":
        return {"unread": item.unread, "read": not item.unread, "starred": item.starred}.get(value, False)
    return item.folder == {"draft": "drafts"}.get(value, value) or value in item.labels


def _header(item: Item, name: str, value: str) -> bool:
    if name == "rfc822msgid":
        return value.strip("<>") == mime.header(mime.parse(mime_of(item)), "Message-ID").strip("<>")
    if name == "from":
        return value.lower() in item.sender.lower()
    if name == "to":
        return value.lower() in item.recipient.lower()
    return name == "subject" and value.lower() in item.subject.lower()


def _contains(item: Item, word: str) -> bool:
    return word.lower() in f"{item.subject} {item.sender} {item.recipient}".lower()

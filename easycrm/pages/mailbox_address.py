"""What the mailbox's address says: the view, the filters, the page, the search, and which thread is open."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from easycrm.mail.thread_filter import Filters, View
from easycrm.pages.address import number

MAILBOX = "/mailbox"
LONGEST = 500
_FLAGS = ("unread", "starred", "attachments")
_NUMBERS = ("mailbox", "folder", "contact")
_ON = "yes"


@dataclass(frozen=True)
class Showing:
    """One address, taken apart; whatever makes no sense counts as not said."""

    filters: Filters = field(default_factory=Filters)
    text: str = ""
    before: int = 0
    after: int = 0
    thread: int = 0

    def href(self, **more: int) -> str:
        """The address; `before`, `after` and `thread` may be changed."""
        shown = replace(self, **more)
        said: dict[str, Any] = {"q": shown.text} | _said(shown.filters)
        said |= {"before": shown.before, "after": shown.after, "thread": shown.thread}
        query = urlencode({name: value for name, value in said.items() if value})
        return f"{MAILBOX}?{query}" if query else MAILBOX

    def narrowed(self, **changes: Any) -> str:
        """The address of the newest threads after a change of the filters."""
        return Showing(replace(self.filters, **changes), self.text).href()

    def list_href(self) -> str:
        """The address of this page of the list, with nothing open."""
        return self.href(thread=0)


def read(query: Mapping[str, str]) -> Showing:
    """Take an address's parameters apart."""
    said: dict[str, Any] = {name: number(query.get(name)) for name in _NUMBERS}
    said |= {name: query.get(name) == _ON for name in _FLAGS}
    wanted = query.get("view", "")
    view = View(wanted) if wanted in list(View) else View.INBOX
    filters = Filters(view, address=query.get("with", "").strip()[:LONGEST], **said)
    keys = (number(query.get(name)) for name in ("before", "after", "thread"))
    return Showing(filters, query.get("q", "").strip()[:LONGEST], *keys)


def _said(filters: Filters) -> dict[str, Any]:
    view = "" if filters.view == View.INBOX or filters.folder else str(filters.view)
    said: dict[str, Any] = {"view": view} | {name: getattr(filters, name) for name in _NUMBERS}
    return said | {name: _ON if getattr(filters, name) else "" for name in _FLAGS} | {"with": filters.address}

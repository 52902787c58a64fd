"""What the list of threads knows and does; which threads it shows stands in the address."""

from dataclasses import dataclass

import reflex as rx

from easycrm.core import wording
from easycrm.mail import overview, thread_list
from easycrm.pages.address import number
from easycrm.pages.session import me, require

PAGE_SIZE = 50


@dataclass(frozen=True)
class Choice:
    """A mailbox in the switcher."""

    id: str
    address: str


@dataclass(frozen=True)
class ThreadItem:
    """A line of the list."""

    id: int
    subject: str
    people: str
    snippet: str
    at: str
    messages: int
    unread: bool
    has_attachments: bool
    href: str


class MailboxState(rx.State):
    """The list, and how far the import is."""

    loaded: bool = False
    choices: list[Choice] = []
    chosen: str = ""
    rows: list[ThreadItem] = []
    older: str = ""
    newest: str = ""
    paged: bool = False
    importing: bool = False
    done: int = 0
    total: int = 0
    percent: int = 0

    @rx.event
    @require("member")
    def load(self) -> None:
        """Fill the page as its address says."""
        fill(self, me().user_id)
        self.loaded = True

    @rx.event
    @require("member")
    def choose(self, connection: str) -> rx.event.EventSpec:
        """Show one mailbox, or all of them."""
        return rx.redirect(f"/mailbox?mailbox={number(connection)}" if number(connection) else "/mailbox")


def fill(state: MailboxState, user_id: int) -> None:
    """Copy the list and the progress into the state, as the page's address says."""
    query = state.router.url.query_parameters
    mailboxes = overview.mailboxes(user_id)
    state.choices = [Choice(str(row.id), row.address) for row in mailboxes]
    state.chosen = str(number(query.get("mailbox")) or "")
    before = number(query.get("before"))
    state.paged = before > 0
    _progress(state, [row for row in mailboxes if row.importing and state.chosen in ("", str(row.id))])
    page = thread_list.page(user_id, connection_id=number(state.chosen) or None, before=before or None, limit=PAGE_SIZE)
    here = f"mailbox={state.chosen}&" if state.chosen else ""
    place = f"{here}before={before}&" if before else here
    rows = [
        ThreadItem(
            row.id,
            row.subject or wording.NO_SUBJECT,
            row.people,
            row.snippet,
            row.received_at.isoformat(),
            row.messages,
            row.unread > 0,
            row.has_attachments,
            f"/mailbox?{place}thread={row.id}",
        )
        for row in page.rows
    ]
    if rows != state.rows:
        state.rows = rows
    state.older = f"/mailbox?{here}before={page.next_before}" if page.next_before else ""
    state.newest = f"/mailbox?{here}".rstrip("?&")


def _progress(state: MailboxState, importing: list[overview.MailboxRow]) -> None:
    state.importing = bool(importing)
    state.done = sum(row.import_done for row in importing)
    state.total = sum(row.import_total or 0 for row in importing)
    state.percent = min(100, state.done * 100 // state.total) if state.total else 0

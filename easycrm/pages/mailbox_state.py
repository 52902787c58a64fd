"""What the list of threads knows; which threads it shows stands in the address."""

from dataclasses import dataclass, field, replace
from typing import Any

import reflex as rx

from easycrm.core import wording
from easycrm.mail import overview, search, thread_list, views
from easycrm.mail.place import Place
from easycrm.mail.thread_filter import Filters, View
from easycrm.mail.thread_list import ThreadPage, ThreadRow
from easycrm.pages.address import number
from easycrm.pages.mailbox_address import LONGEST, MAILBOX, Showing, read
from easycrm.pages.session import me, require

PAGE_SIZE = 50
_OPERATORS = {"unread": "is:unread", "starred": "is:starred", "attachments": "has:attachment"}


@dataclass(frozen=True)
class Choice:
    """A mailbox in the switcher."""

    id: str
    address: str


@dataclass(frozen=True)
class FolderItem:
    """A folder or label beside the list; `address` only on the first of a mailbox, where there are several."""

    name: str
    href: str
    active: bool
    address: str


@dataclass(frozen=True)
class ThreadItem:
    """A line of the list."""

    id: int = 0
    subject: str = ""
    people: str = ""
    snippet: str = ""
    at: str = ""
    messages: int = 0
    unread: bool = False
    starred: bool = False
    in_inbox: bool = False
    archived: bool = False
    has_attachments: bool = False
    labels: list[str] = field(default_factory=list[str])
    href: str = ""


class MailboxState(rx.State):
    """The list, and how far the import is."""

    loaded: bool = False
    choices: list[Choice] = []
    chosen: str = ""
    view: str = "inbox"
    title: str = wording.mailbox.VIEWS[View.INBOX]
    view_hrefs: dict[str, str] = {}
    unread: str = ""
    folders: list[FolderItem] = []
    filters: list[str] = []
    filter_hrefs: dict[str, str] = {}
    person: str = ""
    text: str = ""
    empty_title: str = ""
    empty_hint: str = ""
    rows: list[ThreadItem] = []
    opened: ThreadItem = ThreadItem()
    older: str = ""
    newer: str = ""
    closed: str = MAILBOX
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
        """Show one mailbox, or all of them; a folder belongs to one, so it is left."""
        shown = read(self.router.url.query_parameters)
        return rx.redirect(shown.narrowed(mailbox=number(connection), folder=0))

    @rx.event
    @require("member")
    def find(self, form: dict[str, Any]) -> rx.event.EventSpec:
        """Search for what was written; nothing written ends the search."""
        shown = read(self.router.url.query_parameters)
        return rx.redirect(replace(shown, text=str(form.get("q", "")).strip()[:LONGEST], before=0, after=0).list_href())

    @rx.event
    @require("member")
    def narrow(self, form: dict[str, Any]) -> rx.event.EventSpec:
        """Show only mail with somebody."""
        shown = read(self.router.url.query_parameters)
        return rx.redirect(shown.narrowed(address=str(form.get("with", "")).strip()[:LONGEST], contact=0))


def fill(state: MailboxState, user_id: int) -> None:
    """Copy the list and the progress into the state, as the page's address says."""
    shown = read(state.router.url.query_parameters)
    filters = shown.filters
    mailboxes = overview.mailboxes(user_id)
    state.choices = [Choice(str(row.id), row.address) for row in mailboxes]
    state.chosen = str(filters.mailbox or "")
    _progress(state, [row for row in mailboxes if row.importing and state.chosen in ("", str(row.id))])
    _beside(state, shown, user_id)
    page = _page(user_id, shown)
    open_row = thread_list.one(user_id, shown.thread) if shown.thread else None
    state.opened = _item(open_row, shown) if open_row else ThreadItem()
    rows = _with_open([_item(row, shown) for row in page.rows], state)
    if rows != state.rows:
        state.rows = rows
    state.older = shown.href(before=page.older, after=0, thread=0) if page.older else ""
    state.newer = _newer(shown, page)
    state.closed = shown.list_href()


def _page(user_id: int, shown: Showing) -> ThreadPage:
    filters = shown.filters
    if not shown.text:
        before, after = shown.before or None, shown.after or None
        return thread_list.page(user_id, filters, before=before, after=after, limit=PAGE_SIZE)
    # Operators first: the last word written may be a beginning.
    marks = " ".join(words for name, words in _OPERATORS.items() if getattr(filters, name))
    mailbox = filters.mailbox or None
    text = f"{marks} {shown.text}".lstrip()
    return search.page(user_id, text, connection_id=mailbox, before=shown.before or None, limit=PAGE_SIZE)


def _with_open(rows: list[ThreadItem], state: MailboxState) -> list[ThreadItem]:
    """The rows, with the open thread where it was, even if reading it has taken it out of the view."""
    ids = [item.id for item in state.rows]
    if state.opened.id not in ids or state.opened.id in {row.id for row in rows}:
        return rows
    before = set(ids[: ids.index(state.opened.id)])
    place = next((n for n in range(len(rows), 0, -1) if rows[n - 1].id in before), 0)
    return [*rows[:place], state.opened, *rows[place:]]


def _newer(shown: Showing, page: ThreadPage) -> str:
    if shown.text:
        return replace(shown, before=0).list_href() if shown.before else ""
    return shown.href(after=page.newer, before=0, thread=0) if page.newer else ""


def _beside(state: MailboxState, shown: Showing, user_id: int) -> None:
    """Views, folders, filters, and what to say where there is nothing."""
    filters = shown.filters
    state.view, state.text = "" if filters.folder or shown.text else str(filters.view), shown.text
    state.view_hrefs = {str(view): Showing(Filters(view, mailbox=filters.mailbox)).href() for view in View}
    count = views.unread(user_id, filters.mailbox)
    state.unread = f"{views.COUNTED - 1}+" if count >= views.COUNTED else str(count or "")
    folders = views.folders(user_id, filters.mailbox)
    state.folders = _folders(folders, filters)
    names = {folder.id: folder.name for folder in folders}
    state.title = "Search" if shown.text else names.get(filters.folder) or wording.mailbox.VIEWS[filters.view]
    state.filters = [name for name in _OPERATORS if getattr(filters, name)]
    state.filter_hrefs = {name: shown.narrowed(**{name: not getattr(filters, name)}) for name in _OPERATORS}
    state.filter_hrefs["person"] = shown.narrowed(address="", contact=0)
    state.filter_hrefs["text"] = replace(shown, text="", before=0, after=0).list_href()
    state.person = filters.address or (views.contact_name(filters.contact) if filters.contact else "")
    state.empty_title, state.empty_hint = _empty(shown, bool(state.filters or state.person))


def _folders(found: list[views.FolderChoice], filters: Filters) -> list[FolderItem]:
    several = len({one.connection_id for one in found}) > 1
    items: list[FolderItem] = []
    last = 0
    for one in found:
        href = Showing(Filters(mailbox=filters.mailbox, folder=one.id)).href()
        heading = one.address if several and one.connection_id != last else ""
        items.append(FolderItem(one.name, href, one.id == filters.folder, heading))
        last = one.connection_id
    return items


def _empty(shown: Showing, filtered: bool) -> tuple[str, str]:
    if shown.text:
        return wording.mailbox.EMPTY_SEARCH
    if filtered:
        return wording.mailbox.EMPTY_FILTERED
    return wording.mailbox.EMPTY_FOLDER if shown.filters.folder else wording.mailbox.EMPTY[shown.filters.view]


def _item(row: ThreadRow, shown: Showing) -> ThreadItem:
    return ThreadItem(
        id=row.id,
        subject=row.subject or wording.NO_SUBJECT,
        people=row.people,
        snippet=row.snippet,
        at=row.received_at.isoformat(),
        messages=row.messages,
        unread=row.unread > 0,
        starred=row.starred,
        in_inbox=row.place == Place.INBOX,
        archived=row.place == Place.ARCHIVE,
        has_attachments=row.has_attachments,
        labels=list(row.labels),
        href=shown.href(thread=row.id),
    )


def _progress(state: MailboxState, importing: list[overview.MailboxRow]) -> None:
    state.importing = bool(importing)
    state.done = sum(row.import_done for row in importing)
    state.total = sum(row.import_total or 0 for row in importing)
    state.percent = min(100, state.done * 100 // state.total) if state.total else 0

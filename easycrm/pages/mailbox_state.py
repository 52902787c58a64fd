"""What the mailbox page knows and does; which threads and which thread stands in the address."""

from dataclasses import dataclass, replace

import reflex as rx

from easycrm.core.errors import EasyCRMError
from easycrm.mail import overview, reading, thread_list
from easycrm.pages.session import me, require

PAGE_SIZE = 50
NO_SUBJECT = "(no subject)"
_LARGEST = 2**63 - 1


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


@dataclass(frozen=True)
class FileItem:
    """An attachment as listed; `size` in bytes."""

    name: str
    size: int


@dataclass(frozen=True)
class MessageItem:
    """A message in the reading pane; `text` only where there is no HTML."""

    id: int
    sender: str
    sender_email: str
    initial: str
    recipients: str
    at: str
    snippet: str
    files: list[FileItem]
    has_html: bool
    text: str
    remote_images: bool
    images_shown: bool
    last: bool


class MailboxState(rx.State):
    """The list, the open thread, and how far the import is."""

    loaded: bool = False
    choices: list[Choice] = []
    chosen: str = ""
    rows: list[ThreadItem] = []
    older: str = ""
    newest: str = ""
    paged: bool = False
    open_id: int = 0
    subject: str = ""
    messages: list[MessageItem] = []
    missing: str = ""
    importing: bool = False
    done: int = 0
    total: int = 0
    percent: int = 0

    @rx.event
    @require("member")
    def load(self) -> None:
        """Fill the page as its address says."""
        user_id = me().user_id
        fill(self, user_id)
        open_thread(self, user_id, _number(self.router.url.query_parameters.get("thread")))
        self.loaded = True

    @rx.event
    @require("member")
    def show_images(self, message_id: int) -> None:
        """Fetch the remote images of one message, which tells its sender that it was opened."""
        self.messages = [replace(item, images_shown=True) if item.id == message_id else item for item in self.messages]

    @rx.event
    @require("member")
    def choose(self, connection: str) -> rx.event.EventSpec:
        """Show one mailbox, or all of them."""
        return rx.redirect(f"/mailbox?mailbox={_number(connection)}" if _number(connection) else "/mailbox")


def open_thread(state: MailboxState, user_id: int, thread_id: int) -> None:
    """Copy a thread's messages into the state; 0 closes the one that is open."""
    if thread_id != state.open_id or not thread_id:
        state.messages, state.subject = [], ""
    state.open_id, state.missing = thread_id, ""
    if not thread_id:
        return
    shown = {item.id for item in state.messages if item.images_shown}
    try:
        views = reading.messages(user_id, thread_id)
    except EasyCRMError as error:
        state.messages, state.missing = [], error.user_message
        return
    messages = [_message(view, view is views[-1], view.id in shown) for view in views]
    if messages != state.messages:
        state.messages = messages
    state.subject = (views[-1].subject if views else "") or NO_SUBJECT


def fill(state: MailboxState, user_id: int) -> None:
    """Copy the list and the progress into the state, as the page's address says."""
    query = state.router.url.query_parameters
    mailboxes = overview.mailboxes(user_id)
    state.choices = [Choice(str(row.id), row.address) for row in mailboxes]
    state.chosen = str(_number(query.get("mailbox")) or "")
    before = _number(query.get("before"))
    state.paged = before > 0
    _progress(state, [row for row in mailboxes if row.importing and state.chosen in ("", str(row.id))])
    page = thread_list.page(
        user_id, connection_id=_number(state.chosen) or None, before=before or None, limit=PAGE_SIZE
    )
    here = f"mailbox={state.chosen}&" if state.chosen else ""
    place = f"{here}before={before}&" if before else here
    rows = [
        ThreadItem(
            row.id,
            row.subject or NO_SUBJECT,
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


def _message(view: reading.MessageView, last: bool, images: bool) -> MessageItem:
    return MessageItem(
        id=view.id,
        sender=view.sender_name,
        sender_email=view.sender_email if view.sender_email != view.sender_name else "",
        initial=(view.sender_name or "?")[:1],
        recipients=view.recipients,
        at=view.received_at.isoformat(),
        snippet=view.snippet,
        files=[FileItem(file.file_name or "attachment", file.size) for file in view.attachments],
        has_html=view.has_html,
        text=view.text,
        remote_images=view.remote_images,
        images_shown=images,
        last=last,
    )


def _number(text: str | None) -> int:
    """A key or id from the address; 0 for whatever is none that the database could hold."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > len(str(_LARGEST)):
        return 0
    return value if (value := int(text)) <= _LARGEST else 0

"""What the timeline on the page of a contact or company knows and does."""

from dataclasses import dataclass

import reflex as rx

from easycrm.core import wording
from easycrm.core.errors import EasyCRMError
from easycrm.mail import contact_view
from easycrm.mail.timeline import Entry, TimelinePage
from easycrm.mail.visibility import LEVELS, Visibility
from easycrm.pages.address import number
from easycrm.pages.session import me, require


@dataclass(frozen=True)
class EntryItem:
    """A message in the timeline; `subject` may say that it is not shared, and then `hidden` is true."""

    key: str
    at: str
    direction: str
    who: str
    subject: str
    hidden: bool
    snippet: str
    has_attachments: bool
    href: str
    message_id: int
    owner: str


class TimelineState(rx.State):
    """A page of the timeline; `opened` is the colleague's message that is open, or 0."""

    entries: list[EntryItem] = []
    older: str = ""
    newest: str = ""
    paged: bool = False
    opened: int = 0

    @rx.event
    @require("member")
    def load(self) -> None:
        """Fill the timeline of whom the address names."""
        self.opened = 0
        fill(self, me().user_id)

    @rx.event
    @require("member")
    def toggle(self, message_id: int) -> None:
        """Open a colleague's message to read it, or close it; whether it may be read is for its frame to say."""
        self.opened = 0 if self.opened == message_id else message_id


def fill(state: TimelineState, user_id: int) -> None:
    """Copy a page of the timeline into the state, as the page's address says."""
    query = state.router.url.query_parameters
    before = number(query.get("before"))
    contact_id, company_id = number(query.get("contact")), number(query.get("company"))
    here = f"/contacts?contact={contact_id}" if contact_id else f"/contacts?company={company_id}"
    page = _page(user_id, contact_id, company_id, before or None)
    entries = [_item(entry) for entry in page.entries]
    if entries != state.entries:
        state.entries = entries
    state.older = f"{here}&before={page.next_before}" if page.next_before else ""
    state.newest, state.paged = here, before > 0


def _page(user_id: int, contact_id: int, company_id: int, before: int | None) -> TimelinePage:
    try:
        if contact_id:
            return contact_view.contact_timeline(user_id, contact_id, before=before)
        if company_id:
            return contact_view.company_timeline(user_id, company_id, before=before)
    except EasyCRMError:
        pass  # the page above says that there is no such contact
    return TimelinePage([], None)


def _item(entry: Entry) -> EntryItem:
    hidden = LEVELS.index(entry.level) < LEVELS.index(Visibility.SUBJECT)
    return EntryItem(
        key=str(entry.key),
        at=entry.at.isoformat(),
        direction=entry.direction,
        who=entry.who,
        subject=wording.contacts.SUBJECT_NOT_SHARED if hidden else entry.subject,
        hidden=hidden,
        snippet=entry.snippet,
        has_attachments=entry.has_attachments,
        href=f"/mailbox?thread={entry.thread_id}" if entry.thread_id else "",
        message_id=entry.message_id,
        owner=entry.owner,
    )

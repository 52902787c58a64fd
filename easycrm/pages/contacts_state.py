"""What the list of contacts knows and does; which part of it is shown stands in the address."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import reflex as rx

from easycrm.core import wording
from easycrm.core.db import reading
from easycrm.core.errors import EasyCRMError
from easycrm.mail import contact_list, contact_status, imported, team_contacts
from easycrm.mail.contact_list import CompanyRow, ContactRow, Key
from easycrm.mail.contact_status import ContactStatus
from easycrm.mail.imported import ImportedPerson
from easycrm.mail.timeline_query import MOST_COUNTED
from easycrm.pages import live
from easycrm.pages.address import number
from easycrm.pages.flash import tell
from easycrm.pages.session import me, require

TABS = {
    "team": "Team",
    "imported": "Imported",
    "companies": "Companies",
    "archived": "Archived",
}
_PAGE = 50


@dataclass(frozen=True)
class PersonItem:
    """A line of the list of contacts; `last_at` is ISO 8601 or empty."""

    id: int
    name: str
    initial: str
    about: str
    email: str
    count: int
    more: bool
    last_at: str
    href: str


@dataclass(frozen=True)
class ImportedItem:
    """One of the person's own imported contacts; `team_href` leads to the team's contact, if there is one."""

    id: int
    name: str
    initial: str
    about: str
    email: str
    team_href: str


@dataclass(frozen=True)
class CompanyItem:
    """A line of the list of companies."""

    id: int
    name: str
    initial: str
    domain: str
    people: int
    href: str


@dataclass(frozen=True)
class ImportItem:
    """How the import of a mailbox's contacts stands; `at` is ISO 8601 or empty."""

    address: str
    words: str
    at: str
    problem: str
    reading: bool


class ContactsState(rx.State):
    """The list that the address asks for; `mode` is list, contact or company, and empty until that is known."""

    mode: str = ""
    tab: str = "team"
    text: str = ""
    people: list[PersonItem] = []
    companies: list[CompanyItem] = []
    archived_companies: list[CompanyItem] = []
    imported: list[ImportedItem] = []
    imports: list[ImportItem] = []
    further: str = ""
    first: str = ""
    paged: bool = False
    drawn: int = 0

    @rx.event
    @require("member")
    def load(self) -> None:
        """Fill the list as the page's address says."""
        live.watch_team(self)
        fill(self, me().user_id)

    @rx.event
    @require("member")
    def search(self, form: dict[str, Any]) -> rx.event.EventSpec:
        """Show those who match."""
        return rx.redirect(_address(self.tab, " ".join(str(form.get("q") or "").split())[:100]))

    @rx.event
    @require("member")
    async def add(self, imported_id: int) -> None:
        """Add one of one's own imported contacts to the team's."""
        await self._add([imported_id])

    @rx.event
    @require("member")
    async def add_shown(self) -> None:
        """Add all those on this page that the team has not."""
        await self._add([item.id for item in self.imported if not item.team_href])

    async def _add(self, ids: list[int]) -> None:
        try:
            added = team_contacts.add_to_team(me().user_id, ids)
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
        else:
            await tell(self, wording.contacts.added_to_team(len(added.new), len(added.known)))
        fill(self, me().user_id)


def fill(state: ContactsState, user_id: int) -> None:
    """Copy the list into the state, as the page's address says; nothing where it names a contact or company."""
    query = state.router.url.query_parameters
    for kind in ("contact", "company"):
        if number(query.get(kind)) or query.get("new") == kind:
            state.mode = kind
            return
    if query.get("address"):
        state.mode = ""
        return
    state.mode = "list"
    tab, text = query.get("tab", "team"), query.get("q", "")[:100]
    state.tab = tab if tab in TABS else "team"
    if text != state.text:
        state.text, state.drawn = text, state.drawn + 1
    after = key_of(query.get("after", ""))
    state.paged, state.first = after is not None, _address(state.tab, text)
    lists = _lists(state.tab, user_id, text, after)
    for name in ("people", "companies", "archived_companies", "imported", "imports"):
        if lists.get(name, []) != getattr(state, name):
            setattr(state, name, lists.get(name, []))
    state.further = _address(state.tab, text, lists["next"]) if lists["next"] else ""


def _lists(tab: str, user_id: int, text: str, after: Key | None) -> dict[str, Any]:
    if tab == "companies":
        page = contact_list.companies(text=text, after=after)
        return {"companies": [company_item(row) for row in page.rows], "next": page.next_after}
    if tab == "imported":
        found, further = _imported(user_id, text, after)
        statuses = contact_status.of_user(user_id).values()
        return {"imported": found, "imports": [import_item(one) for one in statuses], "next": further}
    archived = tab == "archived"
    page = contact_list.contacts(user_id, text=text, archived=archived, after=after)
    shelved = contact_list.companies(text=text, archived=True, limit=200).rows if archived and not after else []
    return {
        "people": [person_item(row) for row in page.rows],
        "archived_companies": [company_item(row) for row in shelved],
        "next": page.next_after,
    }


def _imported(user_id: int, text: str, after: Key | None) -> tuple[list[ImportedItem], Key | None]:
    with reading() as session:
        found = imported.of_user(session, user_id, text=text, after=after, limit=_PAGE + 1)
    shown = found[:_PAGE]
    known = team_contacts.known_of([one.emails for one in shown])
    items = [_imported_item(one, ident) for one, ident in zip(shown, known, strict=True)]
    return items, (shown[-1].name.casefold()[:200], shown[-1].id) if len(found) > _PAGE else None


def person_item(row: ContactRow) -> PersonItem:
    """A contact for a list."""
    return PersonItem(
        id=row.id,
        name=row.name,
        initial=row.name[:1],
        about=" · ".join(part for part in (row.title, row.company) if part),
        email=row.email if row.email != row.name else "",
        count=row.count,
        more=row.count >= MOST_COUNTED,
        last_at=_iso(row.last_at),
        href=f"/contacts?contact={row.id}",
    )


def company_item(row: CompanyRow) -> CompanyItem:
    """A company for a list."""
    return CompanyItem(row.id, row.name, row.name[:1], row.domain, row.people, f"/contacts?company={row.id}")


def import_item(status: ContactStatus) -> ImportItem:
    """The state of an import for the page."""
    words = wording.contacts.imported(status.count) if status.last_success_at else wording.contacts.NEVER_IMPORTED
    return ImportItem(status.address, words, _iso(status.last_success_at), status.problem, status.reading)


def key_of(text: str) -> Key | None:
    """The key in an address: the id, a colon, and the name as it is sorted."""
    ident, colon, name = text.partition(":")
    return (name[:200].replace("\x00", ""), number(ident)) if colon and number(ident) else None


def _address(tab: str, text: str, after: Key | None = None) -> str:
    wanted = {"tab": tab if tab != "team" else "", "q": text, "after": f"{after[1]}:{after[0]}" if after else ""}
    query = urlencode({name: value for name, value in wanted.items() if value})
    return f"/contacts?{query}" if query else "/contacts"


def _imported_item(one: ImportedPerson, contact_id: int) -> ImportedItem:
    return ImportedItem(
        id=one.id,
        name=one.name,
        initial=one.name[:1],
        about=" · ".join(part for part in (one.title, one.company if one.company != one.name else "") if part),
        email=", ".join(email for email in one.emails if email != one.name),
        team_href=f"/contacts?contact={contact_id}" if contact_id else "",
    )


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""

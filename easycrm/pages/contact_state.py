"""What the page of one contact knows and does; whose it is stands in the address."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import reflex as rx

from easycrm.core import wording
from easycrm.core.errors import EasyCRMError, InvalidInput
from easycrm.mail import contact_edit, contact_list, contact_view
from easycrm.mail.contact_edit import AddressTaken, ContactFields
from easycrm.pages.address import number
from easycrm.pages.contacts_state import PersonItem, person_item
from easycrm.pages.flash import tell
from easycrm.pages.session import me, require

_SOURCES = {"entered": "Entered", "imported": "Added from an address book", "written to": "Somebody wrote to them"}
_CANDIDATES = 6


@dataclass(frozen=True)
class EmailItem:
    """An address, and where to write to it."""

    email: str
    href: str


class ContactState(rx.State):
    """The contact that is open, or the form for a new one; `open_id` is 0 where none is."""

    open_id: int = 0
    creating: bool = False
    editing: bool = False
    missing: str = ""
    name: str = ""
    initial: str = ""
    title: str = ""
    company: str = ""
    company_href: str = ""
    phone: str = ""
    notes: str = ""
    source: str = ""
    created_at: str = ""
    emails: list[EmailItem] = []
    emails_text: str = ""
    archived: bool = False
    company_names: list[str] = []
    drawn: int = 0
    wrong: str = ""
    wrong_field: str = ""
    taken: str = ""
    taken_href: str = ""
    merging: bool = False
    merge_id: int = 0
    merge_name: str = ""
    candidates: list[PersonItem] = []
    searched: bool = False
    _version: int = 0

    @rx.event
    @require("member")
    def load(self) -> Any:
        """Open the contact that the address names, or the form for a new one."""
        query = self.router.url.query_parameters
        if query.get("address"):
            return rx.redirect(_place_of(query["address"], query.get("name", "")), replace=True)
        self.creating = query.get("new") == "contact"
        self.editing, self.merging = self.creating, False
        self._say()
        if self.creating:
            self.name, self.emails, self.title, self.company, self.phone, self.notes = "", [], "", "", "", ""
            self.emails_text = query.get("email", "")[:320]
            self.name = query.get("name", "")[:200]
            self.open_id = 0
            self._draw_form()
        else:
            fill(self, number(query.get("contact")))
        return None

    @rx.event
    @require("member")
    def edit(self) -> None:
        """Show the form."""
        if self.open_id:
            self.editing = True
            self._say()
            self._draw_form()

    @rx.event
    @require("member")
    def cancel(self) -> Any:
        """Leave everything as it was."""
        self._say()
        self.editing = False
        if self.creating:
            return rx.redirect("/contacts")
        fill(self, self.open_id)
        return None

    @rx.event
    @require("member")
    async def save(self, form: dict[str, Any]) -> Any:
        """Keep what was typed; what cannot be kept stays in the form, with the reason."""
        self._say()
        fields = ContactFields(**{
            name: str(form.get(name) or "") for name in ("name", "emails", "title", "company", "phone", "notes")
        })  # fmt: skip
        try:
            if not self.open_id:
                ident = contact_edit.create(me().user_id, fields)
                await tell(self, wording.contacts.created(contact_view.contact(ident).name))
                self.editing = self.creating = False
                return rx.redirect(f"/contacts?contact={ident}")
            contact_edit.edit(me().user_id, self.open_id, self._version, fields)
        except AddressTaken as error:
            self._say(error.user_message, error.field)
            self.taken, self.taken_href = error.contact_name, f"/contacts?contact={error.contact_id}"
        except InvalidInput as error:
            self._say(error.user_message, error.field)
        except EasyCRMError as error:
            self._say(error.user_message)
        else:
            self.editing = False
            fill(self, self.open_id)
            await tell(self, "Saved")
        return None

    @rx.event
    @require("member")
    async def archive(self) -> None:
        """Put the contact away."""
        await self._archive(archived=True)

    @rx.event
    @require("member")
    async def restore(self) -> None:
        """Bring the contact back."""
        await self._archive(archived=False)

    @rx.event
    @require("member")
    def ask_merge(self) -> None:
        """Look for the contact that is the same person."""
        if self.open_id:
            self.merging, self.merge_id, self.candidates, self.searched = True, 0, [], False
            self._find(self.name)

    @rx.event
    @require("member")
    def find(self, form: dict[str, Any]) -> None:
        """Look for contacts to merge with."""
        self._find(str(form.get("q") or ""))

    @rx.event
    @require("member")
    def choose(self, contact_id: int) -> None:
        """Ask before two contacts become one."""
        try:
            self.merge_id, self.merge_name = contact_id, contact_view.contact(contact_id).name
        except EasyCRMError:
            self.merge_id = 0

    @rx.event
    @require("member")
    async def confirm_merge(self) -> None:
        """Make one contact of both."""
        other, self.merging, self.merge_id = self.merge_id, False, 0
        if not other:
            return
        try:
            contact_edit.merge(me().user_id, self.open_id, other)
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
        else:
            await tell(self, wording.contacts.merged(self.name))
        fill(self, self.open_id)

    @rx.event
    @require("member")
    def keep(self) -> None:
        """Leave both contacts as they are."""
        self.merging, self.merge_id = False, 0

    def _find(self, text: str) -> None:
        rows = contact_list.contacts(me().user_id, text=text, limit=_CANDIDATES + 1).rows
        self.candidates = [person_item(row) for row in rows if row.id != self.open_id][:_CANDIDATES]
        self.searched = True

    async def _archive(self, *, archived: bool) -> None:
        try:
            contact_edit.archive(me().user_id, self.open_id, archived=archived)
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
        else:
            await tell(self, f"{self.name} is {'archived' if archived else 'back'}")
        fill(self, self.open_id)

    def _say(self, text: str = "", field: str = "") -> None:
        self.wrong, self.wrong_field, self.taken, self.taken_href = text, field, "", ""

    def _draw_form(self) -> None:
        self.company_names = contact_list.company_names()
        self.drawn += 1


def _place_of(email: str, name: str) -> str:
    """The page of the contact with this address, or the form with what is known."""
    found = contact_view.of_address(email[:320])
    known = urlencode({"email": email[:320], "name": name[:200] if name != email else ""})
    return f"/contacts?contact={found}" if found else f"/contacts?new=contact&{known}"


def fill(state: ContactState, contact_id: int) -> None:
    """Copy a contact into the state; 0 closes the one that is open."""
    state.open_id, state.missing = contact_id, ""
    if not contact_id:
        return
    try:
        found = contact_view.contact(contact_id)
    except EasyCRMError as error:
        state.missing, state.name = error.user_message, ""
        return
    state.name, state.initial, state.title, state.phone = found.name, found.name[:1], found.title, found.phone
    state.company, state.notes, state.archived = found.company, found.notes, found.archived
    state.company_href = f"/contacts?company={found.company_id}" if found.company_id else ""
    state.emails = [EmailItem(email, f"/compose?to={quote(email)}") for email in found.emails]
    state.emails_text = "\n".join(found.emails)
    state.source, state.created_at = _SOURCES.get(found.source, ""), found.created_at.isoformat()
    state._version = found.version

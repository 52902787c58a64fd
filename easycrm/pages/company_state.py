"""What the page of one company knows and does; which one it is stands in the address."""

from typing import Any

import reflex as rx

from easycrm.core import wording
from easycrm.core.errors import EasyCRMError, InvalidInput
from easycrm.mail import company_edit, contact_view
from easycrm.mail.company_edit import CompanyFields
from easycrm.pages.address import number
from easycrm.pages.contacts_state import PersonItem, person_item
from easycrm.pages.flash import tell
from easycrm.pages.session import me, require


class CompanyState(rx.State):
    """The company that is open, or the form for a new one; `open_id` is 0 where none is."""

    open_id: int = 0
    creating: bool = False
    editing: bool = False
    missing: str = ""
    name: str = ""
    initial: str = ""
    domain: str = ""
    website: str = ""
    notes: str = ""
    archived: bool = False
    people: list[PersonItem] = []
    drawn: int = 0
    wrong: str = ""
    wrong_field: str = ""
    _version: int = 0

    @rx.event
    @require("member")
    def load(self) -> None:
        """Open the company that the address names, or the form for a new one."""
        query = self.router.url.query_parameters
        self.creating = self.editing = query.get("new") == "company"
        self.wrong, self.wrong_field = "", ""
        if self.creating:
            self.name, self.domain, self.website, self.notes, self.open_id = "", "", "", "", 0
            self.drawn += 1
        else:
            fill(self, me().user_id, number(query.get("company")))

    @rx.event
    @require("member")
    def edit(self) -> None:
        """Show the form."""
        if self.open_id:
            self.editing, self.wrong, self.wrong_field = True, "", ""
            self.drawn += 1

    @rx.event
    @require("member")
    def cancel(self) -> Any:
        """Leave everything as it was."""
        self.editing = False
        if self.creating:
            return rx.redirect("/contacts?tab=companies")
        fill(self, me().user_id, self.open_id)
        return None

    @rx.event
    @require("member")
    async def save(self, form: dict[str, Any]) -> Any:
        """Keep what was typed; what cannot be kept stays in the form, with the reason."""
        self.wrong, self.wrong_field = "", ""
        fields = CompanyFields(**{
            name: str(form.get(name) or "") for name in ("name", "domain", "website", "notes")
        })  # fmt: skip
        try:
            if not self.open_id:
                ident = company_edit.create(me().user_id, fields)
                await tell(self, wording.contacts.created(contact_view.company(me().user_id, ident).name))
                self.editing = self.creating = False
                return rx.redirect(f"/contacts?company={ident}")
            company_edit.edit(me().user_id, self.open_id, self._version, fields)
        except InvalidInput as error:
            self.wrong, self.wrong_field = error.user_message, error.field
        except EasyCRMError as error:
            self.wrong = error.user_message
        else:
            self.editing = False
            fill(self, me().user_id, self.open_id)
            await tell(self, "Saved")
        return None

    @rx.event
    @require("member")
    async def archive(self) -> None:
        """Put the company away."""
        await self._archive(archived=True)

    @rx.event
    @require("member")
    async def restore(self) -> None:
        """Bring the company back."""
        await self._archive(archived=False)

    async def _archive(self, *, archived: bool) -> None:
        try:
            company_edit.archive(me().user_id, self.open_id, archived=archived)
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
        else:
            await tell(self, f"{self.name} is {'archived' if archived else 'back'}")
        fill(self, me().user_id, self.open_id)


def fill(state: CompanyState, user_id: int, company_id: int) -> None:
    """Copy a company into the state; 0 closes the one that is open."""
    state.open_id, state.missing = company_id, ""
    if not company_id:
        return
    try:
        found = contact_view.company(user_id, company_id)
    except EasyCRMError as error:
        state.missing, state.name, state.people = error.user_message, "", []
        return
    state.name, state.initial, state.domain = found.name, found.name[:1], found.domain
    state.website, state.notes, state.archived = found.website, found.notes, found.archived
    state.people, state._version = [person_item(row) for row in found.people], found.version

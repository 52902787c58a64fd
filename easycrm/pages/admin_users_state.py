"""What the page of users shows and does; links that let somebody in pass through and are never kept here."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from easycrm import worker
from easycrm.core import wording
from easycrm.core.errors import EasyCRMError, InvalidInput
from easycrm.mail import erasure, leaving, overview, people_mailboxes
from easycrm.pages.flash import tell
from easycrm.pages.people_rows import InvitedItem, MailboxLine, PersonItem, invited_item, mailbox_line, person_item
from easycrm.pages.session import me, require
from easycrm.people import access_links, directory

LINK_FIELD = "one-time-link"


class AdminUsersState(rx.State):
    """The list, the person that is looked at, and the question that is open."""

    loaded: bool = False
    text: str = ""
    people: list[PersonItem] = []
    after: str = ""
    erasing: bool = False
    invited: list[InvitedItem] = []
    made: int = 0
    wrong: str = ""
    link_for: str = ""
    link_lasts: str = ""
    person: PersonItem = PersonItem()
    mailboxes: list[MailboxLine] = []
    question: str = ""
    wrong_address: str = ""
    busy: bool = False

    @rx.event
    @require("admin")
    def load(self) -> None:
        """Fill the page."""
        self.text = self.wrong = ""
        self._close()
        self._fill()
        self.loaded = True

    @rx.event
    @require("admin")
    def look_for(self, text: str) -> None:
        """Show whose name or address contains the text."""
        self.text = str(text)
        self._fill()

    @rx.event
    @require("admin")
    def more(self) -> None:
        """Show the next fifty."""
        self._add(self.after)

    @rx.event
    @require("admin")
    def look_again(self) -> None:
        """See whether a deletion has ended."""
        self._fill()

    @rx.event
    @require("admin")
    def invite(self, form: dict[str, Any]):
        """Make an invitation, and show its link once."""
        self.wrong = ""
        role, email = str(form.get("role") or "member"), str(form.get("email") or "")
        try:
            link = access_links.invite(me().user_id, email, role)
        except InvalidInput as error:
            self.wrong = error.user_message
            return None
        self.made += 1
        self._fill()
        return self._hand_over(email.strip().lower(), link, "7 days")

    @rx.event
    @require("admin")
    async def invite_again(self, email: str, role: str):
        """Make a new link in place of the old one."""
        try:
            link = access_links.invite(me().user_id, str(email), str(role))
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
            return None
        self._fill()
        return self._hand_over(str(email), link, "7 days")

    @rx.event
    @require("admin")
    async def withdraw(self, link_id: int) -> None:
        """Make an invitation void."""
        await self._do(lambda: access_links.withdraw(me().user_id, link_id), "Invitation withdrawn")

    @rx.event
    @require("admin")
    def close_link(self):
        """Take the link off the screen for good."""
        self.link_for = ""
        return rx.set_value(LINK_FIELD, "")

    @rx.event
    @require("admin")
    def manage(self, user_id: int) -> None:
        """Look at one person."""
        try:
            self.person = person_item(directory.one(user_id), me().user_id)
        except EasyCRMError:
            return
        self.mailboxes = [mailbox_line(row) for row in overview.mailboxes(user_id)]
        self.question = self.wrong_address = ""

    @rx.event
    @require("admin")
    def close(self) -> None:
        """Leave the person, or the question, as it is."""
        self._close()

    @rx.event
    @require("admin")
    async def change_role(self, role: str) -> None:
        """Make the person an admin or a member."""
        user_id = self.person.id
        await self._do(lambda: directory.change_role(me().user_id, user_id, str(role)), "Role changed")

    @rx.event
    @require("admin")
    async def make_reset_link(self):
        """Make a link by which the person chooses a new password, and show it once."""
        person = self.person
        try:
            link = access_links.reset(me().user_id, person.id)
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
            return None
        self._close()
        return self._hand_over(person.email, link, "24 hours")

    @rx.event
    @require("admin")
    def ask(self, question: str) -> None:
        """Ask before something serious is done."""
        self.question = str(question)

    @rx.event
    @require("admin")
    async def confirm_deactivate(self) -> None:
        """End sessions, connections and tokens at once; the data stays."""
        user_id = self.person.id
        await self._do(lambda: leaving.deactivate(me().user_id, user_id), "Deactivated")
        worker.request_revocation()

    @rx.event
    @require("admin")
    async def reactivate(self) -> None:
        """Let the person sign in again."""
        user_id = self.person.id
        await self._do(lambda: directory.reactivate(me().user_id, user_id), "Reactivated")

    @rx.event
    @require("admin")
    async def confirm_erase(self, form: dict[str, Any]) -> None:
        """Delete everything about the person, once the address was typed."""
        person = self.person
        if str(form.get("address") or "").strip().lower() != person.email or not person.id:
            self.wrong_address = wording.people.ERASE_DIFFERS
            return
        await self._do(lambda: erasure.ask(me().user_id, person.id), wording.people.ERASING)
        worker.request_erasure()

    async def _do(self, act: Callable[[], object], done: str) -> None:
        try:
            act()
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
        else:
            await tell(self, done)
        self._close()
        self._fill()

    def _hand_over(self, email: str, link: str, lasts: str):
        self.link_for, self.link_lasts = email, lasts
        # The browser alone gets the link: what stands in the state would be written down with it.
        return rx.set_value(LINK_FIELD, link)

    def _close(self) -> None:
        self.person, self.mailboxes, self.question, self.wrong_address = PersonItem(), [], "", ""

    def _fill(self) -> None:
        self.people = []
        self._add("")
        self.invited = [invited_item(one) for one in access_links.pending()]

    def _add(self, after: str) -> None:
        page = directory.page(self.text, after)
        numbers = people_mailboxes.counts([one.id for one in page.people])
        self.people = [*self.people, *(person_item(one, me().user_id, numbers.get(one.id)) for one in page.people)]
        self.after = page.after
        self.erasing = any(one.erasing for one in self.people)

"""Deleting the synced emails of a disconnected mailbox: the question, and the deed."""

import asyncio

import reflex as rx

from easycrm.core import wording
from easycrm.core.errors import EasyCRMError
from easycrm.mail import forget
from easycrm.pages.email_state import EmailState, fill
from easycrm.pages.flash import tell
from easycrm.pages.mailbox_item import MailboxItem
from easycrm.pages.parts.button import button
from easycrm.pages.parts.confirm import confirm
from easycrm.pages.session import me, require


class ForgetState(rx.State):
    """The mailbox whose emails are about to be deleted."""

    asked_about: int = 0
    asked_address: str = ""
    busy: bool = False

    @rx.event
    @require("member")
    def ask_delete(self, connection_id: int, address: str) -> None:
        """Ask before anything is deleted."""
        self.asked_about, self.asked_address = connection_id, address

    @rx.event
    @require("member")
    def keep_emails(self) -> None:
        """Answer the question with no."""
        self.asked_about = 0

    @rx.event
    @require("member")
    async def confirm_delete(self):
        """Delete, and say how many there were."""
        connection_id, user_id = self.asked_about, me().user_id
        if not connection_id or self.busy:
            return
        self.busy = True
        yield
        try:
            count = await asyncio.to_thread(forget.forget, user_id, connection_id)
            await tell(self, wording.syncing.emails_deleted(count))
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
        finally:
            self.busy, self.asked_about = False, 0
        fill(await self.get_state(EmailState), user_id)


def delete_button(item: MailboxItem) -> rx.Component:
    """The button on the row of a disconnected mailbox."""
    ask = ForgetState.ask_delete(item.id, item.address)
    return button(wording.syncing.DELETE_SYNCED_EMAILS, look="warn-quiet", on_click=ask)


def delete_dialog() -> rx.Component:
    """The second, separate question after a disconnect."""
    return confirm(
        rx.el.p(ForgetState.asked_address, class_name="font-medium break-all"),
        name="delete-emails",
        question=wording.syncing.CONFIRM_DELETE,
        open=ForgetState.asked_about > 0,
        yes=wording.syncing.DELETE_SYNCED_EMAILS,
        on_yes=ForgetState.confirm_delete,
        on_no=ForgetState.keep_emails,
        busy=ForgetState.busy,
    )

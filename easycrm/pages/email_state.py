"""What Settings → Email Integration knows and does."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from easycrm import worker
from easycrm.core import wording
from easycrm.core.errors import EasyCRMError
from easycrm.mail import contact_status, disconnect, overview, provider_setup, schedule, sender, volume
from easycrm.pages.flash import tell
from easycrm.pages.mailbox_item import MailboxItem, item_of
from easycrm.pages.session import me, require
from easycrm.pages.shell import ShellState, fill_shell


@dataclass(frozen=True)
class Goodbye:
    """What happened at a disconnect, for the receipt."""

    address: str
    lines: list[str]
    link: str
    link_words: str


@dataclass(frozen=True)
class ProviderItem:
    """A provider on offer, with the person's mailboxes there."""

    key: str
    name: str
    mailboxes: list[MailboxItem]


class EmailState(rx.State):
    """The page's rows, and the mailbox that is about to be disconnected."""

    loaded: bool = False
    has_mailbox: bool = False
    providers: list[ProviderItem] = []
    turned_off: list[MailboxItem] = []
    asked_about: int = 0
    asked_address: str = ""
    asked_warning: str = ""
    receipt: list[Goodbye] = []

    @rx.event
    @require("member")
    async def load(self) -> None:
        """Fill the page."""
        self.receipt = []
        self.asked_about = 0
        fill(self, me().user_id)
        self.loaded = True

    @rx.event
    @require("member")
    async def sync_now(self, connection_id: int) -> None:
        """Look for new mail at once."""
        if await self._act(lambda user_id: schedule.sync_now(user_id, connection_id), "Looking for new email"):
            worker.sync_mailbox(connection_id)

    @rx.event
    @require("member")
    async def send_from(self, connection_id: int) -> None:
        """Make this mailbox the one that new messages are sent from."""
        await self._act(lambda user_id: sender.make_default(user_id, connection_id), "Default sender changed")

    @rx.event
    @require("member")
    def ask_disconnect(self, connection_id: int, address: str) -> None:
        """Ask before a mailbox is disconnected."""
        try:
            self.asked_warning = disconnect.warning(me().user_id, connection_id)
        except EasyCRMError:
            return
        self.asked_about, self.asked_address = connection_id, address

    @rx.event
    @require("member")
    def keep(self) -> None:
        """Answer the question with no."""
        self.asked_about = 0

    @rx.event
    @require("member")
    async def confirm_disconnect(self) -> None:
        """Disconnect the mailbox that was asked about, and hand out the receipt."""
        connection_id, self.asked_about = self.asked_about, 0
        if not connection_id:
            return
        user_id = me().user_id
        try:
            receipt = await disconnect.revoke_now(disconnect.disconnect(user_id, connection_id))
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
        else:
            worker.request_revocation()
            self.receipt = [Goodbye(self.asked_address, list(receipt.lines), receipt.link, receipt.link_words)]
        await self._refresh(user_id)

    @rx.event
    @require("member")
    def put_receipt_away(self) -> None:
        """Close the receipt."""
        self.receipt = []

    async def _act(self, use_case: Any, success: str) -> bool:
        """Carry it out and say how it went; whether it did."""
        user_id = me().user_id
        try:
            use_case(user_id)
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
            return False
        await tell(self, success)
        await self._refresh(user_id)
        return True

    async def _refresh(self, user_id: int) -> None:
        fill(self, user_id)
        await fill_shell(await self.get_state(ShellState), user_id)


def fill(state: EmailState, user_id: int) -> list[str]:
    """Copy providers and mailboxes into the state; what is worth telling has come to an end since the last time."""
    before = {item.id: item for provider in state.providers for item in provider.mailboxes}
    mail = volume.of_user(user_id)
    contacts = contact_status.of_user(user_id)
    known = mail.keys() & contacts.keys()
    rows = [item_of(row, mail[row.id], contacts[row.id]) for row in overview.mailboxes(user_id) if row.id in known]
    offered = provider_setup.offered()
    providers = [
        ProviderItem(offer.key, offer.name, [row for row in rows if row.provider == offer.key]) for offer in offered
    ]
    keys = {offer.key for offer in offered}
    turned_off = [row for row in rows if row.provider not in keys]
    state.has_mailbox = any(one.mailboxes for one in providers)
    if providers != state.providers:
        state.providers = providers
    if turned_off != state.turned_off:
        state.turned_off = turned_off
    return [
        wording.syncing.import_finished(row.address, row.done)
        for row in rows
        if row.status == "connected" and not row.importing and row.id in before and before[row.id].importing
    ]

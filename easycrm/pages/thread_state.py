"""What the reading pane knows and does; which thread is open stands in the address."""

from dataclasses import replace

import reflex as rx

from easycrm.core import wording
from easycrm.core.errors import EasyCRMError
from easycrm.mail import attachments, marks, reading, trusted_sender
from easycrm.pages.address import number
from easycrm.pages.flash import tell
from easycrm.pages.message_item import MessageItem, item_of
from easycrm.pages.session import me, require


class ThreadState(rx.State):
    """The open thread; `open_id` is 0 when none is. `files_wrong` says why attachments could not be listed."""

    loaded: bool = False
    open_id: int = 0
    subject: str = ""
    messages: list[MessageItem] = []
    missing: str = ""
    files_wrong: str = ""

    @rx.event
    @require("member")
    def load(self) -> rx.event.EventSpec | None:
        """Open the thread that the address names."""
        open_thread(self, me().user_id, number(self.router.url.query_parameters.get("thread")))
        self.loaded = True
        return ThreadState.list_files() if any(item.unlisted for item in self.messages) else None

    @rx.event
    @require("member")
    async def list_files(self) -> None:
        """Ask the provider for attachments that it lists only when asked."""
        user_id = me().user_id
        self.files_wrong = ""
        for item in [item for item in self.messages if item.unlisted]:
            try:
                await attachments.ensure_listed(user_id, item.id)
            except EasyCRMError as error:
                self.files_wrong = f"{wording.reading.FILES_NOT_LISTED}: {error.user_message}"
                break
        open_thread(self, user_id, self.open_id)

    @rx.event
    @require("member")
    def show_images(self, message_id: int) -> None:
        """Fetch the remote images of one message, which tells its sender that it was opened."""
        self.messages = [replace(item, images_shown=True) if item.id == message_id else item for item in self.messages]

    @rx.event
    @require("member")
    async def trust_sender(self, message_id: int) -> None:
        """Show the images of this message's sender from now on."""
        try:
            trusted_sender.trust(me().user_id, message_id)
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
            return
        open_thread(self, me().user_id, self.open_id)

    @rx.event
    @require("member")
    def distrust_sender(self, address: str) -> None:
        """Block the images of a sender again until they are asked for."""
        trusted_sender.distrust(me().user_id, address)
        self.messages = [
            replace(item, images_shown=False) if item.address == address else item for item in self.messages
        ]
        open_thread(self, me().user_id, self.open_id)

    @rx.event
    @require("member")
    async def star(self, message_id: int, starred: bool) -> None:
        """Star a message, or take its star away."""
        try:
            marks.star_message(me().user_id, message_id, starred=starred)
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
            return
        open_thread(self, me().user_id, self.open_id)


def open_thread(state: ThreadState, user_id: int, thread_id: int) -> None:
    """Copy a thread's messages into the state; 0 closes the one that is open."""
    if thread_id != state.open_id or not thread_id:
        state.messages, state.subject, state.files_wrong = [], "", ""
    state.open_id, state.missing = thread_id, ""
    if not thread_id:
        return
    shown = {item.id for item in state.messages if item.images_shown}
    try:
        views = reading.messages(user_id, thread_id)
    except EasyCRMError as error:
        state.messages, state.missing = [], error.user_message
        return
    messages = [item_of(view, last=view is views[-1], images=view.id in shown) for view in views]
    if messages != state.messages:
        state.messages = messages
    state.subject = (views[-1].subject if views else "") or wording.NO_SUBJECT

"""What the reading pane knows and does; which thread is open stands in the address."""

from dataclasses import dataclass, replace

import reflex as rx

from easycrm.core import wording
from easycrm.core.errors import EasyCRMError
from easycrm.mail import reading
from easycrm.pages.address import number
from easycrm.pages.session import me, require


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


class ThreadState(rx.State):
    """The open thread; `open_id` is 0 when none is."""

    open_id: int = 0
    subject: str = ""
    messages: list[MessageItem] = []
    missing: str = ""

    @rx.event
    @require("member")
    def load(self) -> None:
        """Open the thread that the address names."""
        open_thread(self, me().user_id, number(self.router.url.query_parameters.get("thread")))

    @rx.event
    @require("member")
    def show_images(self, message_id: int) -> None:
        """Fetch the remote images of one message, which tells its sender that it was opened."""
        self.messages = [replace(item, images_shown=True) if item.id == message_id else item for item in self.messages]


def open_thread(state: ThreadState, user_id: int, thread_id: int) -> None:
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
    state.subject = (views[-1].subject if views else "") or wording.NO_SUBJECT


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

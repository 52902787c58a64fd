"""What the writing page knows and does; the text itself lives in the browser and is kept by endpoints/draft.py."""

from dataclasses import dataclass
from datetime import datetime

import reflex as rx

from easycrm import worker
from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.errors import EasyCRMError
from easycrm.mail import draft, outbox, sender
from easycrm.mail.outbox_message import State
from easycrm.pages.address import number
from easycrm.pages.answer_buttons import draft_path
from easycrm.pages.flash import tell
from easycrm.pages.session import me, require


@dataclass(frozen=True)
class DraftItem:
    """A draft as the browser takes it over; `id` is 0 while there is none."""

    id: int = 0
    version: int = 0
    kind: str = "new"
    fields: dict[str, int | str | None] | None = None
    quoted: str = ""
    files: list[dict[str, int | str]] | None = None


class ComposeState(rx.State):
    """The draft as it was opened, the mailboxes to send from, and why it could not be sent."""

    loaded: bool = False
    missing: str = ""
    on_its_way: int = 0
    letter: DraftItem = DraftItem()
    senders: list[sender.Sender] = []
    sender_id: int = 0
    problem: str = ""
    mailbox_refuses: bool = False
    discarding: bool = False
    discarded: int = 0

    @rx.event
    @require("member")
    def load(self) -> rx.event.EventSpec | None:
        """Open the draft that the address names, or begin one."""
        query, user_id = self.router.url.query_parameters, me().user_id
        self.problem, self.missing, self.on_its_way, self.mailbox_refuses = "", "", 0, False
        self.discarding = False
        fill_senders(self, user_id)
        if "draft" not in query and self.senders:
            return rx.redirect(draft_path(draft.begin(user_id, to=query.get("to", "")[:1000])), replace=True)
        try:
            self._show(draft.opened(user_id, number(query.get("draft"))))
        except EasyCRMError as error:
            self.letter, self.missing = DraftItem(), error.user_message
        self.loaded = True
        return None

    def _show(self, opened: draft.Draft) -> None:
        if opened.state != State.DRAFT:
            self.letter, self.on_its_way = DraftItem(), opened.id
            return
        self.letter, self.sender_id = _item(opened), opened.fields.connection_id or 0
        # Why the mailbox cannot send is told as it is now, beside its name.
        self.problem = "" if sender.is_of_the_mailbox(opened.reason) else opened.reason

    @rx.event
    @require("member")
    def leave(self) -> None:
        """Forget the draft: it may look different when it is opened again."""
        self.loaded, self.letter = False, DraftItem()

    @rx.event
    @require("member")
    def choose_sender(self, connection_id: int) -> None:
        """Another mailbox was chosen."""
        self.sender_id = connection_id
        self.problem, self.mailbox_refuses = "", False

    @rx.event
    @require("member")
    async def send(self, version: int) -> rx.event.EventSpec | None:
        """Send the draft in ten seconds; the bar offers to undo it."""
        at = self._submit(version, None)
        return self._where_it_shows() if at else None

    @rx.event
    @require("member")
    async def schedule(self, version: int, moment: str) -> rx.event.EventSpec | None:
        """Send the draft at a moment of the person's choice (ISO 8601)."""
        try:
            chosen = datetime.fromisoformat(moment)
        except (TypeError, ValueError):
            chosen = None
        if chosen is None or chosen.tzinfo is None:
            self.problem = wording.writing.NOT_A_MOMENT
            return None
        if not self._submit(version, chosen):
            return None
        await tell(self, wording.writing.SCHEDULED)
        return rx.redirect("/outbox")

    def _submit(self, version: int, moment: datetime | None) -> bool:
        """Put the draft into the outbox; whether it is there."""
        try:
            at = outbox.submit(me().user_id, self.letter.id, moment, version=version)
        except EasyCRMError as error:
            fill_senders(self, me().user_id)
            self.problem = error.user_message
            told_there = any(one.id == self.sender_id and one.problem for one in self.senders)
            self.mailbox_refuses = told_there and sender.is_of_the_mailbox(self.problem)
            return False
        worker.send(self.letter.id, (at - now()).total_seconds())
        return True

    def _where_it_shows(self) -> rx.event.EventSpec:
        opened = draft.opened(me().user_id, self.letter.id)
        return rx.redirect(f"/mailbox?thread={opened.thread_id}" if opened.thread_id else "/mailbox")

    @rx.event
    @require("member")
    def open_apart(self, draft_id: int) -> rx.event.EventSpec:
        """Go on with what was kept apart."""
        return rx.redirect(draft_path(draft_id), replace=True)

    @rx.event
    @require("member")
    def ask_discard(self) -> None:
        """Ask before the draft is thrown away."""
        self.discarding = True

    @rx.event
    @require("member")
    async def discard(self) -> rx.event.EventSpec | None:
        """Throw the draft away."""
        self.discarding = False
        try:
            draft.discard(me().user_id, self.letter.id)
        except EasyCRMError as error:
            self.problem = error.user_message
            return None
        self.discarded, self.letter = self.letter.id, DraftItem()
        await tell(self, wording.writing.DISCARDED)
        return rx.redirect("/mailbox")

    @rx.event
    @require("member")
    async def take_back(self) -> rx.event.EventSpec | None:
        """Make a draft again of the message that is on its way."""
        try:
            outbox.undo(me().user_id, self.on_its_way)
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
            return None
        return rx.redirect(draft_path(self.on_its_way), replace=True)

    @rx.event
    @require("member")
    def never_mind(self) -> None:
        """Keep the draft."""
        self.discarding = False


def fill_senders(state: ComposeState, user_id: int) -> None:
    """Copy the mailboxes to send from into the state."""
    senders = sender.choices(user_id)
    if senders != state.senders:
        state.senders = senders


def _item(opened: draft.Draft) -> DraftItem:
    return DraftItem(
        id=opened.id,
        version=opened.version,
        kind=opened.kind,
        fields=vars(opened.fields).copy(),
        quoted=opened.quoted,
        files=[{"id": one.id, "name": one.file_name, "size": one.size} for one in opened.files],
    )

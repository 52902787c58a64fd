"""What the outbox shows and what can be done there: drafts, what is on its way, and what needs a decision."""

from dataclasses import dataclass

import reflex as rx

from easycrm import worker
from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.errors import EasyCRMError
from easycrm.mail import draft, draft_list, outbox, outbox_list
from easycrm.mail.outbox_list import OutboxRow
from easycrm.mail.outbox_message import ATTENTION, State
from easycrm.pages.answer_buttons import draft_path
from easycrm.pages.flash import tell
from easycrm.pages.session import me, require

NO_SUBJECT = "(no subject)"
NO_RECIPIENT = "No recipient yet"


@dataclass(frozen=True)
class OutboxItem:
    """A line of the outbox; `at` is when it goes, went or was last changed (ISO 8601).

    `renewable` is the mailbox that a new consent would let send again.
    """

    id: int
    state: str
    recipients: str
    subject: str
    text: str
    sender: str
    at: str
    reason: str
    files: int
    provider: str = ""
    renewable: int = 0


class OutboxState(rx.State):
    """Everything that has been written and has not come back from the provider."""

    loaded: bool = False
    attention: list[OutboxItem] = []
    leaving: list[OutboxItem] = []
    scheduled: list[OutboxItem] = []
    drafts: list[OutboxItem] = []
    sent: list[OutboxItem] = []
    doubtful: int = 0
    discarding: int = 0

    @rx.event
    @require("member")
    def load(self) -> None:
        """Fill the page."""
        fill(self, me().user_id)
        self.loaded = True
        self.doubtful = self.discarding = 0

    @rx.event
    @require("member")
    async def undo(self, message_id: int) -> rx.event.EventSpec | None:
        """Take a message back that has not gone, and write on."""
        try:
            outbox.undo(me().user_id, message_id)
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
            return None
        return rx.redirect(draft_path(message_id))

    @rx.event
    @require("member")
    async def cancel(self, message_id: int) -> None:
        """Take a scheduled message back; it stays as a draft."""
        try:
            outbox.undo(me().user_id, message_id)
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
        else:
            await tell(self, wording.writing.CANCELLED)
        fill(self, me().user_id)

    @rx.event
    @require("member")
    async def resend(self, message_id: int) -> None:
        """Send again what failed or is in doubt: the person has decided."""
        self.doubtful = 0
        user_id = me().user_id
        try:
            at = outbox.resend(user_id, message_id)
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
            return
        worker.send(message_id, (at - now()).total_seconds())
        fill(self, user_id)

    @rx.event
    @require("member")
    def ask_resend(self, message_id: int) -> None:
        """Ask before something is sent that may have arrived already."""
        self.doubtful = message_id

    @rx.event
    @require("member")
    async def look_again(self, message_id: int) -> None:
        """Search the sent messages once more."""
        try:
            outbox.look_again(me().user_id, message_id)
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
            return
        worker.send(message_id)
        await tell(self, "Looking among the sent messages")

    @rx.event
    @require("member")
    def ask_discard(self, message_id: int) -> None:
        """Ask before something written is thrown away."""
        self.discarding = message_id

    @rx.event
    @require("member")
    async def discard(self) -> None:
        """Throw it away."""
        user_id, message_id = me().user_id, self.discarding
        self.discarding = 0
        try:
            draft.discard(user_id, message_id)
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
        fill(self, user_id)

    @rx.event
    @require("member")
    def never_mind(self) -> None:
        """Close whatever question is open."""
        self.doubtful = self.discarding = 0


def fill(state: OutboxState, user_id: int) -> None:
    """Copy what is on its way into the state."""
    rows = outbox_list.rows(user_id)
    state.attention = [_item(row) for row in rows if row.state in ATTENTION]
    state.leaving = [_item(row) for row in rows if row.state in (State.QUEUED, State.SENDING) and not _waits(row)]
    state.scheduled = [_item(row) for row in rows if _waits(row)]
    state.sent = [_item(row) for row in outbox_list.just_sent(user_id)]
    state.drafts = [
        OutboxItem(
            id=row.id,
            state=State.DRAFT,
            recipients=f"to {row.to}" if row.to else NO_RECIPIENT,
            subject=row.subject or NO_SUBJECT,
            text=row.snippet,
            sender="",
            at=row.updated_at.isoformat(),
            reason="",
            files=0,
        )
        for row in draft_list.listed(user_id)
    ]


def _waits(row: OutboxRow) -> bool:
    """Whether it waits for the time that the person chose."""
    return row.scheduled and row.state == State.QUEUED and not row.reason


def _item(row: OutboxRow) -> OutboxItem:
    at = row.sent_at or row.due_at
    return OutboxItem(
        id=row.id,
        state=row.state,
        recipients=f"to {row.to}",
        subject=row.subject or NO_SUBJECT,
        text=" ".join(row.text.split())[:200],
        sender=row.sender,
        at=at.isoformat() if at else "",
        reason=row.reason,
        files=row.files,
        provider=row.provider,
        renewable=row.connection_id if row.renewable else 0,
    )

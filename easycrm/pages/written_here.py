"""What was written into the open thread and is not back from the provider yet; and the answers begun there."""

from dataclasses import dataclass

import reflex as rx

from easycrm.mail import draft_list, outbox_list
from easycrm.mail.outbox_list import OutboxRow
from easycrm.mail.outbox_message import State
from easycrm.pages.address import number
from easycrm.pages.answer_buttons import draft_path
from easycrm.pages.parts.browser import moment
from easycrm.pages.parts.button import link
from easycrm.pages.parts.feedback import pill
from easycrm.pages.session import me, require

NO_RECIPIENT = "no recipient yet"
_STATES = {
    State.QUEUED: ("On its way", "off"),
    State.SENDING: ("Sending", "off"),
    State.SENT: ("Sent", "good"),
    State.FAILED: ("Not sent", "bad"),
    State.UNKNOWN: ("Outcome unknown", "warn"),
}


@dataclass(frozen=True)
class WrittenItem:
    """A message of one's own; `at` is when it went or goes (ISO 8601), `href` where something can be done about it."""

    id: int
    sender: str
    recipients: str
    text: str
    status: str
    tone: str
    at: str
    reason: str
    href: str
    act: str


class WrittenState(rx.State):
    """What was written into the open thread."""

    written: list[WrittenItem] = []

    @rx.event
    @require("member")
    def load(self) -> None:
        """Fill it for the thread that the address names."""
        fill(self, me().user_id, number(self.router.url.query_parameters.get("thread")))


def fill(state: WrittenState, user_id: int, thread_id: int) -> None:
    """Copy what was written into a thread into the state; 0 is no thread."""
    written = [
        *(_sent(row) for row in (outbox_list.pending_of_thread(user_id, thread_id) if thread_id else [])),
        *(_draft(row) for row in (draft_list.of_thread(user_id, thread_id) if thread_id else [])),
    ]
    if written != state.written:
        state.written = written


def _sent(row: OutboxRow) -> WrittenItem:
    status, tone = ("Scheduled", "off") if row.scheduled and row.state == State.QUEUED else _STATES[row.state]
    at = row.sent_at or (row.due_at if row.scheduled else None)
    return WrittenItem(
        id=row.id,
        sender=row.sender,
        recipients=row.to,
        text=row.text,
        status=status,
        tone=tone,
        at=at.isoformat() if at else "",
        reason=row.reason,
        href="" if row.state == State.SENT else "/outbox",
        act="Open the outbox",
    )


def _draft(row: draft_list.DraftRow) -> WrittenItem:
    return WrittenItem(
        id=row.id,
        sender="You",
        recipients=row.to or NO_RECIPIENT,
        text=row.snippet,
        status="Draft",
        tone="warn",
        at=row.updated_at.isoformat(),
        reason="",
        href=draft_path(row.id),
        act="Go on writing",
    )


def written_here() -> rx.Component:
    """The messages below those of the thread."""
    return rx.foreach(WrittenState.written, _written)


def _written(item: WrittenItem) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.span(
                rx.el.span(item.sender, class_name="message-sender"),
                rx.el.span(f"to {item.recipients}", class_name="muted small message-to"),
                class_name="message-who",
            ),
            pill(item.status, item.tone),
            rx.cond(item.at != "", moment(item.at, "exact", class_name="muted small nowrap numbers")),
            class_name="written-head",
        ),
        rx.cond(item.reason != "", rx.el.p(item.reason, class_name="written-reason")),
        rx.el.div(item.text, class_name="written-text"),
        rx.cond(item.href != "", link(item.act, to=item.href, class_name="button button-plain written-act")),
        aria_label=f"{item.status}: your message to {item.recipients}",
        key=item.id.to_string(),
        class_name="message written",
    )

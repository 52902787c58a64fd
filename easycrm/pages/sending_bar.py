"""The bar that says what is about to be sent, on every page, with the chance to take it back."""

from dataclasses import dataclass

import reflex as rx

from easycrm.core import wording
from easycrm.mail import draft_list, outbox_list
from easycrm.mail.outbox_message import ATTENTION, State
from easycrm.pages.outbox_state import OutboxState
from easycrm.pages.parts.browser import Countdown
from easycrm.pages.parts.button import button
from easycrm.pages.parts.keys import shortcut


@dataclass(frozen=True)
class Leaving:
    """A message about to go; `at` is when, empty once it is being handed over."""

    id: int
    recipients: str
    at: str


class SendingState(rx.State):
    """What leaves within seconds, and how many messages wait for a decision or are drafts."""

    leaving: list[Leaving] = []
    attention: int = 0
    drafts: int = 0


def fill_sending(state: SendingState, user_id: int) -> None:
    """Copy what is on its way into the state."""
    rows = outbox_list.rows(user_id)
    leaving = [
        Leaving(row.id, row.to, row.due_at.isoformat() if row.due_at and row.state == State.QUEUED else "")
        for row in rows
        if row.state == State.SENDING or (row.state == State.QUEUED and not row.scheduled and not row.reason)
    ]
    if leaving != state.leaving:
        state.leaving = leaving
    state.attention = sum(row.state in ATTENTION for row in rows)
    state.drafts = len(draft_list.listed(user_id))


def sending_bar() -> rx.Component:
    """One line a message; it is always there, so that screen readers announce what comes."""
    return rx.el.div(
        rx.foreach(SendingState.leaving, _line),
        role="status",
        aria_live="polite",
        class_name="sending-place",
    )


def _line(item: Leaving) -> rx.Component:
    return rx.el.div(
        rx.icon("send", size=18, aria_hidden=True),
        rx.cond(
            item.at != "",
            rx.fragment(
                rx.el.span(
                    rx.el.span(Countdown.create(to=item.at), aria_hidden=True),
                    rx.el.span("Sending in 10 seconds", class_name="only-read"),
                    rx.el.span(item.recipients, class_name="sending-to"),
                    class_name="flash-text",
                ),
                button(
                    wording.writing.UNDO,
                    on_click=OutboxState.undo(item.id),
                    aria_label=f"Undo sending to {item.recipients}",
                    **shortcut("z"),
                ),
            ),
            rx.el.span("Sending …", rx.el.span(item.recipients, class_name="sending-to"), class_name="flash-text"),
        ),
        key=item.id.to_string(),
        class_name="flash sending",
    )

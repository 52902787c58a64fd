"""The open thread: its messages, the newest open, the older ones folded to a line each."""

import reflex as rx

from easycrm.pages.mailbox_state import MailboxState
from easycrm.pages.message_view import message_view
from easycrm.pages.parts.browser import UnfoldAll
from easycrm.pages.parts.button import link
from easycrm.pages.parts.feedback import empty, skeleton
from easycrm.pages.thread_actions import back_to_list, thread_actions, thread_labels
from easycrm.pages.thread_state import ThreadState
from easycrm.pages.written_here import written_here


def reading_pane() -> rx.Component:
    """The thread that is open, or a word on what this place is for."""
    return rx.cond(
        ThreadState.loaded,
        rx.cond(ThreadState.open_id > 0, _thread_or_why_not(), _nothing_open()),
        rx.cond(MailboxState.rows.length() > 0, _ghost()),
    )


def _thread_or_why_not() -> rx.Component:
    return rx.cond(
        ThreadState.missing != "",
        rx.fragment(
            rx.el.h1("Conversation", class_name="only-read"),
            empty("mail-x", ThreadState.missing, link("Back to the mailbox", to="/mailbox")),
        ),
        rx.el.article(
            rx.el.div(
                back_to_list(),
                rx.el.h1(ThreadState.subject, class_name="reading-subject"),
                rx.cond(
                    ThreadState.messages.length() > 1,
                    UnfoldAll.create(within=".reading", what="details.message", class_name="button button-quiet"),
                ),
                thread_actions(),
                class_name="reading-head",
            ),
            thread_labels(),
            rx.foreach(ThreadState.messages, message_view),
            written_here(),
            custom_attrs={"data-thread": ThreadState.open_id.to_string()},
        ),
    )


def _nothing_open() -> rx.Component:
    return rx.cond(
        MailboxState.rows.length() > 0,
        empty("mail-open", "Nothing is open", rx.el.p("Choose a conversation from the list to read it here.")),
    )


def _ghost() -> rx.Component:
    return rx.el.article(
        rx.el.div(skeleton("55%", "24px"), class_name="reading-head"),
        rx.el.div(
            skeleton("35%"), skeleton("90%"), skeleton("82%"), skeleton("60%"), class_name="message message-ghost"
        ),
        aria_hidden=True,
    )

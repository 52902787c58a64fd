"""What can be done with the open thread as a whole."""

import reflex as rx

from easycrm.pages.mailbox_rows import label_chips, star
from easycrm.pages.mailbox_state import MailboxState
from easycrm.pages.marks_state import MarksState
from easycrm.pages.parts.button import icon_button, link
from easycrm.pages.parts.keys import shortcut


def back_to_list() -> rx.Component:
    """Closes the open thread."""
    return link(
        rx.icon("arrow-left", size=18, aria_hidden=True),
        to=MailboxState.closed,
        aria_label="Back to the list",
        title="Back to the list",
        class_name="button button-quiet button-icon reading-back",
        **shortcut("u"),
    )


def thread_actions() -> rx.Component:
    """Archive or move to the inbox, mark unread, star."""
    thread = MailboxState.opened
    return rx.cond(
        thread.id > 0,
        rx.el.div(
            rx.cond(
                thread.archived,
                icon_button("inbox", "Move to inbox", on_click=MarksState.mark(thread.id, "inbox")),
                rx.cond(
                    thread.in_inbox,
                    icon_button("archive", "Archive", on_click=MarksState.mark(thread.id, "archive"), **shortcut("e")),
                ),
            ),
            icon_button("mail", "Mark unread", on_click=MarksState.mark(thread.id, "unread"), **shortcut("Shift+U")),
            star(thread),
            role="group",
            aria_label="This conversation",
            class_name="thread-actions",
        ),
    )


def thread_labels() -> rx.Component:
    """Under which labels and in which folders the open thread lies."""
    return rx.cond(
        MailboxState.opened.labels.length() > 0,
        rx.el.div(label_chips(MailboxState.opened), class_name="thread-labels reading-labels"),
    )

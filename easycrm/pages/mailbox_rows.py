"""The lines of the list: a thread with its box to select it, its star, and what can be done with it at once."""

import reflex as rx

from easycrm.pages.mailbox_state import ThreadItem
from easycrm.pages.marks_state import MarksState
from easycrm.pages.parts.browser import count, moment
from easycrm.pages.parts.button import link
from easycrm.pages.parts.feedback import skeleton
from easycrm.pages.parts.keys import shortcut
from easycrm.pages.thread_state import ThreadState


def thread_row(row: ThreadItem) -> rx.Component:
    """One thread."""
    chosen = MarksState.selected.contains(row.id)
    return rx.el.li(
        rx.el.input(
            type="checkbox",
            checked=chosen,
            on_change=MarksState.toggle(row.id),
            aria_label=f"Select {row.subject}",
            class_name="thread-box",
            **shortcut("x"),
        ),
        _link(row),
        rx.el.span(
            rx.cond(
                row.archived,
                _act("inbox", f"Move {row.subject} to the inbox", MarksState.mark(row.id, "inbox")),
                rx.cond(
                    row.in_inbox, _act("archive", f"Archive {row.subject}", MarksState.mark(row.id, "archive"), key="e")
                ),
            ),
            rx.cond(
                row.unread,
                _act("mail-open", f"Mark {row.subject} read", MarksState.mark(row.id, "read"), key="Shift+I"),
                _act("mail", f"Mark {row.subject} unread", MarksState.mark(row.id, "unread"), key="Shift+U"),
            ),
            class_name="thread-acts",
        ),
        star(row),
        key=row.id.to_string(),
        data_chosen=rx.cond(chosen, "true", "false"),
        data_unread=rx.cond(row.unread, "true", "false"),
        data_open=rx.cond(row.id == ThreadState.open_id, "true", "false"),
        class_name="thread-row",
    )


def star(row: ThreadItem) -> rx.Component:
    """The star of a thread, to be set and taken away."""
    return rx.el.button(
        rx.icon("star", size=17, aria_hidden=True),
        type="button",
        on_click=MarksState.mark(row.id, rx.cond(row.starred, "unstar", "star")),
        aria_pressed=rx.cond(row.starred, "true", "false"),
        aria_label=f"Star {row.subject}",
        title="Star",
        class_name="star",
        **shortcut("s"),
    )


def ghosts() -> rx.Component:
    """Grey lines in the place of threads that are being fetched."""
    return rx.el.div(
        *[
            rx.el.div(skeleton("45%"), skeleton("80%"), skeleton("65%"), class_name="thread-ghost grid gap-2")
            for _ in range(8)
        ],
        aria_busy="true",
    )


def label_chips(row: ThreadItem) -> rx.Component:
    """Names of the labels and folders of a thread."""
    return rx.foreach(row.labels, lambda label: rx.el.span(label, class_name="label-chip"))


def _link(row: ThreadItem) -> rx.Component:
    return link(
        rx.el.span(
            rx.cond(row.unread, rx.el.span("Unread", class_name="only-read")),
            rx.el.span(row.people, class_name="thread-people"),
            rx.cond(row.messages > 1, rx.el.span(count(row.messages), class_name="thread-count")),
            rx.cond(
                row.has_attachments,
                rx.el.span(
                    rx.icon("paperclip", size=13, aria_hidden=True),
                    rx.el.span("Has attachments", class_name="only-read"),
                    class_name="thread-clip",
                ),
            ),
            moment(row.at, "day", class_name="thread-time numbers"),
            class_name="thread-top",
        ),
        rx.el.span(row.subject, class_name="thread-subject"),
        rx.el.span(row.snippet, class_name="thread-snippet"),
        rx.cond(row.labels.length() > 0, rx.el.span(label_chips(row), class_name="thread-labels")),
        to=row.href,
        prevent_scroll_reset=True,
        class_name="thread",
        aria_current=rx.cond(row.id == ThreadState.open_id, "true", "false"),
        **shortcut("o"),
    )


def _act(icon: str, label: str | rx.Var[str], act: rx.event.EventType[()], *, key: str = "") -> rx.Component:
    return rx.el.button(
        rx.icon(icon, size=16, aria_hidden=True),
        type="button",
        on_click=act,
        aria_label=label,
        class_name="thread-act",
        **(shortcut(key) if key else {}),
    )

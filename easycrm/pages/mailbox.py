"""The mailbox: threads beside the open one; on phones one after the other."""

import reflex as rx

from easycrm.core import wording
from easycrm.pages.mailbox_state import MailboxState, ThreadItem
from easycrm.pages.parts.browser import count, moment
from easycrm.pages.parts.button import button_link, link
from easycrm.pages.parts.feedback import empty, progress, skeleton
from easycrm.pages.reading_pane import reading_pane
from easycrm.pages.shell import frame
from easycrm.pages.thread_state import ThreadState


def mailbox() -> rx.Component:
    """The page."""
    return frame(
        rx.el.div(
            rx.el.section(_toolbar(), _importing(), _list(), aria_label="Threads", class_name="threads"),
            rx.el.section(reading_pane(), aria_label="Reading pane", class_name="reading"),
            class_name="mailbox",
            data_open=rx.cond(ThreadState.open_id > 0, "true", "false"),
        ),
        active="mailbox",
        wide=True,
    )


def _toolbar() -> rx.Component:
    return rx.el.div(
        rx.el.h1("Mailbox"),
        rx.cond(
            MailboxState.choices.length() > 1,
            rx.el.select(
                rx.el.option("All mailboxes", value=""),
                rx.foreach(MailboxState.choices, lambda choice: rx.el.option(choice.address, value=choice.id)),
                value=MailboxState.chosen,
                on_change=MailboxState.choose,
                aria_label="Mailbox to show",
                class_name="select threads-choice",
            ),
        ),
        class_name="threads-head",
    )


def _importing() -> rx.Component:
    return rx.cond(
        MailboxState.importing,
        rx.el.div(
            rx.el.p(
                "Importing your email: ",
                count(MailboxState.done),
                rx.cond(MailboxState.total > 0, rx.fragment(" of ", count(MailboxState.total)), " so far"),
                class_name="small muted",
            ),
            progress(MailboxState.percent, label="Importing your email", unknown=MailboxState.total == 0),
            class_name="threads-progress",
        ),
    )


def _list() -> rx.Component:
    return rx.cond(
        MailboxState.loaded,
        rx.cond(
            MailboxState.rows.length() > 0,
            rx.fragment(
                rx.el.ul(rx.foreach(MailboxState.rows, _row), class_name="thread-list"),
                _paging(),
            ),
            _nothing(),
        ),
        rx.el.div(*[_ghost() for _ in range(8)], aria_busy="true"),
    )


def _row(row: ThreadItem) -> rx.Component:
    return rx.el.li(
        link(
            rx.el.span(
                rx.cond(row.unread, rx.el.span("Unread", class_name="only-read")),
                rx.el.span(row.people, class_name="thread-people"),
                rx.cond(row.messages > 1, rx.el.span(count(row.messages), class_name="thread-count")),
                rx.cond(
                    row.has_attachments,
                    rx.el.span(
                        rx.icon("paperclip", size=14, aria_hidden=True),
                        rx.el.span("Has attachments", class_name="only-read"),
                        class_name="muted",
                    ),
                ),
                moment(row.at, "day", class_name="thread-time numbers"),
                class_name="thread-top",
            ),
            rx.el.span(row.subject, class_name="thread-subject"),
            rx.el.span(row.snippet, class_name="thread-snippet"),
            to=row.href,
            prevent_scroll_reset=True,
            class_name="thread",
            aria_current=rx.cond(row.id == ThreadState.open_id, "true", "false"),
            data_unread=rx.cond(row.unread, "true", "false"),
        ),
        key=row.id.to_string(),
    )


def _paging() -> rx.Component:
    return rx.el.nav(
        rx.cond(MailboxState.paged, button_link("Newest", to=MailboxState.newest), rx.el.span()),
        rx.cond(
            MailboxState.older != "",
            button_link("Older", rx.icon("chevron-right", size=16, aria_hidden=True), to=MailboxState.older),
        ),
        aria_label="Pages",
        class_name="threads-foot",
    )


def _nothing() -> rx.Component:
    return rx.cond(
        MailboxState.choices.length() == 0,
        empty(
            "mailbox",
            "No mailbox is connected yet",
            rx.el.p("Connect your work mailbox, and the email of the last 30 days appears here within seconds."),
            button_link(f"Open {wording.EMAIL_INTEGRATION}", to="/settings/email", look="primary"),
        ),
        rx.cond(
            MailboxState.importing,
            empty("mail-search", "Your email is on its way", rx.el.p("The newest messages appear here first.")),
            empty("inbox", "Nothing here", rx.el.p("No email in the chosen time.")),
        ),
    )


def _ghost() -> rx.Component:
    return rx.el.div(
        skeleton("45%"), skeleton("80%"), skeleton("65%"), class_name="thread grid gap-2", aria_hidden=True
    )

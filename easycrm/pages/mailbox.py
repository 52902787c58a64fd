"""The mailbox: views, threads, and the open one beside them; on phones one after the other."""

import reflex as rx

from easycrm.core import wording
from easycrm.pages.key_help import key_help
from easycrm.pages.mailbox_bar import bulk_bar, filter_bar, mailbox_choice, search_form
from easycrm.pages.mailbox_rows import ghosts, thread_row
from easycrm.pages.mailbox_state import MailboxState
from easycrm.pages.mailbox_views import views_bar
from easycrm.pages.marks_state import MarksState
from easycrm.pages.parts.browser import count
from easycrm.pages.parts.button import button_link
from easycrm.pages.parts.feedback import empty, progress
from easycrm.pages.reading_pane import reading_pane
from easycrm.pages.shell import frame
from easycrm.pages.thread_state import ThreadState


def mailbox() -> rx.Component:
    """The page."""
    return frame(
        rx.cond(
            MailboxState.loaded & (MailboxState.choices.length() == 0),
            rx.el.div(rx.el.h1("Mailbox", class_name="only-read"), _unconnected(), class_name="mailbox-empty"),
            rx.el.div(
                views_bar(),
                rx.el.section(_head(), _importing(), _list(), aria_label="Threads", class_name="threads"),
                rx.el.section(reading_pane(), aria_label="Reading pane", class_name="reading"),
                class_name="mailbox",
                data_open=rx.cond(ThreadState.open_id > 0, "true", "false"),
            ),
        ),
        active="mailbox",
        wide=True,
    )


def _head() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.h1(MailboxState.title),
            mailbox_choice(),
            key_help(),
            class_name="threads-title",
        ),
        search_form(),
        rx.cond(MarksState.selected.length() > 0, bulk_bar(), filter_bar()),
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
                _own_marks(),
                rx.el.ul(rx.foreach(MailboxState.rows, thread_row), class_name="thread-list"),
                _paging(),
            ),
            _nothing(),
        ),
        ghosts(),
    )


def _own_marks() -> rx.Component:
    """Said where the list differs from the provider's mailbox, so that nobody has to wonder."""
    return rx.cond(
        (MailboxState.view == "archived") | (MailboxState.view == "starred") | (MailboxState.view == "unread"),
        rx.el.p(wording.mailbox.OWN_MARKS, class_name="own-marks"),
    )


def _paging() -> rx.Component:
    return rx.el.nav(
        rx.cond(
            MailboxState.newer != "",
            button_link(rx.icon("chevron-left", size=16, aria_hidden=True), "Newer", to=MailboxState.newer),
            rx.el.span(),
        ),
        rx.cond(
            MailboxState.older != "",
            button_link("Older", rx.icon("chevron-right", size=16, aria_hidden=True), to=MailboxState.older),
        ),
        aria_label="Pages",
        class_name="threads-foot",
    )


def _nothing() -> rx.Component:
    return rx.cond(
        MailboxState.importing,
        empty("mail-search", "Your email is on its way", rx.el.p("The newest messages appear here first.")),
        empty("inbox", MailboxState.empty_title, rx.el.p(MailboxState.empty_hint)),
    )


def _unconnected() -> rx.Component:
    return empty(
        "mailbox",
        "No mailbox is connected yet",
        rx.el.p("Connect your work mailbox, and the email of the last 30 days begins to appear here within seconds."),
        button_link(f"Open {wording.EMAIL_INTEGRATION}", to="/settings/email", look="primary"),
    )

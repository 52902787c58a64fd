"""The timeline on the page of a contact or company: who wrote to whom, and what more the mailbox's owner shows."""

import reflex as rx

from easycrm.core import wording
from easycrm.pages.parts.browser import moment
from easycrm.pages.parts.button import button_link, link
from easycrm.pages.parts.feedback import empty
from easycrm.pages.timeline_state import EntryItem, TimelineState

_SANDBOX = "allow-popups allow-popups-to-escape-sandbox"


def timeline_list() -> rx.Component:
    """The entries, and the way to older ones."""
    return rx.el.section(
        rx.el.h2("Email with the team", class_name="outbox-title"),
        rx.cond(
            TimelineState.entries.length() > 0,
            rx.el.ol(rx.foreach(TimelineState.entries, _entry), class_name="card timeline"),
            rx.el.div(
                empty("mail-search", wording.contacts.NO_SHARED_MAIL, rx.el.p(wording.contacts.INTERNAL_LEFT_OUT)),
                class_name="card",
            ),
        ),
        rx.cond(
            TimelineState.paged | (TimelineState.older != ""),
            rx.el.nav(
                rx.cond(TimelineState.paged, button_link("Newest", to=TimelineState.newest), rx.el.span()),
                rx.cond(
                    TimelineState.older != "",
                    button_link("Older", rx.icon("chevron-right", size=16, aria_hidden=True), to=TimelineState.older),
                ),
                aria_label="Pages of the timeline",
                class_name="threads-foot",
            ),
        ),
        aria_label="Timeline",
    )


def _entry(item: EntryItem) -> rx.Component:
    return rx.el.li(
        rx.match(
            item.direction,
            ("from", _mark("arrow-down-left", "Received")),
            ("to", _mark("arrow-up-right", "Sent")),
            _mark("users", "In copy"),
        ),
        rx.el.div(
            rx.el.div(
                rx.el.span(item.who, class_name="entry-who"),
                moment(item.at, "day", class_name="muted small nowrap numbers"),
                class_name="entry-top",
            ),
            rx.cond(
                item.href != "",
                link(item.subject, to=item.href, class_name="link entry-subject"),
                rx.cond(
                    item.message_id > 0,
                    rx.el.button(
                        item.subject,
                        type="button",
                        on_click=TimelineState.toggle(item.message_id),
                        aria_expanded=rx.cond(TimelineState.opened == item.message_id, "true", "false"),
                        class_name="link entry-subject",
                    ),
                    rx.el.span(item.subject, class_name=rx.cond(item.hidden, "muted small", "entry-subject")),
                ),
            ),
            rx.cond(item.snippet != "", rx.el.p(item.snippet, class_name="muted small entry-snippet")),
            rx.cond(
                item.has_attachments,
                rx.el.p(
                    rx.icon("paperclip", size=14, aria_hidden=True), "Attachments", class_name="muted small entry-files"
                ),
            ),
            rx.cond((item.message_id > 0) & (TimelineState.opened == item.message_id), _opened(item)),
            class_name="entry-words",
        ),
        key=item.key,
        class_name="entry",
    )


def _mark(icon: str, words: str) -> rx.Component:
    return rx.el.span(
        rx.icon(icon, size=16, aria_hidden=True), rx.el.span(words, class_name="only-read"), class_name="entry-mark"
    )


def _opened(item: EntryItem) -> rx.Component:
    """A colleague's message, to be read only; its frame asks again whether it may be."""
    return rx.el.div(
        rx.el.p(f"From the mailbox of {item.owner}, to read only.", class_name="muted small"),
        rx.el.div(
            rx.el.iframe(
                src=f"/mail/frame/{item.message_id}?images=0",
                title=f"Message: {item.subject}",
                sandbox=_SANDBOX,
                referrer_policy="no-referrer",
                class_name="message-frame",
            ),
            class_name="message-sheet entry-sheet",
        ),
        class_name="grid gap-2",
    )

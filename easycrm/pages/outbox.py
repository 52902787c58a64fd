"""The outbox: what needs a decision first, then what is on its way, scheduled, being written, and just sent."""

import reflex as rx

from easycrm.core import wording
from easycrm.pages.answer_buttons import COMPOSE
from easycrm.pages.consent import ConsentState
from easycrm.pages.outbox_state import OutboxItem, OutboxState
from easycrm.pages.parts.browser import moment
from easycrm.pages.parts.button import button, button_link, link
from easycrm.pages.parts.confirm import confirm
from easycrm.pages.parts.feedback import empty, pill, skeleton
from easycrm.pages.shell import frame, page_heading

_EVERYTHING = (
    OutboxState.attention.length()
    + OutboxState.leaving.length()
    + OutboxState.scheduled.length()
    + OutboxState.drafts.length()
    + OutboxState.sent.length()
)


def outbox_page() -> rx.Component:
    """The page."""
    return frame(
        page_heading("Outbox", "What you have written: drafts, messages on their way, and those that need a decision."),
        rx.cond(
            OutboxState.loaded,
            rx.cond(_EVERYTHING > 0, _sections(), _nothing()),
            rx.el.div(skeleton("40%"), skeleton("100%", "72px"), skeleton("100%", "72px"), class_name="grid gap-3"),
        ),
        _resend_dialog(),
        _discard_dialog(),
        active="outbox",
    )


def _sections() -> rx.Component:
    return rx.el.div(
        _section("Needs your decision", OutboxState.attention, _undecided),
        _section("On its way", OutboxState.leaving, _leaving),
        _section("Scheduled", OutboxState.scheduled, _scheduled),
        _section("Drafts", OutboxState.drafts, _draft),
        _section("Just sent", OutboxState.sent, _sent),
        class_name="stack",
    )


def _section(title: str, items: rx.Var[list[OutboxItem]], line: object) -> rx.Component:
    return rx.cond(
        items.length() > 0,
        rx.el.section(
            rx.el.h2(title, class_name="outbox-title"),
            rx.el.ul(rx.foreach(items, line), class_name="card outbox-list"),
            aria_label=title,
        ),
    )


def _line(item: OutboxItem, when: rx.Component, *actions: rx.Component) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.div(
                rx.el.span(item.subject, class_name="outbox-subject"),
                when,
                class_name="outbox-top",
            ),
            rx.el.p(
                item.recipients, rx.cond(item.sender != "", f" · from {item.sender}", ""), class_name="muted small"
            ),
            rx.cond(item.reason != "", rx.el.p(item.reason, class_name="outbox-reason")),
            rx.cond(item.text != "", rx.el.p(item.text, class_name="muted small outbox-text")),
            class_name="outbox-words",
        ),
        rx.el.div(*actions, class_name="outbox-actions"),
        key=item.id.to_string(),
        class_name="outbox-line",
    )


def _undecided(item: OutboxItem) -> rx.Component:
    # What became of a message may turn out while a button is being pressed: by their keys, none turns into another.
    return rx.cond(
        item.state == "failed",
        _line(
            item,
            pill("Not sent", "bad"),
            rx.cond(item.renewable > 0, _reconnect(item)),
            button("Edit", key="edit", on_click=OutboxState.undo(item.id)),
            button("Send again", key="send", look="primary", on_click=OutboxState.resend(item.id)),
            button("Discard", key="discard", look="warn-quiet", on_click=OutboxState.ask_discard(item.id)),
        ),
        _line(
            item,
            pill("Outcome unknown", "warn"),
            button("Look again", key="look", look="primary", on_click=OutboxState.look_again(item.id)),
            button("Send again", key="ask", on_click=OutboxState.ask_resend(item.id)),
            button("Discard", key="discard", look="warn-quiet", on_click=OutboxState.ask_discard(item.id)),
        ),
    )


def _reconnect(item: OutboxItem) -> rx.Component:
    return button(
        wording.RECONNECT,
        look="primary",
        aria_label=f"{wording.RECONNECT} {item.sender}",
        on_click=ConsentState.reconnect(item.provider, item.renewable),
    )


def _leaving(item: OutboxItem) -> rx.Component:
    return rx.cond(
        item.state == "queued",
        _line(
            item,
            rx.el.span("goes ", moment(item.at, "until"), class_name="muted small nowrap"),
            button(wording.writing.UNDO, on_click=OutboxState.undo(item.id)),
        ),
        _line(item, pill("Sending", "off")),
    )


def _scheduled(item: OutboxItem) -> rx.Component:
    return _line(
        item,
        rx.el.span("goes ", moment(item.at, "exact"), class_name="muted small nowrap"),
        button("Edit", on_click=OutboxState.undo(item.id), title="It becomes a draft again and is not sent by itself"),
        button("Cancel sending", look="warn-quiet", on_click=OutboxState.cancel(item.id)),
    )


def _draft(item: OutboxItem) -> rx.Component:
    return _line(
        item,
        moment(item.at, class_name="muted small nowrap"),
        link("Open", to=f"{COMPOSE}?draft={item.id}", class_name="button button-plain"),
        button("Discard", look="warn-quiet", on_click=OutboxState.ask_discard(item.id)),
    )


def _sent(item: OutboxItem) -> rx.Component:
    return _line(
        item, rx.el.span(pill("Sent", "good"), moment(item.at, class_name="muted small"), class_name="outbox-top")
    )


def _nothing() -> rx.Component:
    return rx.el.div(
        empty(
            "send",
            "Nothing is waiting",
            rx.el.p("Drafts are kept here as you type, and so is everything that has not been sent yet."),
            button_link(wording.writing.COMPOSE, to=COMPOSE, look="primary"),
        ),
        class_name="card",
    )


def _resend_dialog() -> rx.Component:
    return confirm(
        rx.el.p("It may have been sent already: then its recipients get it twice. Look into the mailbox first."),
        name="resend",
        question="Send this message again?",
        open=OutboxState.doubtful > 0,
        yes="Send again",
        on_yes=OutboxState.resend(OutboxState.doubtful),
        on_no=OutboxState.never_mind,
    )


def _discard_dialog() -> rx.Component:
    return confirm(
        rx.el.p("The text and its files are deleted from EasyCRM."),
        name="discard",
        question="Discard this message?",
        open=OutboxState.discarding > 0,
        yes="Discard",
        on_yes=OutboxState.discard,
        on_no=OutboxState.never_mind,
    )

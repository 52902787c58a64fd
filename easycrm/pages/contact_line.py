"""A contact as a line of a list, and what stands in the place of an empty one."""

from typing import Any

import reflex as rx

from easycrm.pages.contacts_state import ContactsState, PersonItem
from easycrm.pages.parts.browser import count, moment
from easycrm.pages.parts.button import button_link, link
from easycrm.pages.parts.feedback import empty


def person_line(item: PersonItem) -> rx.Component:
    """A contact in a list."""
    return _line(
        item,
        rx.cond(
            item.count > 0,
            rx.fragment(
                moment(item.last_at, class_name="person-last"),
                rx.el.span(
                    count(item.count),
                    rx.cond(item.more, "+", ""),
                    rx.cond(item.count == 1, " email", " emails"),
                    class_name="muted small",
                ),
            ),
            rx.el.span("No email yet", class_name="muted small"),
        ),
    )


def _line(item: Any, *numbers: rx.Component) -> rx.Component:
    return rx.el.li(
        link(
            rx.el.span(item.initial, class_name="avatar", aria_hidden=True),
            rx.el.span(
                rx.el.span(item.name, class_name="person-name"),
                about(item),
                class_name="person-words",
            ),
            rx.el.span(*numbers, class_name="person-numbers numbers"),
            to=item.href,
            class_name="person",
        ),
        key=item.id.to_string(),
    )


def about(item: Any) -> rx.Component:
    """What there is beside the name: title, company, address."""
    return rx.el.span(
        item.about,
        rx.cond((item.about != "") & (item.email != ""), " · ", ""),
        item.email,
        class_name="muted small person-about",
    )


def nothing(icon: str, title: str, words: str, *actions: rx.Component) -> rx.Component:
    """What stands in the place of an empty list."""
    return rx.el.div(
        rx.cond(
            ContactsState.text != "",
            empty("search-x", "Nobody matches", rx.el.p("Try a part of the name, or the beginning of the address.")),
            rx.cond(
                ContactsState.paged,
                empty(icon, "Nothing more", button_link("Back to the beginning", to=ContactsState.first)),
                empty(icon, title, rx.el.p(words), *actions),
            ),
        ),
        class_name="card",
    )

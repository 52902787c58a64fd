"""A table that scrolls by itself where it is too narrow, and the card it stands in."""

import reflex as rx


def card(title: str, *body: rx.Component, actions: tuple[rx.Component, ...] = ()) -> rx.Component:
    """A titled box; `actions` stand beside the title."""
    return rx.el.section(
        rx.el.div(rx.el.h2(title), *actions, class_name="health-head"),
        *body,
        class_name="card card-body grid gap-4",
    )


def table(name: str, heads: list[str], rows: rx.Component) -> rx.Component:
    """Rows under their heads; an empty head is one for buttons. `name` tells screen readers what is scrolled."""
    return rx.el.div(
        rx.el.table(
            rx.el.thead(rx.el.tr(*map(_head, heads))),
            rx.el.tbody(rows),
            class_name="health-table",
        ),
        tab_index=0,
        role="region",
        aria_label=name,
        class_name="health-scroll",
    )


def _head(words: str) -> rx.Component:
    return rx.el.th(words or rx.el.span("Actions", class_name="only-read"), scope="col")

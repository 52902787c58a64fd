"""The card for people who are not signed in."""

import reflex as rx

from easycrm.pages.parts.mark import brand_mark


class AccessForm(rx.Component):
    """The form behind a link that works once; its children are the fields below the address. See assets/door.js."""

    library = "$/public/door.js"
    tag = "AccessForm"
    over: rx.Var[str]
    broken: rx.Var[str]


def door_card(title: str, lead: str, *content: rx.Component) -> rx.Component:
    """A page that is one card."""
    return rx.el.main(
        rx.el.div(
            brand_mark(40),
            rx.el.h1(title),
            rx.el.p(lead, class_name="muted"),
            *content,
            class_name="door-card",
        ),
        class_name="door",
    )


def door_field(label: str, name: str, *, hint: str = "", **props: object) -> rx.Component:
    """A labelled field that must be filled."""
    described = {"aria_describedby": f"{name}-hint"} if hint else {}
    return rx.el.div(
        rx.el.label(label, html_for=name),
        rx.el.input(id=name, name=name, required=True, class_name="input", **described, **props),
        rx.el.p(hint, id=f"{name}-hint", class_name="hint") if hint else rx.fragment(),
        class_name="field",
    )

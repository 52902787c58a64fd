"""Buttons and links."""

from typing import Literal

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink

Look = Literal["primary", "plain", "quiet", "danger", "warn-quiet"]


class Link(ReactRouterLink):
    """React Router's link, for addresses that stand in the state."""

    to: rx.Var[str]


def button(
    *children: rx.Component | rx.Var[str] | str, look: Look | rx.Var[str] = "plain", **props: object
) -> rx.Component:
    """A button; `type` is "button" unless given."""
    props.setdefault("type", "button")
    return rx.el.button(*children, class_name=f"button button-{look}", **props)


def icon_button(name: str, label: str, **props: object) -> rx.Component:
    """A quiet button that is only an icon; `label` is its accessible name."""
    return rx.el.button(
        rx.icon(name, size=18, aria_hidden=True),
        type="button",
        class_name="button button-quiet button-icon",
        aria_label=label,
        title=label,
        **props,
    )


def button_link(*children: rx.Component | str, to: rx.Var[str] | str, look: Look = "plain") -> rx.Component:
    """A link to a page of EasyCRM that looks like a button."""
    return Link.create(*children, to=to, class_name=f"button button-{look}")


def link(*children: rx.Component | rx.Var[str] | str, to: rx.Var[str] | str, **props: object) -> rx.Component:
    """A link to a page of EasyCRM."""
    props.setdefault("class_name", "link")
    return Link.create(*children, to=to, **props)

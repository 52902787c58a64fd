"""What tells the reader how things stand: status pill, progress, banner, empty state, skeleton."""

from typing import Literal

import reflex as rx


def pill(words: rx.Var[str] | str, tone: rx.Var[str] | str) -> rx.Component:
    """A status in a word or two; `tone` is good, warn, bad or off."""
    return rx.el.span(words, class_name=f"pill pill-{tone}")


def tag(words: str) -> rx.Component:
    """A small label beside a name."""
    return rx.el.span(words, class_name="tag")


def progress(percent: rx.Var[int], *, label: rx.Var[str] | str, unknown: rx.Var[bool]) -> rx.Component:
    """A progress bar from 0 to 100; it only moves to and fro while the total is `unknown`."""
    return rx.el.div(
        rx.el.div(style={"width": f"{percent}%"}),
        role="progressbar",
        aria_label=label,
        aria_valuemin="0",
        aria_valuemax="100",
        aria_valuenow=rx.cond(unknown, None, percent.to_string()),
        data_unknown=rx.cond(unknown, "true", "false"),
        class_name="progress",
    )


def notice(
    title: rx.Var[str] | str,
    *details: rx.Component | rx.Var[str] | str,
    tone: Literal["bad", "warn", "plain"] = "plain",
    icon: str = "circle-alert",
    actions: tuple[rx.Component, ...] = (),
    role: str = "status",
) -> rx.Component:
    """A box that says what is the matter and offers the next step."""
    return rx.el.div(
        rx.icon(icon, size=18, aria_hidden=True),
        rx.el.div(rx.el.strong(title, class_name="font-semibold"), *details, class_name="notice-text"),
        rx.el.div(*actions, class_name="notice-actions") if actions else rx.fragment(),
        role=role,
        class_name=f"notice notice-{tone}",
    )


def empty(icon: str, title: rx.Var[str] | str, *details: rx.Component | str) -> rx.Component:
    """What stands where there is nothing yet: what this place is for, and what to do next."""
    return rx.el.div(
        rx.el.div(rx.icon(icon, size=24, aria_hidden=True), class_name="empty-mark"),
        rx.el.h2(title),
        *details,
        class_name="empty",
    )


def skeleton(width: str, height: str = "14px") -> rx.Component:
    """A grey bar in the place of a line that is being fetched."""
    return rx.el.div(class_name="skeleton", style={"width": width, "height": height}, aria_hidden=True)


def waiting(words: str) -> rx.Component:
    """A turning circle with words, announced to screen readers."""
    return rx.el.div(
        rx.el.span(class_name="spinner", aria_hidden=True),
        rx.el.span(words),
        role="status",
        class_name="flex items-center gap-3",
    )

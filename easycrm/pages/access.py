"""What EasyCRM may and may not do with a mailbox, in plain words, to be read before consent is given."""

import reflex as rx

_MAY = [
    "Read your email, to show it here beside your contacts",
    "Send email as you, and only when you press Send",
    "See your contacts, without changing them",
]
_NEVER = [
    "Change, move or delete anything in your mailbox",
    "See or store your password: you sign in at the provider itself",
    "Go on reading after you disconnect; emails that are here stay",
]


def access_panel() -> rx.Component:
    """Two short lists side by side."""
    return rx.el.section(
        _list("What EasyCRM may do", _MAY, "check", "access-may"),
        _list("What it never does", _NEVER, "x", "access-never"),
        aria_label="What EasyCRM may do with your mailbox",
        class_name="access",
    )


def _list(title: str, sentences: list[str], icon: str, look: str) -> rx.Component:
    return rx.el.div(
        rx.el.h3(title),
        rx.el.ul(
            *[
                rx.el.li(rx.icon(icon, size=16, aria_hidden=True), rx.el.span(sentence), class_name="access-item")
                for sentence in sentences
            ],
            class_name="grid gap-2",
        ),
        class_name=f"grid gap-3 {look}",
    )

"""The pages behind links that work once: an invitation, and a new password. They have no State, as sign-in has none."""

import reflex as rx

from easycrm.core import wording
from easycrm.core.errors import EasyCRMError
from easycrm.pages.parts.button import button
from easycrm.pages.parts.door import AccessForm, door_card, door_field


def invitation() -> rx.Component:
    """The invited choose their name and password."""
    return door_card(
        "Welcome to EasyCRM",
        "You were invited. Choose the name that colleagues see, and a password.",
        _form(
            door_field("Your name", "name", auto_complete="name", auto_focus=True, max_length=200),
            _password("Password"),
            button("Create account", look="primary", type="submit"),
        ),
    )


def new_password() -> rx.Component:
    """Somebody whose password an admin resets chooses another one."""
    return door_card(
        "Choose a new password",
        "It replaces the old one, and signs you out everywhere else.",
        _form(_password("New password", auto_focus=True), button("Save and sign in", look="primary", type="submit")),
    )


def _form(*children: rx.Component) -> rx.Component:
    return AccessForm.create(*children, over=wording.people.LINK_OVER, broken=EasyCRMError.default_message)


def _password(label: str, **props: object) -> rx.Component:
    return door_field(
        label,
        "password",
        hint="12 characters or more.",
        type="password",
        auto_complete="new-password",
        min_length=12,
        max_length=200,
        **props,
    )

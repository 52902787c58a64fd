"""The pages for people who are not signed in: sign-in, and the one-time setup of the first admin.

They have no State: nothing here may be called over the websocket, and the forms are posted by the browser itself.
"""

import reflex as rx

from easycrm.core import wording
from easycrm.core.errors import EasyCRMError
from easycrm.pages.parts.browser import AddressMessage, AddressValue, NativeForm
from easycrm.pages.parts.button import button
from easycrm.pages.parts.door import door_card, door_field


def sign_in() -> rx.Component:
    """Email and password."""
    return _card(
        "Sign in to EasyCRM",
        "Your mail and the people it belongs to, in one place.",
        _form(
            AddressValue.create(name="next", parameter="next"),
            door_field("Email", "email", type="email", auto_complete="username", auto_focus=True),
            door_field("Password", "password", type="password", auto_complete="current-password"),
            button("Sign in", look="primary", type="submit"),
            action="/auth/sign-in",
        ),
        [wording.people.WRONG_CREDENTIALS, wording.people.TOO_MANY_ATTEMPTS],
    )


def setup() -> rx.Component:
    """The first admin's account, through the link that was printed at the start."""
    return _card(
        "Welcome to EasyCRM",
        "Create the first administrator. This link works once.",
        _form(
            AddressValue.create(name="token", parameter="token"),
            door_field("Email", "email", type="email", auto_complete="username", auto_focus=True),
            door_field(
                "Password",
                "password",
                type="password",
                auto_complete="new-password",
                min_length=12,
                hint="12 characters or more.",
            ),
            button("Create administrator", look="primary", type="submit"),
            action="/auth/setup",
        ),
        [
            wording.people.SETUP_LINK_OVER,
            wording.people.NOT_AN_ADDRESS,
            wording.people.ADDRESS_TAKEN,
            wording.people.PASSWORD_LENGTH,
            wording.people.PASSWORD_IS_ADDRESS,
        ],
    )


def _card(title: str, lead: str, form: rx.Component, messages: list[str]) -> rx.Component:
    """`messages` are the only sentences that an address can make this page say."""
    said = AddressMessage.create(
        parameter="error", known=messages, otherwise=EasyCRMError.default_message, class_name="notice notice-bad"
    )
    return door_card(title, lead, said, form)


def _form(*children: rx.Component, action: str) -> rx.Component:
    return NativeForm.create(*children, action=action, method="post", class_name="door-form")

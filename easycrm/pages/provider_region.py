"""One provider on the Email Integration page: Connect Account, and the person's mailboxes there."""

import reflex as rx

from easycrm.core import wording
from easycrm.pages.consent import WINDOWS, ConsentState
from easycrm.pages.email_state import EmailState, ProviderItem
from easycrm.pages.mailbox_card import mailbox_card
from easycrm.pages.parts.button import button
from easycrm.pages.parts.mark import provider_mark


def provider_region(provider: ProviderItem) -> rx.Component:
    """The part of the page that belongs to one provider."""
    return rx.el.section(
        rx.el.div(
            provider_mark(provider.key),
            rx.el.div(
                rx.el.h2(provider.name),
                rx.el.p("Reads your email, sends as you, sees your contacts", class_name="muted small"),
                class_name="provider-name",
            ),
            _connect(provider),
            class_name="provider-head",
        ),
        rx.cond(
            provider.mailboxes.length() > 0,
            rx.el.ul(rx.foreach(provider.mailboxes, mailbox_card), class_name="mailbox-list"),
        ),
        role="region",
        aria_label=provider.name,
        key=provider.key,
        class_name="card",
    )


def turned_off_region() -> rx.Component:
    """Mailboxes at providers that are no longer on offer."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Not on offer any more"),
            rx.el.p("Your administrator has turned these providers off.", class_name="muted small"),
            class_name="provider-head",
        ),
        rx.el.ul(rx.foreach(EmailState.turned_off, mailbox_card), class_name="mailbox-list"),
        role="region",
        aria_label="Not on offer any more",
        class_name="card",
    )


def _connect(provider: ProviderItem) -> rx.Component:
    leaving = ConsentState.leaving == f"connect:{provider.key}"
    return rx.el.form(
        # A form's handler is set up outside the loop over providers and cannot see which one it belongs to.
        rx.el.input(type="hidden", name="provider", value=provider.key, read_only=True),
        rx.el.label("Import", html_for=f"{provider.key}-window", class_name="muted small"),
        rx.el.select(
            *[rx.el.option(words, value=value) for value, words in WINDOWS],
            id=f"{provider.key}-window",
            name="window",
            default_value="30",
            class_name="select connect-window",
        ),
        button(
            rx.cond(leaving, rx.el.span(class_name="spinner", aria_hidden=True)),
            wording.CONNECT_ACCOUNT,
            # Once a mailbox is there, Reconnect is the button that should stand out when it is needed.
            look=rx.cond(provider.mailboxes.length() > 0, "plain", "primary"),
            type="submit",
            disabled=ConsentState.leaving != "",
        ),
        on_submit=ConsentState.connect,
        class_name="connect",
    )

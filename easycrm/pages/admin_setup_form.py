"""The form in which an admin enters a provider's application."""

from typing import Any

import reflex as rx

from easycrm.core import wording
from easycrm.pages.admin_providers_state import AdminProvidersState, SetupItem
from easycrm.pages.parts.browser import CopyButton
from easycrm.pages.parts.button import button
from easycrm.pages.parts.feedback import notice
from easycrm.pages.parts.field import field, switch

_PLAIN: dict[str, Any] = {"auto_complete": "off", "spell_check": False}


def setup_form(item: SetupItem) -> rx.Component:
    """Everything that an admin enters about one provider."""
    return rx.el.form(
        # A form's handler is set up outside the loop over providers and cannot see which one it belongs to.
        rx.el.input(type="hidden", name="provider", value=item.key, read_only=True),
        _redirect_uri(item),
        _field(item, "Client ID", "client_id", default_value=item.client_id, **_PLAIN),
        _field(
            item,
            "Client secret",
            "client_secret",
            hint="Kept encrypted; it is never shown again.",
            type="password",
            placeholder=rx.cond(item.secret_set, "set · type to replace", "not set yet"),
            auto_complete="new-password",
        ),
        rx.cond(
            item.secrets_expire,
            _field(
                item,
                "Secret expires on",
                "secret_expires_on",
                hint="As the console shows it. Administrators are warned 30, 14 and 3 days before.",
                type="date",
                default_value=item.secret_expires_on,
            ),
        ),
        rx.cond(
            item.has_tenant,
            _field(
                item,
                "Tenant",
                "tenant",
                hint="organizations for any organisation, or one tenant's ID or domain.",
                default_value=item.tenant,
                **_PLAIN,
            ),
        ),
        _field(
            item,
            "Allowed domains",
            "allowed_domains",
            hint="Only mailboxes of these domains may be connected, such as example.com. Empty allows all.",
            default_value=item.allowed_domains,
            **_PLAIN,
        ),
        rx.cond(AdminProvidersState.warned_provider == item.key, _warning(item)),
        rx.el.div(
            switch(
                "Enabled",
                "enabled",
                scope=item.key,
                hint="Members can connect a mailbox. Mailboxes that are connected go on when it is off.",
                default_checked=item.enabled,
            ),
            button("Save", look="primary", type="submit"),
            class_name="setup-foot",
        ),
        on_submit=AdminProvidersState.save,
        no_validate=True,
        class_name="setup-form",
    )


def _warning(item: SetupItem) -> rx.Component:
    """Whom another application disconnects, and the box to tick for those who mean it."""
    return notice(
        wording.setup.WILL_DISCONNECT,
        rx.el.ul(rx.foreach(AdminProvidersState.warned[:10], rx.el.li), class_name="setup-warned"),
        rx.cond(
            AdminProvidersState.warned.length() > 10,
            rx.el.p(f"and {AdminProvidersState.warned.length() - 10} more"),
        ),
        rx.el.label(
            rx.el.input(type="checkbox", name="confirmed", id=f"{item.key}-confirmed"),
            "Change it, and ask their owners to reconnect",
            class_name="flex items-center gap-2",
        ),
        tone="warn",
        role="alert",
    )


def _redirect_uri(item: SetupItem) -> rx.Component:
    return rx.el.div(
        rx.el.label("Redirect URI", html_for=f"{item.key}-redirect"),
        rx.el.div(
            rx.el.input(
                id=f"{item.key}-redirect",
                name="redirect_uri",
                value=item.redirect_uri,
                read_only=True,
                class_name="input",
            ),
            CopyButton.create(text=item.redirect_uri, label="Copy", class_name="button button-plain"),
            class_name="setup-copy",
        ),
        rx.el.p(
            "Register it at the provider letter by letter. If people see ",
            item.redirect_error,
            " there, the registered one differs.",
            class_name="hint",
        ),
        class_name="field",
    )


def _field(item: SetupItem, label: str, name: str, **props: Any) -> rx.Component:
    here = (AdminProvidersState.wrong_provider == item.key) & (AdminProvidersState.wrong_field == name)
    return field(label, name, scope=item.key, error=rx.cond(here, AdminProvidersState.wrong, ""), **props)

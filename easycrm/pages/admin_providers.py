"""Administration → Providers: the application that an admin registered at Google or Microsoft."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from easycrm.core.errors import EasyCRMError, InvalidInput
from easycrm.mail import provider_setup
from easycrm.pages.console_help import console_help
from easycrm.pages.flash import tell
from easycrm.pages.parts.browser import CopyButton
from easycrm.pages.parts.button import button
from easycrm.pages.parts.feedback import pill, skeleton
from easycrm.pages.parts.field import field, switch
from easycrm.pages.parts.mark import provider_mark
from easycrm.pages.session import me, require
from easycrm.pages.shell import frame, page_heading


@dataclass(frozen=True)
class SetupItem:
    """A provider's setup as the page shows it; the secret is not among it."""

    key: str
    name: str
    client_id: str
    secret_set: bool
    tenant: str
    has_tenant: bool
    allowed_domains: str
    enabled: bool
    redirect_uri: str
    connected: int


class AdminProvidersState(rx.State):
    """The setups, and what is wrong with what was entered last."""

    loaded: bool = False
    items: list[SetupItem] = []
    saved: int = 0
    wrong_provider: str = ""
    wrong_field: str = ""
    wrong: str = ""

    @rx.event
    @require("admin")
    def load(self) -> None:
        """Fill the page."""
        self._forget_errors()
        self._fill()
        self.loaded = True

    @rx.event
    @require("admin")
    async def save(self, form: dict[str, Any]) -> None:
        """Write down what was entered; an empty secret keeps the one that is set."""
        provider = str(form.get("provider", ""))
        self._forget_errors()
        try:
            provider_setup.save(
                actor_id=me().user_id,
                provider=provider,
                client_id=str(form.get("client_id") or ""),
                client_secret=str(form.get("client_secret") or "") or None,
                tenant=str(form.get("tenant") or "organizations"),
                allowed_domains=str(form.get("allowed_domains") or ""),
                enabled=bool(form.get("enabled")),
            )
        except InvalidInput as error:
            self.wrong_provider, self.wrong_field, self.wrong = provider, error.field, error.user_message
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
        else:
            self._fill()
            self.saved += 1
            await tell(self, "Saved")

    def _fill(self) -> None:
        self.items = [
            SetupItem(
                row.provider,
                row.name,
                row.client_id,
                row.secret_set,
                row.tenant,
                row.has_tenant,
                row.allowed_domains,
                row.enabled,
                row.redirect_uri,
                row.connected,
            )
            for row in provider_setup.overview()
        ]

    def _forget_errors(self) -> None:
        self.wrong_provider = self.wrong_field = self.wrong = ""


def admin_providers() -> rx.Component:
    """The page."""
    return frame(
        page_heading(
            "Providers",
            "Register EasyCRM once at Google or Microsoft, then enter here what their console shows you.",
        ),
        rx.cond(
            AdminProvidersState.loaded,
            rx.el.div(rx.foreach(AdminProvidersState.items, _region), class_name="stack"),
            rx.el.div(skeleton("100%", "420px"), class_name="stack"),
        ),
        active="providers",
    )


def _region(item: SetupItem) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            provider_mark(item.key),
            rx.el.div(
                rx.el.h2(item.name),
                rx.el.p(
                    rx.cond(item.connected == 1, "1 mailbox connected", f"{item.connected} mailboxes connected"),
                    class_name="muted small",
                ),
                class_name="provider-name",
            ),
            rx.cond(item.enabled, pill("On offer", "good"), pill("Off", "off")),
            class_name="provider-head",
        ),
        console_help(item.key),
        _form(item),
        role="region",
        aria_label=item.name,
        # A new key after each save puts the stored values, and an empty secret, into the fields.
        key=f"{item.key}-{AdminProvidersState.saved}",
        class_name="card",
    )


def _form(item: SetupItem) -> rx.Component:
    return rx.el.form(
        # A form's handler is set up outside the loop over providers and cannot see which one it belongs to.
        rx.el.input(type="hidden", name="provider", value=item.key, read_only=True),
        _redirect_uri(item),
        field(
            "Client ID",
            "client_id",
            scope=item.key,
            error=_error(item, "client_id"),
            default_value=item.client_id,
            auto_complete="off",
            spell_check=False,
        ),
        field(
            "Client secret",
            "client_secret",
            scope=item.key,
            hint="Kept encrypted; it is never shown again.",
            error=_error(item, "client_secret"),
            type="password",
            placeholder=rx.cond(item.secret_set, "set · type to replace", "not set yet"),
            auto_complete="new-password",
        ),
        rx.cond(
            item.has_tenant,
            field(
                "Tenant",
                "tenant",
                scope=item.key,
                hint="organizations for any organisation, or one tenant's ID or domain.",
                error=_error(item, "tenant"),
                default_value=item.tenant,
                auto_complete="off",
                spell_check=False,
            ),
        ),
        field(
            "Allowed domains",
            "allowed_domains",
            scope=item.key,
            hint="Only mailboxes of these domains may be connected, such as example.com. Empty allows all.",
            error=_error(item, "allowed_domains"),
            default_value=item.allowed_domains,
            auto_complete="off",
            spell_check=False,
        ),
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
            rx.cond(item.key == "google", "Error 400: redirect_uri_mismatch", "AADSTS50011"),
            " there, the registered one differs.",
            class_name="hint",
        ),
        class_name="field",
    )


def _error(item: SetupItem, name: str) -> rx.Var[str]:
    here = (AdminProvidersState.wrong_provider == item.key) & (AdminProvidersState.wrong_field == name)
    return rx.cond(here, AdminProvidersState.wrong, "")

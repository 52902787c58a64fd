"""What Administration → Providers knows and does."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import reflex as rx

from easycrm.core import wording
from easycrm.core.errors import EasyCRMError, InvalidInput
from easycrm.mail import provider_setup
from easycrm.pages.flash import tell
from easycrm.pages.session import me, require


@dataclass(frozen=True)
class SetupItem:
    """A provider's setup as the page shows it; the secret is not among it."""

    key: str
    name: str
    client_id: str
    secret_set: bool
    tenant: str
    has_tenant: bool
    secrets_expire: bool
    redirect_error: str
    allowed_domains: str
    enabled: bool
    redirect_uri: str
    connected: int
    secret_expires_on: str
    complete: bool
    tested_at: str
    admin_consent: str


class AdminProvidersState(rx.State):
    """The setups, and what is wrong with what was entered last."""

    loaded: bool = False
    items: list[SetupItem] = []
    saved: int = 0
    wrong_provider: str = ""
    wrong_field: str = ""
    wrong: str = ""
    warned_provider: str = ""
    warned: list[str] = []

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
            if not form.get("confirmed") and self._warn(provider, form):
                return
            provider_setup.save(
                actor_id=me().user_id,
                provider=provider,
                client_id=str(form.get("client_id") or ""),
                client_secret=str(form.get("client_secret") or "") or None,
                tenant=str(form.get("tenant") or "organizations"),
                allowed_domains=str(form.get("allowed_domains") or ""),
                enabled=bool(form.get("enabled")),
                secret_expires_on=_date(str(form.get("secret_expires_on") or "")),
            )
        except InvalidInput as error:
            self.wrong_provider, self.wrong_field, self.wrong = provider, error.field, error.user_message
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
        else:
            self._fill()
            self.saved += 1
            await tell(self, "Saved")

    def _warn(self, provider: str, form: dict[str, Any]) -> bool:
        """Say which mailboxes another application would cost; whether there are any. What was entered stays."""
        tenant = str(form.get("tenant") or "organizations")
        self.warned = provider_setup.affected(provider, str(form.get("client_id") or ""), tenant)
        self.warned_provider = provider if self.warned else ""
        return bool(self.warned)

    def _fill(self) -> None:
        self.items = [
            SetupItem(
                row.provider,
                row.name,
                row.client_id,
                row.secret_set,
                row.tenant,
                row.has_tenant,
                row.secrets_expire,
                row.redirect_error,
                row.allowed_domains,
                row.enabled,
                row.redirect_uri,
                row.connected,
                row.secret_expires_on.isoformat() if row.secret_expires_on else "",
                bool(row.client_id and row.secret_set),
                row.tested_at.isoformat() if row.tested_at else "",
                row.admin_consent,
            )
            for row in provider_setup.overview()
        ]

    def _forget_errors(self) -> None:
        self.wrong_provider = self.wrong_field = self.wrong = self.warned_provider = ""
        self.warned = []


def _date(entered: str) -> date | None:
    """The day that was entered, if one was.

    Raises:
        InvalidInput: it is no day.
    """
    try:
        return date.fromisoformat(entered) if entered else None
    except ValueError as error:
        raise InvalidInput(wording.setup.NOT_A_DATE, field="secret_expires_on") from error

"""What an admin entered about a provider: client id, sealed secret, tenant, enabled."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Column
from sqlmodel import Field, Session, func, select

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import Table, UtcDateTime, reading, transaction
from easycrm.core.errors import InvalidInput, Refused
from easycrm.core.key_canary import seal
from easycrm.core.sealed import Binding, CannotOpen, ring
from easycrm.core.settings import settings
from easycrm.mail import setup_change, setup_fields
from easycrm.mail.connection import Connection, Status
from easycrm.notices import audit, incident
from easycrm.providers.base import ProviderConfig
from easycrm.providers.errors import ProviderMisconfigured
from easycrm.providers.http import browser_url
from easycrm.providers.registry import PROVIDERS
from easycrm.providers.registry import provider as known


class ProviderSetup(Table, table=True):
    """One provider's application, as registered in its console."""

    provider: str = Field(primary_key=True, max_length=20)
    client_id: str = Field(default="", max_length=300)
    client_secret: str = Field(default="", description="sealed, bound to this row")
    tenant: str = Field(default="organizations", max_length=255)
    allowed_domains: str = Field(default="", description="comma-separated, lower case; empty allows every domain")
    secret_expires_on: date | None = None
    enabled: bool = False
    application_since: datetime | None = Field(
        default=None, sa_column=Column(UtcDateTime), description="when client id or tenant were changed"
    )
    tested_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    test_steps: str = Field(default="", description="JSON, what a test with an admin's own mailbox has shown")
    updated_at: datetime = Field(default_factory=now, sa_column=Column(UtcDateTime, nullable=False))


@dataclass(frozen=True)
class SetupRow:
    """What the admin page shows of one provider; the secret is not among it."""

    provider: str
    name: str
    client_id: str
    secret_set: bool
    secret_expires_on: date | None
    tenant: str
    has_tenant: bool
    secrets_expire: bool
    redirect_error: str
    allowed_domains: str
    enabled: bool
    redirect_uri: str
    connected: int
    tested_at: datetime | None
    admin_consent: str


@dataclass(frozen=True)
class Offer:
    """A provider that a member may choose."""

    key: str
    name: str


def save(
    *,
    actor_id: int,
    provider: str,
    client_id: str,
    client_secret: str | None,
    tenant: str = "organizations",
    allowed_domains: str = "",
    enabled: bool,
    secret_expires_on: date | None = None,
) -> None:
    """Write down what the admin entered. An absent or empty secret keeps the stored one, and its expiry with it.

    Raises:
        InvalidInput: `field` names the one that cannot be used.
        NotFound: no such provider.
    """
    fields = {
        "client_id": setup_fields.client_id(client_id),
        "tenant": setup_fields.tenant(tenant) if known(provider).has_tenant else "organizations",
        "allowed_domains": setup_fields.domains(allowed_domains),
        "enabled": enabled,
    }
    secret = setup_fields.client_secret(client_secret or "")
    with transaction() as session:
        setup = session.get(ProviderSetup, provider, with_for_update=True) or ProviderSetup(provider=provider)
        changes = [name for name, value in fields.items() if getattr(setup, name) != value]
        setup.sqlmodel_update(fields)
        if secret:
            setup.client_secret = seal(secret, binding(provider), session)
            changes.append("client_secret")
        if secret_expires_on != setup.secret_expires_on and (secret or secret_expires_on):
            changes.append("secret_expires_on")
            setup.secret_expires_on = secret_expires_on
        if {"client_id", "tenant"}.intersection(changes):
            setup.application_since, setup.tested_at, setup.test_steps = now(), None, ""
            setup_change.begin_anew(session, provider)
        _write(session, setup, actor_id, changes)


def set_enabled(actor_id: int, provider: str, enabled: bool) -> None:
    """Offer a provider, or stop offering it; mailboxes that are connected go on.

    Raises:
        InvalidInput: client id or secret are missing.
    """
    known(provider)
    with transaction() as session:
        setup = session.get(ProviderSetup, provider, with_for_update=True) or ProviderSetup(provider=provider)
        changes = ["enabled"] if setup.enabled != enabled else []
        setup.enabled = enabled
        _write(session, setup, actor_id, changes)


def config(provider: str, *, even_if_off: bool = False) -> ProviderConfig:
    """The provider's application, opened for use; `even_if_off` for mailboxes that are connected already.

    Raises:
        Refused: nothing is configured, or it is switched off.
        ProviderMisconfigured: the stored secret cannot be opened, or the setup of connected mailboxes is gone.
    """
    with reading() as session:
        setup = session.get(ProviderSetup, provider)
    if setup is None or not _complete(setup):
        raise ProviderMisconfigured(code="not_configured") if even_if_off else Refused(wording.NOT_CONFIGURED)
    if not (setup.enabled or even_if_off):
        raise Refused(wording.NOT_CONFIGURED)
    try:
        secret = ring().open(setup.client_secret, binding(provider))
    except CannotOpen as error:
        raise ProviderMisconfigured(code="client_secret_unreadable") from error
    return ProviderConfig(provider, setup.client_id, secret, redirect_uri(provider), setup.tenant)


def offered() -> list[Offer]:
    """Providers that are configured and enabled, for members to choose from."""
    with reading() as session:
        ready = {setup.provider for setup in session.exec(select(ProviderSetup)) if setup.enabled and _complete(setup)}
    return [Offer(key, provider.name) for key, provider in PROVIDERS.items() if key in ready]


def overview() -> list[SetupRow]:
    """Every provider EasyCRM knows, configured or not."""
    with reading() as session:
        setups = {setup.provider: setup for setup in session.exec(select(ProviderSetup))}
        count = select(Connection.provider, func.count()).where(Connection.status == Status.CONNECTED)
        connected = dict(session.exec(count.group_by(Connection.provider)).all())
    return [_row(setups.get(key) or ProviderSetup(provider=key), connected.get(key, 0)) for key in PROVIDERS]


def affected(provider: str, client_id: str, tenant: str) -> list[str]:
    """Addresses of the mailboxes that would have to be reconnected if the application became this one."""
    with reading() as session:
        setup = session.get(ProviderSetup, provider)
        if setup is None or (setup.client_id == client_id.strip() and setup.tenant == tenant.strip().lower()):
            return []
        return setup_change.living_on(session, provider)


def address_allowed(provider: str, address: str) -> bool:
    """Whether the admin allows this mailbox address to be connected."""
    with reading() as session:
        setup = session.get(ProviderSetup, provider)
    return setup_fields.address_allowed(address, setup.allowed_domains if setup else "")


def redirect_uri(provider: str) -> str:
    """The callback's address, to be registered in the provider's console letter by letter."""
    return f"{settings().public_url}/settings/email/callback/{provider}"


def _write(session: Session, setup: ProviderSetup, actor_id: int, changes: list[str]) -> None:
    if setup.enabled and not setup.client_id:
        raise InvalidInput("Enter the client ID before you enable this provider", field="client_id")
    if setup.enabled and not setup.client_secret:
        raise InvalidInput("Enter the client secret before you enable this provider", field="client_secret")
    if not changes:
        return
    setup.updated_at = now()
    session.add(setup)
    audit.record(
        session, "provider.changed", actor_id=actor_id, subject=setup.provider, detail=", ".join(sorted(changes))
    )
    incident.probe_now(session, setup.provider)


def _complete(setup: ProviderSetup) -> bool:
    return bool(setup.client_id and setup.client_secret)


def binding(provider: str) -> Binding:
    """Where a provider's client secret lives."""
    return Binding("provider_setup", "client_secret", provider)


def _row(setup: ProviderSetup, connected: int) -> SetupRow:
    provider = PROVIDERS[setup.provider]
    return SetupRow(
        provider=setup.provider,
        name=provider.name,
        client_id=setup.client_id,
        secret_set=bool(setup.client_secret),
        secret_expires_on=setup.secret_expires_on,
        tenant=setup.tenant,
        has_tenant=provider.has_tenant,
        secrets_expire=provider.secrets_expire,
        redirect_error=provider.redirect_error,
        allowed_domains=setup.allowed_domains,
        enabled=setup.enabled,
        redirect_uri=redirect_uri(setup.provider),
        connected=connected,
        tested_at=setup.tested_at,
        admin_consent=_admin_consent(setup),
    )


def _admin_consent(setup: ProviderSetup) -> str:
    """Where the browser goes to let a whole organisation in; empty where there is no such page."""
    shown = ProviderConfig(setup.provider, setup.client_id, "", redirect_uri(setup.provider), setup.tenant)
    address = PROVIDERS[setup.provider].admin_consent(shown) if setup.client_id else ""
    return browser_url(address) if address else ""

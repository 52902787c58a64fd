"""Provider setup: what an admin enters is checked, sealed and never read back."""

from collections.abc import Awaitable, Callable
from datetime import date

import pytest
from sqlmodel import select

from easycrm.core import wording
from easycrm.core.db import reading, transaction
from easycrm.core.errors import InvalidInput, NotFound, Refused
from easycrm.mail import provider_setup
from easycrm.mail.provider_setup import ProviderSetup
from easycrm.notices.audit import AuditEvent
from easycrm.providers.errors import ProviderMisconfigured
from tests.fake_provider import FakeProvider
from tests.unit.mail.conftest import Someone

GUID = "11111111-2222-3333-4444-555555555555"
Save = Callable[..., None]


@pytest.fixture
def save(admin: Someone, google: FakeProvider, microsoft: FakeProvider) -> Save:
    def change(**fields: object) -> None:
        values = {"provider": "microsoft", "client_id": "client", "client_secret": None, "enabled": True, **fields}
        provider_setup.save(actor_id=admin.user_id, **values)

    return change


def row(provider: str = "microsoft") -> provider_setup.SetupRow:
    return next(one for one in provider_setup.overview() if one.provider == provider)


@pytest.mark.parametrize(
    "tenant",
    [
        "../common", "common/../x", "..", ".", "", "a@b.com", "user@contoso.com", "https://login.example.com",
        "//evil.example", "contoso.com/evil", "contoso.com?x=1", "contoso.com#x", "contoso com", "con toso.com",
        "contoso.com\nevil", "contoso\x00.com", "contoso.com:443", "%2e%2e", "127.0.0.1", "[::1]", "localhost",
        "consumers", "-contoso.com", "contoso-.com", "contoso..com", ".contoso.com", "contoso.com.", "\\contoso.com",
        "\uff43ontoso.com", "a" * 64 + ".com", "a." * 130 + "com", GUID + "0", GUID.replace("-", ""), "{" + GUID + "}",
    ],
)  # fmt: skip
def test_threat_19_a_malformed_tenant_is_refused_on_save(save: Save, tenant: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        save(tenant=tenant)
    assert refused.value.field == "tenant"
    assert row().tenant == "organizations"


@pytest.mark.parametrize(
    "tenant", ["organizations", "common", GUID, "contoso.com", "contoso.onmicrosoft.com", " Contoso.com "]
)
def test_a_tenant_id_or_domain_is_kept_in_lower_case(save: Save, tenant: str) -> None:
    save(tenant=tenant)
    assert row().tenant == tenant.strip().lower()


def test_threat_18_the_redirect_uri_to_register_is_that_of_the_public_address(
    save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert row().redirect_uri == "http://localhost:3000/settings/email/callback/microsoft"
    assert provider_setup.config("microsoft").redirect_uri == row().redirect_uri


def test_threat_21_the_secret_is_sealed_and_never_shown(save: Save) -> None:
    save(client_secret="canary-new-secret")
    with reading() as session:
        stored = session.get_one(ProviderSetup, "microsoft").client_secret
        events = session.exec(select(AuditEvent)).all()
    assert "canary" not in stored + repr(row()) + repr(provider_setup.config("microsoft")) + repr(events)
    assert provider_setup.config("microsoft").client_secret == "canary-new-secret"


@pytest.mark.parametrize("kept", [None, "", "  "])
def test_no_new_secret_keeps_the_old_one_and_its_expiry(save: Save, kept: str | None) -> None:
    save(client_secret="canary-new-secret", secret_expires_on=date(2027, 1, 1))
    save(client_id="other", client_secret=kept)
    assert provider_setup.config("microsoft").client_secret == "canary-new-secret"
    assert row().secret_expires_on == date(2027, 1, 1)


def test_threat_30_a_secret_moved_to_the_other_provider_does_not_open(save: Save) -> None:
    with transaction() as session:
        google, microsoft = (session.get_one(ProviderSetup, key) for key in ("google", "microsoft"))
        microsoft.client_secret = google.client_secret
        session.add(microsoft)
    with pytest.raises(ProviderMisconfigured):
        provider_setup.config("microsoft")


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"client_id": ""}, "client_id"),
        ({"client_id": "two words"}, "client_id"),
        ({"client_id": "x" * 301}, "client_id"),
        ({"client_secret": "line\nbreak"}, "client_secret"),
        ({"allowed_domains": "example.com, not a domain"}, "allowed_domains"),
        ({"allowed_domains": "user@example.com"}, "allowed_domains"),
    ],
)
def test_what_cannot_be_used_names_its_field_and_changes_nothing(
    save: Save, fields: dict[str, str], named: str
) -> None:
    before = row()
    with pytest.raises(InvalidInput) as refused:
        save(**fields)
    assert refused.value.field == named
    assert row() == before


def test_a_provider_without_a_secret_cannot_be_enabled(admin: Someone, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeProvider("microsoft")
    monkeypatch.setitem(provider_setup.PROVIDERS, "microsoft", fake)
    with pytest.raises(InvalidInput) as refused:
        provider_setup.save(
            actor_id=admin.user_id, provider="microsoft", client_id="client", client_secret=None, enabled=True
        )
    assert refused.value.field == "client_secret"


def test_only_configured_and_enabled_providers_are_offered(save: Save, admin: Someone) -> None:
    assert [offer.key for offer in provider_setup.offered()] == ["google", "microsoft"]
    provider_setup.set_enabled(admin.user_id, "microsoft", enabled=False)
    assert [offer.name for offer in provider_setup.offered()] == ["Google Workspace"]
    with pytest.raises(Refused, match=wording.NOT_CONFIGURED):
        provider_setup.config("microsoft")
    assert provider_setup.config("microsoft", even_if_off=True).client_id == "client"


def test_an_unknown_provider_does_not_exist(admin: Someone) -> None:
    with pytest.raises(NotFound):
        provider_setup.set_enabled(admin.user_id, "yahoo", enabled=True)


def test_allowed_domains_are_written_down_once_each(save: Save) -> None:
    save(allowed_domains="@Example.com; example.org\nexample.com")
    assert row().allowed_domains == "example.com,example.org"
    assert provider_setup.address_allowed("microsoft", "ada@EXAMPLE.org")
    assert not provider_setup.address_allowed("microsoft", "ada@sub.example.org")
    assert not provider_setup.address_allowed("microsoft", "ada@example.org.evil.example")


def test_every_change_is_in_the_audit_log_with_its_author(save: Save, admin: Someone) -> None:
    save(client_id="other", client_secret="canary-new-secret")
    with reading() as session:
        last = session.exec(select(AuditEvent).order_by(AuditEvent.id.desc())).first()  # type: ignore[union-attr]
    assert last is not None
    assert (last.actor_id, last.subject, last.detail) == (admin.user_id, "microsoft", "client_id, client_secret")


async def test_a_new_application_tells_whom_it_affects(
    save: Save, connected: Callable[..., Awaitable[object]], mallory: Someone
) -> None:
    await connected()
    await connected(mallory)
    assert provider_setup.affected("google", "client", "organizations") == []
    assert provider_setup.affected("google", "other", "organizations") == ["ada@example.com", "ada@example.com"]
    assert provider_setup.affected("microsoft", "other", "contoso.com") == []

"""What an admin enters about a provider, and what never comes back."""

import json

from easycrm.mail import provider_setup
from easycrm.pages.admin_providers_state import AdminProvidersState
from easycrm.pages.flash import FlashState
from tests.fake_provider import FakeProvider
from tests.unit.pages.conftest import Tab

FORM = {"provider": "google", "client_id": "new-client", "client_secret": "", "tenant": "organizations"}


async def test_what_was_entered_is_saved_and_shown(grace: Tab, google: FakeProvider) -> None:
    await grace.call(AdminProvidersState.save, {**FORM, "allowed_domains": "Example.com", "enabled": "on"})
    item = next(item for item in grace.state(AdminProvidersState).items if item.key == "google")
    assert (item.client_id, item.allowed_domains, item.enabled) == ("new-client", "example.com", True)
    assert grace.state(FlashState).text == "Saved"


async def test_an_empty_secret_keeps_the_stored_one(grace: Tab, google: FakeProvider) -> None:
    await grace.call(AdminProvidersState.save, {**FORM, "enabled": "on"})
    assert provider_setup.config("google").client_secret == "canary-secret"


async def test_a_switch_that_is_off_ends_the_offer(grace: Tab, google: FakeProvider) -> None:
    await grace.call(AdminProvidersState.save, FORM)
    assert provider_setup.offered() == []


async def test_threat_21_no_state_ever_holds_the_secret(grace: Tab, google: FakeProvider) -> None:
    await grace.call(AdminProvidersState.load)
    await grace.call(AdminProvidersState.save, {**FORM, "client_secret": "canary-other", "enabled": "on"})
    everything = json.dumps(grace.root.dict(), default=str)
    assert "new-client" in everything
    assert "canary" not in everything


async def test_threat_19_a_wrong_field_is_pointed_at(grace: Tab, google: FakeProvider) -> None:
    await grace.call(AdminProvidersState.save, {**FORM, "tenant": "../evil", "enabled": "on"})
    shown = grace.state(AdminProvidersState)
    assert (shown.wrong_provider, shown.wrong_field) == ("google", "tenant")
    assert shown.wrong
    assert provider_setup.config("google").client_id == "client"

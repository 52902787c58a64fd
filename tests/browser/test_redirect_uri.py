"""A redirect URI that is not registered: the provider keeps the browser, and the admin page has the cure."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from easycrm.core import wording
from tests.browser.conftest import PROVIDERS, Person
from tests.browser.consent_screen import allow, press_connect, provider_region
from tests.connected import APPLICATIONS
from tests.product import Product

ERRORS = {"Google Workspace": "redirect_uri_mismatch", "Microsoft 365": "AADSTS50011"}


@pytest.fixture(params=list(ERRORS))
def mismatched(request: pytest.FixtureRequest, product: Product) -> Iterator[str]:
    """A provider whose application has the address of an earlier installation registered."""
    register(product, request.param, f"https://earlier.example.com/settings/email/callback/{PROVIDERS[request.param]}")
    yield request.param
    register(product, request.param, f"{product.url}/settings/email/callback/{PROVIDERS[request.param]}")


def register(product: Product, provider: str, uri: str) -> None:
    client_id, _ = APPLICATIONS[PROVIDERS[provider]]
    product.simulator.post("clients", client_id=client_id, redirect_uris=[uri])


def test_threat_18_what_the_admin_page_shows_mends_a_redirect_uri_mismatch(
    product: Product, admin: Person, mismatched: str, make_mailbox: Callable[[str], str]
) -> None:
    page, address = admin.page, make_mailbox(mismatched)
    press_connect(page, product, mismatched)
    page.wait_for_url(re.compile(r"^http://127\.0\.0\.1"))
    expect(page.get_by_text(f"Error 400: {ERRORS[mismatched]}")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)

    page.goto(product.url + "/admin/providers")
    region = provider_region(page, mismatched)
    shown = f"{product.url}/settings/email/callback/{PROVIDERS[mismatched]}"
    expect(region.get_by_label("Redirect URI")).to_have_value(shown)
    expect(region.get_by_text(ERRORS[mismatched])).to_be_visible()
    register(product, mismatched, shown)

    press_connect(page, product, mismatched)
    allow(page, address)
    connected = wording.connected_as(address)
    expect(provider_region(page, mismatched).get_by_text(connected, exact=True)).to_be_visible()

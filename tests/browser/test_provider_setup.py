"""An admin sets a provider up without guessing: verified step by step, and tried with a mailbox of their own."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from easycrm.core import wording
from tests.browser.conftest import Person
from tests.browser.consent_screen import allow, connect, deny, provider_region, save
from tests.connected import APPLICATIONS
from tests.product import Product

BOTH = pytest.mark.parametrize("provider", ["Google Workspace", "Microsoft 365"])


def open_providers(page: Page, product: Product) -> None:
    page.goto(product.url + "/admin/providers")
    expect(page.get_by_role("button", name=wording.setup.VERIFY_SETUP).first).to_be_enabled()


@BOTH
def test_verify_and_test_with_ones_own_mailbox(
    product: Product, admin: Person, make_mailbox: Callable[[str], str], provider: str
) -> None:
    page, address = admin.page, make_mailbox(provider)
    open_providers(page, product)
    region = provider_region(page, provider)
    region.get_by_role("button", name=wording.setup.VERIFY_SETUP).click()
    steps = region.get_by_role("list", name=re.compile("verified")).get_by_role("listitem")
    expect(steps.first).to_contain_text(re.compile(r"can be reached.*passed"))

    region.get_by_role("button", name=wording.setup.TEST_WITH_MY_MAILBOX).click()
    allow(page, address)
    expect(page).to_have_url(re.compile(r"/admin/providers"))
    expect(page.get_by_text(wording.setup.TEST_DONE)).to_be_visible()
    expect(steps.filter(has_text="Mail can be read")).to_contain_text("passed")
    expect(steps.filter(has_text="Contacts can be read")).to_contain_text("passed")
    assert product.rows("SELECT count(*) FROM connection WHERE address = ?", address) == [(0,)]


def test_a_test_that_was_denied_says_so_where_it_began(
    product: Product, admin: Person, make_mailbox: Callable[[str], str]
) -> None:
    page, address = admin.page, make_mailbox("Google Workspace")
    open_providers(page, product)
    provider_region(page, "Google Workspace").get_by_role("button", name=wording.setup.TEST_WITH_MY_MAILBOX).click()
    deny(page, address)
    expect(provider_region(page, "Google Workspace").get_by_text(wording.CONSENT_DENIED)).to_be_visible()


def save_secret(page: Page, secret: str) -> None:
    region = provider_region(page, "Google Workspace")
    region.get_by_label("Client secret").fill(secret)
    save(page, region)


def test_threat_17_a_wrong_secret_fails_with_what_to_click_and_is_never_shown(product: Product, admin: Person) -> None:
    page, region = admin.page, provider_region(admin.page, "Google Workspace")
    frames: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda text: frames.append(str(text))))
    open_providers(page, product)
    save_secret(page, "canary-wrong-secret")
    try:
        region.get_by_role("button", name=wording.setup.VERIFY_SETUP).click()
        expect(region.get_by_text(wording.setup.HINTS["google_invalid_client"])).to_be_visible()
    finally:
        open_providers(page, product)
        save_secret(page, APPLICATIONS["google"][1])
    assert frames
    assert not [frame for frame in frames if "canary-wrong-secret" in frame]


def test_another_client_id_says_whom_it_disconnects_before_it_does(
    product: Product, admin: Person, make_mailbox: Callable[[str], str]
) -> None:
    page, region = admin.page, provider_region(admin.page, "Google Workspace")
    connect(page, product, "Google Workspace", make_mailbox("Google Workspace"))
    open_providers(page, product)
    region.get_by_label("Client ID").fill("other.apps.googleusercontent.com")
    region.get_by_role("button", name="Save").click()
    expect(region.get_by_text(wording.setup.WILL_DISCONNECT)).to_be_visible()
    expect(region.get_by_label("Client ID")).to_have_value("other.apps.googleusercontent.com")
    stored = product.rows("SELECT client_id FROM provider_setup WHERE provider = 'google'")
    assert stored == [(APPLICATIONS["google"][0],)]

"""The main path in a browser, for both providers, in the words of the specification."""

import re

import pytest
from playwright.sync_api import Page, expect

from easycrm.core import wording
from tests.browser.consent_screen import allow, deny, open_settings, provider_region
from tests.product import Product

MAILBOXES = [("Google Workspace", "ada@example.com"), ("Microsoft 365", "katherine@example.net")]


@pytest.mark.parametrize(("provider", "address"), MAILBOXES)
def test_a_member_connects_a_mailbox_and_reads_it(
    product: Product, member_page: Page, provider: str, address: str
) -> None:
    page = member_page
    open_settings(page, product)
    provider_region(page, provider).get_by_role("button", name=wording.CONNECT_ACCOUNT).click()
    allow(page, address)

    expect(provider_region(page, provider).get_by_text(wording.connected_as(address), exact=True)).to_be_visible()
    page.goto(product.url + "/mailbox")
    newest = product.simulator.newest_subject(address)
    expect(page.get_by_text(newest).first).to_be_visible(timeout=20_000)


@pytest.mark.parametrize(("provider", "address"), MAILBOXES)
def test_threat_10_denied_consent_has_its_exact_words(
    product: Product, member_page: Page, provider: str, address: str
) -> None:
    open_settings(member_page, product)
    provider_region(member_page, provider).get_by_role("button", name=wording.CONNECT_ACCOUNT).click()
    deny(member_page, address)

    expect(member_page.get_by_text(wording.CONSENT_DENIED, exact=True)).to_be_visible()
    expect(member_page.get_by_role("button", name=wording.TRY_AGAIN)).to_be_visible()
    expect(member_page).to_have_url(re.compile(r"/settings/email/?$"))

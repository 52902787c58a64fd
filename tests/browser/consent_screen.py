"""What a person does at the provider and on the way there, in steps that tests share."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

from playwright.sync_api import Locator, Page, expect

from easycrm.core import wording
from tests.product import Product


def open_settings(page: Page, product: Product) -> None:
    """Go to Settings → Email Integration and wait until it is filled."""
    page.goto(product.url + "/settings/email")
    expect(page.get_by_role("heading", name=wording.EMAIL_INTEGRATION, level=1)).to_be_visible()


def provider_region(page: Page, provider: str) -> Locator:
    """The part of the page that belongs to one provider."""
    return page.get_by_role("region", name=provider)


def save(page: Page, region: Locator) -> None:
    """Press Save, and wait for the answer to that: what was told a moment earlier may still stand there."""
    told = page.locator(".flash-place").get_by_text("Saved", exact=True)
    earlier = told.element_handles()
    region.get_by_role("button", name="Save").click()
    for one in earlier:
        one.wait_for_element_state("hidden")
    expect(told).to_be_visible()


def press_connect(page: Page, product: Product, provider: str) -> None:
    """Press Connect Account of one provider."""
    open_settings(page, product)
    provider_region(page, provider).get_by_role("button", name=wording.CONNECT_ACCOUNT).click()


def sign_in_at_provider(page: Page, address: str) -> None:
    """Choose the account on the provider's sign-in page."""
    page.wait_for_url(re.compile(r"^http://127\.0\.0\.1"))
    page.get_by_role("button", name=address).click()


def allow(page: Page, address: str) -> None:
    """Sign in at the provider and grant everything."""
    sign_in_at_provider(page, address)
    page.get_by_role("button", name="Allow").click()


def deny(page: Page, address: str) -> None:
    """Sign in at the provider and refuse."""
    sign_in_at_provider(page, address)
    page.get_by_role("button", name="Deny").click()


def connect(page: Page, product: Product, provider: str, address: str) -> Locator:
    """The whole way; the status of the connected mailbox."""
    press_connect(page, product, provider)
    allow(page, address)
    status = provider_region(page, provider).get_by_text(wording.connected_as(address), exact=True)
    expect(status).to_be_visible()
    return status


def intercepted_callback(page: Page, product: Product, provider: str, address: str) -> str:
    """Consent, but keep the browser from being sent back; the callback's address."""
    press_connect(page, product, provider)
    page.wait_for_url(re.compile(r"/signin/account"))
    asked = dict(parse_qsl(urlsplit(page.url).query))
    query = dict(parse_qsl(asked["request"]))
    hosts = {"google": "accounts.google.com/o/oauth2/v2/auth"}
    host = hosts.get(asked["provider"]) or f"login.microsoftonline.com/{query.pop('tenant')}/oauth2/v2.0/authorize"
    return product.simulator.approve(f"https://{host}?{urlencode(query)}", address)

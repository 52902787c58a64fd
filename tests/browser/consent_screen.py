"""What a person does at the provider and on the way there, in steps that tests share."""

import re

from playwright.sync_api import Locator, Page, expect

from easycrm.core import wording
from tests.product import Product


def open_settings(page: Page, product: Product) -> None:
    """Go to Settings → Email Integration and wait until it is filled."""
    page.goto(product.url + "/settings/email")
    expect(page.get_by_role("heading", name=wording.EMAIL_INTEGRATION)).to_be_visible()


def provider_region(page: Page, provider: str) -> Locator:
    """The part of the page that belongs to one provider."""
    return page.get_by_role("region", name=provider)


def sign_in_at_provider(page: Page, address: str) -> None:
    """Choose the account on the provider's sign-in page."""
    expect(page).to_have_url(re.compile(r"127\.0\.0\.1"))
    page.get_by_role("button", name=address).click()


def allow(page: Page, address: str) -> None:
    """Sign in at the provider and grant everything."""
    sign_in_at_provider(page, address)
    page.get_by_role("button", name="Allow").click()


def deny(page: Page, address: str) -> None:
    """Sign in at the provider and refuse."""
    sign_in_at_provider(page, address)
    page.get_by_role("button", name="Deny").click()

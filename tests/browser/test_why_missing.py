"""A person looks for an email that is not in EasyCRM."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.consent_screen import open_settings
from tests.browser.letters import connected
from tests.product import Product


def test_an_email_in_spam_is_found_and_explained(
    product: Product, member: Person, make_mailbox: Callable[..., str]
) -> None:
    page, address = member.page, make_mailbox("Google Workspace")
    open_settings(page, product)
    expect(page.get_by_role("button", name="Connect Account")).to_have_count(2)
    expect(page.get_by_text("Why isn't this email here?")).to_have_count(0)
    connected(product, page, "Google Workspace", address)
    product.simulator.post("deliver", email=address, subject="Zanzibar offer", folder="spam")

    page.get_by_text("Why isn't this email here?").click()
    page.get_by_label("Address or subject").fill("Zanzibar offer")
    page.get_by_role("button", name="Look for it").click()

    expect(page.get_by_text("Zanzibar offer", exact=True)).to_be_visible()
    expect(page.get_by_text(re.compile("spam", re.IGNORECASE))).to_be_visible()
    page.get_by_label("Address or subject").fill("   ")
    page.get_by_role("button", name="Look for it").click()
    expect(page.get_by_role("alert")).to_be_visible()

"""axe finds nothing to object to, on any page, in light and dark, wide and narrow."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.consent_screen import connect, provider_region
from tests.product import Product

LOOKS = [
    {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
    {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
    {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
    {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
]
every_look = pytest.mark.parametrize("look", LOOKS, ids=["wide-light", "wide-dark", "narrow-light", "narrow-dark"])
axe = Axe()


def objections(page: Page) -> list[str]:
    """What axe objects to, with the place; and a page of which every change would be read out."""
    page.wait_for_timeout(500)
    found: list[Any] = axe.run(page).response["violations"]
    spoken = page.locator("[aria-live] main").count()
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]] + ["spoken"] * spoken


@every_look
def test_pages_without_a_mailbox(product: Product, make_person: Callable[..., Person], look: dict[str, Any]) -> None:
    admin = make_person("admin", **look)
    for route in ("/settings/email", "/mailbox", "/admin/providers", "/admin/rules", "/nowhere"):
        admin.page.goto(product.url + route)
        admin.page.wait_for_load_state("networkidle")
        assert objections(admin.page) == [], route
    admin.context.clear_cookies()
    admin.page.goto(product.url + "/sign-in")
    assert objections(admin.page) == []


@every_look
def test_pages_with_a_mailbox_and_the_dialog(
    product: Product, make_person: Callable[..., Person], make_mailbox: Callable[..., str], look: dict[str, Any]
) -> None:
    member, address = make_person(**look), make_mailbox("Google Workspace")
    page = member.page
    connect(page, product, "Google Workspace", address)
    expect(provider_region(page, "Google Workspace").get_by_text(re.compile("Synced"))).to_be_visible(timeout=20_000)
    assert objections(page) == []
    provider_region(page, "Google Workspace").get_by_role("button", name="Labels").click()
    expect(page.get_by_role("dialog").get_by_role("switch", name="Customers")).to_be_visible()
    expect(page.get_by_role("button", name="Save")).to_be_enabled(timeout=20_000)
    assert objections(page) == []
    page.keyboard.press("Escape")
    provider_region(page, "Google Workspace").get_by_role("button", name="Disconnect").click()
    expect(page.get_by_role("alertdialog").or_(page.get_by_role("dialog"))).to_be_visible()
    assert objections(page) == []

    page.goto(product.url + "/mailbox")
    page.get_by_text(product.simulator.newest_subject(address)).first.click()
    expect(page.locator("iframe").or_(page.get_by_role("article")).first).to_be_visible()
    assert objections(page) == []

"""Pictures of every page in its states, light and dark, wide and narrow: python -m tests.screenshots FOLDER."""

import os
import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests import product as products
from tests.browser.conftest import FLAGS
from tests.product import Product

SIZES = {"wide": {"width": 1440, "height": 900}, "narrow": {"width": 390, "height": 844}}
ADDRESSES = {"Google Workspace": "ada@example.com", "Microsoft 365": "katherine@example.net"}


def main(folder: Path) -> None:
    """Start the demo, bring it into each state, and take the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with products.running(Path(tempfile.mkdtemp())) as product, sync_playwright() as play:
        path = os.environ.get("EASYCRM_TEST_BROWSER", "/usr/bin/chromium")
        browser = play.chromium.launch(executable_path=path, args=FLAGS)
        _take(browser, product, folder, "empty", ("sign-in", "settings/email", "mailbox"))
        connect_both(browser, product)
        _take(browser, product, folder, "full", ("settings/email", "mailbox", "admin/providers", "nowhere"))
        _lose_a_grant(browser, product)
        _take(browser, product, folder, "broken", ("settings/email", "mailbox"))
        browser.close()


def _take(browser: Browser, product: Product, folder: Path, state: str, routes: tuple[str, ...]) -> None:
    for size, viewport in SIZES.items():
        for scheme in ("light", "dark"):
            context = browser.new_context(viewport=viewport, color_scheme=scheme)  # pyright: ignore
            for route in routes:
                if route != "sign-in":
                    sign_in(context, product, "admin" if route.startswith("admin") else "member")
                page = context.new_page()
                page.goto(f"{product.url}/{route}")
                page.wait_for_load_state("networkidle")
                page.wait_for_timeout(700)
                name = f"{route.replace('/', '-')}-{state}-{size}-{scheme}.png"
                page.screenshot(path=folder / name)
                if route == "mailbox" and state == "full":
                    _open_thread(page, folder / name.replace("mailbox", "thread"))
                if route == "settings/email" and state == "full":
                    page.get_by_role("button", name="Disconnect").first.click()
                    page.wait_for_timeout(400)
                    page.screenshot(path=folder / name.replace("full", "dialog"))
                page.close()
            context.close()


def sign_in(context: BrowserContext, product: Product, role: str) -> None:
    """Sign a browser context in as one of the demo's people."""
    name, value = product.cookie(role)
    context.add_cookies([{"name": name, "value": value, "url": product.url}])


def _open_thread(page: Page, path: Path) -> None:
    page.get_by_text(re.compile("Newsletter|newsletter|Re:")).first.click()
    page.wait_for_timeout(1200)
    page.screenshot(path=path)


def connect_both(browser: Browser, product: Product) -> None:
    """Let the demo's member connect a mailbox of each provider, and wait until both are imported."""
    context = browser.new_context()
    sign_in(context, product, "member")
    page = context.new_page()
    for provider, address in ADDRESSES.items():
        page.goto(f"{product.url}/settings/email")
        region = page.get_by_role("region", name=provider)
        region.get_by_role("button", name="Connect Account").click()
        page.get_by_role("button", name=address).click()
        page.get_by_role("button", name="Allow").click()
        expect(region.get_by_text(re.compile("Synced"))).to_be_visible(timeout=30_000)
    context.close()


def _lose_a_grant(browser: Browser, product: Product) -> None:
    product.simulator.post("grants/revoke", email=ADDRESSES["Google Workspace"])
    context = browser.new_context()
    sign_in(context, product, "member")
    page = context.new_page()
    page.goto(f"{product.url}/settings/email")
    page.get_by_role("region", name="Google Workspace").get_by_role("button", name="Sync now").click()
    expect(page.get_by_text("Requires Re-authentication", exact=True)).to_be_visible(timeout=30_000)
    context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ".artifacts/screenshots"))

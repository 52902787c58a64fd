"""Fixtures of the browser tests: the product, and pages that are signed in."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests import product as products
from tests.product import Product

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
# Chromium reports each answer of 4xx and 5xx as a console error; tests that provoke one look at the page instead.
_EXPECTED = ("Failed to load resource",)


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One running product for all browser tests; each test uses mailboxes of its own."""
    with products.running(tmp_path_factory.mktemp("product") / "data") as running:
        yield running


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The browser that ./test.sh found."""
    return {"executable_path": os.environ.get("EASYCRM_TEST_BROWSER", "/usr/bin/chromium"), "args": FLAGS}


@pytest.fixture
def member_page(product: Product, browser: Browser) -> Iterator[Page]:
    """A page of the demo's member."""
    yield from signed_in(product, browser, "member")


@pytest.fixture
def admin_page(product: Product, browser: Browser) -> Iterator[Page]:
    """A page of the demo's admin."""
    yield from signed_in(product, browser, "admin")


def signed_in(product: Product, browser: Browser, role: str) -> Iterator[Page]:
    """A page in a context of its own; errors in its console fail the test."""
    context = browser.new_context(locale="en-GB", timezone_id="Europe/Berlin")
    name, value = product.cookie(role)
    add_session(context, product, name, value)
    page, errors = context.new_page(), list[str]()
    watch(page, errors)
    yield page
    context.close()
    assert errors == []


def add_session(context: BrowserContext, product: Product, name: str, value: str) -> None:
    """Sign a browser context in."""
    context.add_cookies([{"name": name, "value": value, "url": product.url, "httpOnly": True, "sameSite": "Lax"}])


def watch(page: Page, errors: list[str]) -> None:
    """Collect what the page complains about."""

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_EXPECTED):
            errors.append(message.text)

    page.on("console", on_console)
    page.on("pageerror", lambda error: errors.append(str(error)))

"""axe finds nothing to object to, on any page, in any state, in light and dark, wide and narrow."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page

from easycrm.easycrm import app
from tests import product as products
from tests.product import Product
from tests.states import views, walk

# Scheme and size do not meet in what the rules ask, so that two looks show as much as the four of --full.
LOOKS, ALL_LOOKS = ["wide light", "narrow dark"], ["wide light", "wide dark", "narrow light", "narrow dark"]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()


@pytest.fixture(scope="module")
def own_product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A demo in which nobody has done anything yet: other tests' people would leave no page empty."""
    with products.running(tmp_path_factory.mktemp("states") / "data") as running:
        yield running


def objections(page: Page) -> list[str]:
    """What axe objects to, with the place; and a page of which every change would be read out."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    found: list[Any] = page.evaluate("() => axe.run({resultTypes: ['violations']}).then((one) => one.violations)")
    spoken = page.locator("[aria-live] main").count()
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]] + ["spoken"] * spoken


def test_axe_finds_nothing_on_any_page_in_any_state(own_product: Product, browser: Browser, full: bool) -> None:
    found: list[str] = []

    def look(page: Page, name: str) -> None:
        for way in ALL_LOOKS if full else LOOKS:
            size, scheme = way.split()
            walk.turn(page, size, scheme)
            found.extend(f"{name}, {way}: {one}" for one in objections(page))
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{name}, {way}: wider than the screen")
        walk.turn(page, "wide", "light")

    walk.walk(browser, own_product, look)
    assert found == []


def test_every_page_is_among_those_that_are_looked_at() -> None:
    known = {f"/{route}".rstrip("/") or "/" for route in app._unevaluated_pages}
    seen = {view.page.rstrip("/") or "/" for view in views.everything()}
    assert {route.replace("/index", "/").replace("/404", "/nowhere") for route in known} - seen == set()


def test_a_fault_of_each_kind_would_be_found(own_product: Product, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(own_product.url + "/sign-in")
    assert objections(page) == []
    page.evaluate(
        "() => { document.querySelector('label[for=email]').remove();"
        " document.querySelector('p').style.color = '#e8e8e8'; }"
    )
    assert {one.partition(":")[0] for one in objections(page)} >= {"label", "color-contrast"}
    page.close()

"""The walk through every page in every state, with somebody who looks at each."""

import re
from collections.abc import Callable, Iterable

from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.product import Product
from tests.states import demo, views
from tests.states.views import View

Look = Callable[[Page, str], None]
SIZES: dict[str, ViewportSize] = {"wide": {"width": 1440, "height": 900}, "narrow": {"width": 390, "height": 844}}
_DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def walk(browser: Browser, product: Product, look: Look) -> None:
    """Bring a fresh demo into each state and look at its pages there.

    Args:
        look: gets a page and its name; it may resize it and change its scheme, and leaves it wide and light as it was.
    """
    context = browser.new_context(
        viewport=SIZES["wide"],
        color_scheme="light",
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="Europe/Berlin",
    )
    page = context.new_page()

    def show(state: str, those: Iterable[View]) -> None:
        for view in those:
            _visit(page, product, view)
            look(page, f"{_name(view.route)}-{state}")
            for name, step in view.steps.items():
                step(page)
                look(page, f"{_name(view.route)}-{name}-{state}")

    show("empty", views.OUTSIDE)
    demo.turn_providers(product, on=False)
    show("unconfigured", views.UNCONFIGURED)
    demo.turn_providers(product, on=True)
    show("empty", views.EMPTY)
    _sign_in(page, product, "admin")
    link = demo.invite(page, product)
    show("full", [View(link.removeprefix(f"{product.url}/"), "Your name", "")])
    _sign_in(page, product, "member")
    demo.write_letters(product)
    demo.connect_both(page, product)
    demo.fill(page, product)
    show("full", views.FULL)
    demo.stop_messages(product)
    _sign_in(page, product, "member")
    demo.lose_grants(page, product)
    show("broken", views.BROKEN)
    show("left", views.LEFT)
    context.close()


def turn(page: Page, size: str, scheme: str) -> None:
    """Turn the page to a size and a scheme, and wait until nothing is loading and everything is drawn."""
    page.set_viewport_size(SIZES[size])
    page.emulate_media(color_scheme=scheme)  # pyright: ignore
    expect(page.locator("html")).to_have_class(re.compile(scheme))
    expect(page.locator(".skeleton, [aria-busy=true]")).to_have_count(0)
    page.evaluate(_DRAWN)


def _visit(page: Page, product: Product, view: View) -> None:
    _sign_in(page, product, view.role)
    page.goto(f"{product.url}/{view.route}")
    shown = page.get_by_text(re.compile(re.escape(view.shows), re.IGNORECASE)).filter(visible=True)
    expect(shown.first).to_be_visible()


def _sign_in(page: Page, product: Product, role: str) -> None:
    page.context.clear_cookies()
    if role:
        demo.sign_in(page.context, product, role)


def _name(route: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", route.lower().partition("#")[0])[:60].strip("-") or "root"

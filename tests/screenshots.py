"""Pictures of every page in its states, light and dark, wide and narrow: python -m tests.screenshots FOLDER.

The pictures of the run before move to FOLDER/previous; FOLDER/index.html shows each beside the one before it.
"""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests import product as products
from tests.browser.conftest import FLAGS
from tests.product import Product

SIZES = {"wide": {"width": 1440, "height": 900}, "narrow": {"width": 390, "height": 844}}
SCHEMES = ("light", "dark")
ADDRESSES = {"Google Workspace": "ada@example.com", "Microsoft 365": "katherine@example.net"}
MEMBERS = ("settings/email", "mailbox", "contacts", "compose", "outbox", "settings/account")
ADMINS = ("admin/health", "admin/providers", "admin/rules", "admin/users", "admin/audit", "admin/keys")
IMPORTED, COMPANIES = "contacts?tab=imported", "contacts?tab=companies"
EMPTY = ("sign-in", *MEMBERS, IMPORTED, COMPANIES, "admin/health", "admin/rules")
FULL = (*MEMBERS, IMPORTED, COMPANIES, "mailbox?q=meeting", "mailbox?view=starred", *ADMINS, "nowhere")
BROKEN = ("settings/email", "mailbox", "compose", "outbox", "admin/health")
SETTLED_MS = 700


def main(folder: Path) -> None:
    """Start the demo, bring it into each state, take the pictures, and lay them out beside those of the run before."""
    _put_previous_aside(folder)
    with products.running(Path(tempfile.mkdtemp())) as product, sync_playwright() as play:
        path = os.environ.get("EASYCRM_TEST_BROWSER", "/usr/bin/chromium")
        browser = play.chromium.launch(executable_path=path, args=FLAGS)
        _take(browser, product, folder, "empty", EMPTY)
        connect_both(browser, product)
        _fill(browser, product)
        _take(browser, product, folder, "full", FULL)
        _lose_a_grant(browser, product)
        _take(browser, product, folder, "broken", BROKEN)
        browser.close()
    print(f"{_lay_out(folder)} pictures: {folder / 'index.html'}")


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


def sign_in(context: BrowserContext, product: Product, role: str) -> None:
    """Sign a browser context in as one of the demo's people."""
    name, value = product.cookie(role)
    context.add_cookies([{"name": name, "value": value, "url": product.url}])


def _fill(browser: Browser, product: Product) -> None:
    """A contact with mail, a company, a draft, a message on its way at a later time, a rule, and an invitation."""
    context = browser.new_context()
    sign_in(context, product, "member")
    page = context.new_page()
    page.goto(f"{product.url}/contacts?new=contact")
    page.get_by_label("Name").fill("Mara")
    page.get_by_label("Email addresses").fill("mara@example.org")
    page.get_by_label("Company").fill("Example")
    page.get_by_role("button", name="Create contact").click()
    expect(page.get_by_role("heading", name="Mara", level=1)).to_be_visible()
    page.goto(f"{product.url}/compose")
    page.get_by_role("textbox", name="Message", exact=True).press_sequentially("Shall we meet on Thursday?")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible(timeout=30_000)
    context.clear_cookies()
    sign_in(context, product, "admin")
    page.goto(f"{product.url}/admin/users")
    form = page.get_by_role("region", name="Invite somebody")
    form.get_by_label("Email").fill("alan@example.com")
    form.get_by_role("button", name="Invite", exact=True).click()
    page.get_by_role("button", name="Done").click()
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


def _take(browser: Browser, product: Product, folder: Path, state: str, routes: Iterable[str]) -> None:
    for size, viewport in SIZES.items():
        for scheme in SCHEMES:
            context = browser.new_context(viewport=viewport, color_scheme=scheme)  # pyright: ignore
            for route in routes:
                _picture(context, product, folder, route, f"{state}-{size}-{scheme}")
            context.close()


def _picture(context: BrowserContext, product: Product, folder: Path, route: str, look: str) -> None:
    """One page, and what opens on it in the full state."""
    context.clear_cookies()
    if route != "sign-in":
        sign_in(context, product, "admin" if route.startswith("admin") else "member")
    page = context.new_page()
    page.goto(f"{product.url}/{route}")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(SETTLED_MS)
    page.screenshot(path=folder / f"{_name(route)}-{look}.png")
    for word, opens in _OPENS.get(route, {}).items() if look.startswith("full") else ():
        try:
            opens(page)
            page.wait_for_timeout(SETTLED_MS)
            page.screenshot(path=folder / f"{_name(route)}-{word}-{look}.png")
        except Exception as error:  # one page that does not open must not cost the other pictures
            print(f"{route}, {word}, {look}: {str(error).splitlines()[0]}")
    page.close()


def _name(route: str) -> str:
    return re.sub(r"[^a-z]+", "-", route.lower())


def _open_thread(page: Page) -> None:
    page.get_by_text(re.compile("Newsletter|newsletter|Re:")).first.click()
    page.wait_for_timeout(SETTLED_MS)


def _open_contact(page: Page) -> None:
    page.get_by_role("link").filter(has_text="Mara").first.click()
    expect(page.get_by_role("heading", name="Mara", level=1)).to_be_visible()


def _open_verified(page: Page) -> None:
    page.get_by_role("button", name="Verify setup").first.click()
    expect(page.get_by_role("list", name=re.compile("verified"))).to_be_visible()


_OPENS: dict[str, dict[str, Callable[[Page], None]]] = {
    "mailbox": {"thread": _open_thread},
    "settings/email": {"disconnect": lambda page: page.get_by_role("button", name="Disconnect").first.click()},
    "contacts": {"contact": _open_contact},
    "admin/users": {"person": lambda page: page.get_by_role("button", name="Manage").first.click()},
    "admin/providers": {"verified": _open_verified},
}


def _put_previous_aside(folder: Path) -> None:
    previous = folder / "previous"
    pictures = list(folder.glob("*.png"))
    if pictures and previous.exists():
        shutil.rmtree(previous)
    previous.mkdir(parents=True, exist_ok=True)
    for picture in pictures:
        picture.rename(previous / picture.name)


def _lay_out(folder: Path) -> int:
    """Write the page that shows what is new beside what was; how many pictures there are now."""
    now = {path.name for path in folder.glob("*.png")}
    before = {path.name for path in (folder / "previous").glob("*.png")}
    rows = "".join(
        f"<h2>{escape(name)}{_difference(folder, name)}</h2><div class=pair>"
        f"{_shown(f'previous/{name}', name in before)}{_shown(name, name in now)}</div>"
        for name in sorted(now | before)
    )
    (folder / "index.html").write_text(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Pictures</title><style>"
        "body{font:15px system-ui;margin:2rem;background:#ddd}h2{font-size:1rem;margin:2rem 0 .5rem}"
        ".pair{display:grid;grid-template-columns:1fr 1fr;gap:1rem;align-items:start}img{max-width:100%}"
        f"</style><h1>Before, and now</h1>{rows}</html>\n"
    )
    return len(now)


def _difference(folder: Path, name: str) -> str:
    present, previous = folder / name, folder / "previous" / name
    same = present.exists() and previous.exists() and present.read_bytes() == previous.read_bytes()
    return ": the same" if same else ""


def _shown(address: str, there: bool) -> str:
    return f'<a href="{address}"><img src="{address}" alt="{address}" loading=lazy></a>' if there else "<p>none</p>"


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ".artifacts/screenshots"))

"""The whole of a connection's life without a mouse: focus is in order, visible, kept in dialogs and given back."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from easycrm.core import wording
from tests.browser.conftest import Person
from tests.browser.consent_screen import open_settings, provider_region
from tests.browser.letters import arrived, connected, conversation, text_field
from tests.browser.test_life_of_a_connection import lose_the_grant, synced
from tests.product import Product

BOTH = pytest.mark.parametrize("provider", ["Google Workspace", "Microsoft 365"])
Make = Callable[..., str]
MOST_TABS = 80


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus, which must be visible there."""
    expect(target).to_be_visible()
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            ring = target.evaluate("element => getComputedStyle(element).outlineStyle")
            assert ring != "none", "the focus cannot be seen"
            return
    raise AssertionError(f"{target} is not reached with Tab")


def press(page: Page, target: Locator) -> None:
    """Go to a button or link with Tab, and press Enter."""
    tab_to(page, target)
    page.keyboard.press("Enter")


@BOTH
def test_connect_reconnect_and_disconnect_with_the_keyboard_alone(
    product: Product, member: Person, make_mailbox: Make, provider: str
) -> None:
    page, address = member.page, make_mailbox(provider)
    region = provider_region(page, provider)
    open_settings(page, product)
    press(page, region.get_by_role("button", name=wording.CONNECT_ACCOUNT))
    _consent(page, address)
    expect(region.get_by_text(wording.connected_as(address), exact=True)).to_be_visible()
    synced(page, provider)

    lose_the_grant(page, product, provider, address)
    press(page, region.get_by_role("button", name=wording.RECONNECT))
    _consent(page, address)
    expect(region.get_by_text(wording.connected_as(address), exact=True)).to_be_visible()

    asks = region.get_by_role("button", name=wording.DISCONNECT)
    press(page, asks)
    dialog = page.get_by_role("alertdialog").or_(page.get_by_role("dialog")).filter(visible=True)
    expect(dialog.get_by_text(wording.CONFIRM_DISCONNECT, exact=True)).to_be_visible()
    for _ in range(6):
        page.keyboard.press("Tab")
        inside = "element => element.contains(document.activeElement) || document.activeElement === document.body"
        assert dialog.evaluate(inside), "the focus left the dialog"
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(asks).to_be_focused()

    page.keyboard.press("Enter")
    press(page, dialog.get_by_role("button", name=wording.DISCONNECT))
    expect(region.get_by_text(wording.NOT_CONNECTED, exact=True)).to_be_visible()
    expect(page.get_by_text(f"{address} is disconnected")).to_be_visible()


def test_an_answer_from_the_mailbox_to_sent_with_the_keyboard_alone(
    product: Product, member: Person, make_mailbox: Make
) -> None:
    page, mine = member.page, make_mailbox("Google Workspace", threads=2)
    theirs, third = (make_mailbox("Microsoft 365", threads=1) for _ in range(2))
    subject, message_id = conversation(product, mine, theirs, third)
    connected(product, page, "Google Workspace", mine)
    page.goto(product.url + "/mailbox")
    newest = page.get_by_role("link").filter(has_text=subject)
    expect(newest).to_be_visible()
    page.keyboard.press("j")
    expect(newest).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=subject)).to_be_visible()
    page.keyboard.press("r")
    expect(text_field(page)).to_be_focused()
    page.keyboard.type("Thursday suits me")
    press(page, page.get_by_role("button", name="Send", exact=True))
    expect(page.get_by_role("button", name=re.compile("^Undo sending"))).to_be_visible()
    page.keyboard.press("z")
    expect(text_field(page)).to_be_focused()
    expect(text_field(page)).to_have_text("Thursday suits me")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile("/mailbox"))
    assert arrived(product, page, theirs, f"Re: {subject}")["In-Reply-To"] == message_id


def _consent(page: Page, address: str) -> None:
    page.wait_for_url(re.compile(r"^http://127\.0\.0\.1"))
    press(page, page.get_by_role("button", name=address))
    press(page, page.get_by_role("button", name="Allow"))

"""The main path in a browser, for both providers, in the words of the specification."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from easycrm.core import wording
from tests.browser.conftest import Person
from tests.browser.consent_screen import (
    allow,
    connect,
    deny,
    open_settings,
    press_connect,
    provider_region,
    save,
    sign_in_at_provider,
)
from tests.browser.letters import WORKER_MS
from tests.product import Product

BOTH = pytest.mark.parametrize("provider", ["Google Workspace", "Microsoft 365"])
Make = Callable[..., str]


@BOTH
def test_a_member_connects_a_mailbox_and_reads_it(
    product: Product, member: Person, make_mailbox: Make, provider: str
) -> None:
    page, address = member.page, make_mailbox(provider)
    open_settings(page, product)
    expect(page.get_by_role("heading", name="Email Integration", exact=True, level=1)).to_be_visible()
    expect(page.get_by_role("button", name="Connect Account", exact=True)).to_have_count(2)
    provider_region(page, provider).get_by_role("button", name="Connect Account").click()
    allow(page, address)

    region = provider_region(page, provider)
    expect(region.get_by_text(f"Connected as {address}", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/settings/email/?$"))
    expect(region.get_by_text(re.compile(r"Synced"))).to_be_visible(timeout=WORKER_MS)

    page.get_by_role("link", name="Mailbox").first.click()
    newest = product.simulator.newest_subject(address)
    expect(page.get_by_text(newest).first).to_be_visible()
    page.get_by_text(newest).first.click()
    expect(page.get_by_role("heading", name=newest).first).to_be_visible()


@BOTH
def test_new_mail_arrives_without_reloading(
    product: Product, member: Person, make_mailbox: Make, provider: str
) -> None:
    page, address = member.page, make_mailbox(provider)
    connect(page, product, provider, address)
    expect(provider_region(page, provider).get_by_text(re.compile(r"Synced"))).to_be_visible(timeout=WORKER_MS)
    product.simulator.post("deliver", email=address, subject="Delivered just now")

    provider_region(page, provider).get_by_role("button", name="Sync now").click()
    page.get_by_role("link", name="Mailbox").first.click()

    expect(page.get_by_text("Delivered just now").first).to_be_visible(timeout=WORKER_MS)


@BOTH
def test_threat_10_denied_consent_has_its_exact_words_and_a_way_on(
    product: Product, member: Person, make_mailbox: Make, provider: str
) -> None:
    page, address = member.page, make_mailbox(provider)
    press_connect(page, product, provider)
    deny(page, address)

    words = "Email connection was not authorized. Please try again and grant the required permissions"
    expect(page.get_by_text(words, exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/settings/email/?$"))
    page.get_by_role("button", name="Try again").click()
    allow(page, address)
    expect(page.get_by_text(wording.connected_as(address), exact=True)).to_be_visible()


def test_threat_13_an_unticked_permission_is_named_and_nothing_is_connected(
    product: Product, member: Person, make_mailbox: Make
) -> None:
    page, address = member.page, make_mailbox("Google Workspace")
    press_connect(page, product, "Google Workspace")
    sign_in_at_provider(page, address)
    page.get_by_label("Send email on your behalf").uncheck()
    page.get_by_role("button", name="Allow").click()

    expect(page.get_by_text(re.compile("was not given permission to send email as you"))).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    assert product.rows("SELECT count(*) FROM connection WHERE address = ?", address) == [(0,)]


def test_without_a_provider_the_page_says_whom_to_ask(product: Product, member: Person, admin: Person) -> None:
    def switch_both(*, on: bool) -> None:
        for name in ("Google Workspace", "Microsoft 365"):
            admin.page.goto(product.url + "/admin/providers")
            region = provider_region(admin.page, name)
            region.get_by_role("switch", name="Enabled").set_checked(on)
            save(admin.page, region)

    switch_both(on=False)
    try:
        words = "Email integration is not yet configured. Please contact your administrator"
        open_settings(member.page, product)
        expect(member.page.get_by_text(words, exact=True)).to_be_visible()
        expect(member.page.get_by_role("button", name="Connect Account")).to_have_count(0)
        open_settings(admin.page, product)
        expect(admin.page.get_by_text(words, exact=True)).to_be_visible()
        expect(admin.page.get_by_role("link", name="Set up a provider")).to_be_visible()
    finally:
        switch_both(on=True)
    open_settings(member.page, product)
    expect(member.page.get_by_role("button", name="Connect Account")).to_have_count(2)


def test_two_mailboxes_of_different_providers_stand_side_by_side(
    product: Product, member: Person, make_mailbox: Make
) -> None:
    addresses = {name: make_mailbox(name) for name in ("Google Workspace", "Microsoft 365")}
    for name, address in addresses.items():
        connect(member.page, product, name, address)

    for name, address in addresses.items():
        expect(provider_region(member.page, name).get_by_text(wording.connected_as(address))).to_be_visible()

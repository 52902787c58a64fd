"""What happens to a connection after "Connected", as its owner sees it."""

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect

from easycrm.core import wording
from tests.browser.conftest import Person
from tests.browser.consent_screen import (
    allow,
    connect,
    deny,
    open_settings,
    provider_region,
    sign_in_at_provider,
)
from tests.browser.letters import WORKER_MS
from tests.product import Product

BOTH = pytest.mark.parametrize("provider", ["Google Workspace", "Microsoft 365"])
Make = Callable[..., str]


def synced(page: Page, provider: str) -> None:
    """Wait until the import has ended."""
    expect(provider_region(page, provider).get_by_text(re.compile("Synced"))).to_be_visible(timeout=WORKER_MS)


def lose_the_grant(page: Page, product: Product, provider: str, address: str) -> None:
    """Let the grant end at the provider, and the next sync find out."""
    open_settings(page, product)
    region = provider_region(page, provider)
    sync_now = region.get_by_role("button", name="Sync now").element_handle()
    product.simulator.post("grants/revoke", email=address)
    with suppress(PlaywrightError):  # a sync of the worker's own may have taken the button away
        sync_now.click()
    expect(region.get_by_text("Requires Re-authentication", exact=True)).to_be_visible(timeout=WORKER_MS)
    assert not sync_now.evaluate("button => button.isConnected"), "a click on Sync now could fall on Reconnect"


@BOTH
def test_an_ended_grant_is_told_everywhere_and_reconnect_mends_the_same_row(
    product: Product, member: Person, make_mailbox: Make, provider: str
) -> None:
    page, address = member.page, make_mailbox(provider)
    connect(page, product, provider, address)
    synced(page, provider)
    row = product.rows("SELECT id FROM connection WHERE address = ?", address)
    lose_the_grant(page, product, provider, address)
    product.simulator.post("deliver", email=address, subject="While away", count=3)

    page.goto(product.url + "/mailbox")
    banner = page.get_by_text("Your email connection needs re-authentication").filter(visible=True)
    expect(banner.first).to_be_visible()
    expect(page.get_by_text(address).filter(visible=True).first).to_be_visible()
    notices = "SELECT count(*) FROM notice WHERE kind = 'reauthentication' AND body LIKE ?"
    assert product.rows(notices, f"%{address}%") == [(1,)]

    open_settings(page, product)
    provider_region(page, provider).get_by_role("button", name="Reconnect").click()
    allow(page, address)
    expect(provider_region(page, provider).get_by_text(wording.connected_as(address), exact=True)).to_be_visible()
    expect(banner).to_have_count(0)
    expect(provider_region(page, provider).get_by_text(re.compile(r"Recovered 3 emails from"))).to_be_visible(
        timeout=WORKER_MS
    )
    assert product.rows("SELECT id FROM connection WHERE address = ?", address) == row


@BOTH
def test_threat_16_reconnecting_with_another_mailbox_is_refused(
    product: Product, member: Person, make_mailbox: Make, provider: str
) -> None:
    page, address, other = member.page, make_mailbox(provider), make_mailbox(provider)
    connect(page, product, provider, address)
    synced(page, provider)
    query = "SELECT count(*) FROM message JOIN connection ON connection.id = connection_id WHERE address = ?"
    stored = product.rows(query, address)
    lose_the_grant(page, product, provider, address)

    provider_region(page, provider).get_by_role("button", name="Reconnect").click()
    allow(page, other)

    expect(page.get_by_text(wording.connecting.wrong_mailbox(address, other), exact=True)).to_be_visible()
    expect(provider_region(page, provider).get_by_text("Requires Re-authentication", exact=True)).to_be_visible()
    assert product.rows("SELECT count(*) FROM connection WHERE address = ?", other) == [(0,)]
    assert product.rows(query, address) == stored


@BOTH
def test_denying_at_reconnect_leaves_the_status_as_it_was(
    product: Product, member: Person, make_mailbox: Make, provider: str
) -> None:
    page, address = member.page, make_mailbox(provider)
    connect(page, product, provider, address)
    synced(page, provider)
    lose_the_grant(page, product, provider, address)

    provider_region(page, provider).get_by_role("button", name="Reconnect").click()
    deny(page, address)

    expect(page.get_by_text(wording.CONSENT_DENIED, exact=True)).to_be_visible()
    expect(provider_region(page, provider).get_by_text("Requires Re-authentication", exact=True)).to_be_visible()


@BOTH
def test_disconnect_asks_revokes_and_keeps_the_mail(
    product: Product, member: Person, make_mailbox: Make, provider: str
) -> None:
    page, address = member.page, make_mailbox(provider)
    connect(page, product, provider, address)
    synced(page, provider)
    region = provider_region(page, provider)

    region.get_by_role("button", name="Disconnect").click()
    question = "Disconnect email? Synced emails will remain, but new syncing will stop"
    expect(page.get_by_text(question, exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text(question, exact=True)).to_be_hidden()
    expect(region.get_by_text(wording.connected_as(address), exact=True)).to_be_visible()

    region.get_by_role("button", name="Disconnect").click()
    page.get_by_role("dialog").or_(page.get_by_role("alertdialog")).get_by_role("button", name="Disconnect").click()

    expect(region.get_by_text("Not connected", exact=True)).to_be_visible()
    expect(page.get_by_text(f"{address} is disconnected")).to_be_visible()
    assert product.rows(
        "SELECT count(*) FROM token_set JOIN connection ON connection.id = connection_id WHERE address = ?", address
    ) == [(0,)]
    if provider == "Google Workspace":
        grants = product.simulator.get("state")["grants"]
        assert [grant["live"] for grant in grants if grant["email"] == address] == [False]
    else:
        expect(page.get_by_role("link", name=re.compile("permissions"))).to_be_visible()

    page.goto(product.url + "/mailbox")
    expect(page.get_by_text(product.simulator.newest_subject(address)).first).to_be_visible()


def test_a_disconnected_mailbox_connected_again_finds_its_mail(
    product: Product, member: Person, make_mailbox: Make
) -> None:
    page, address, provider = member.page, make_mailbox("Google Workspace"), "Google Workspace"
    connect(page, product, provider, address)
    synced(page, provider)
    query = "SELECT count(*) FROM message JOIN connection ON connection.id = connection_id WHERE address = ?"
    before = int(str(product.rows(query, address)[0][0]))
    region = provider_region(page, provider)
    region.get_by_role("button", name="Disconnect").click()
    page.get_by_role("dialog").or_(page.get_by_role("alertdialog")).get_by_role("button", name="Disconnect").click()
    expect(region.get_by_text("Not connected", exact=True)).to_be_visible()
    product.simulator.post("deliver", email=address, count=2)

    region.get_by_role("button", name="Connect Account").click()
    sign_in_at_provider(page, address)
    page.get_by_role("button", name="Allow").click()

    expect(region.get_by_text(wording.connected_as(address), exact=True)).to_be_visible()
    expect(region.get_by_text(re.compile("Recovered 2 emails"))).to_be_visible(timeout=WORKER_MS)
    assert product.rows(query, address) == [(before + 2,)]
    assert product.rows("SELECT count(*) FROM connection WHERE address = ?", address) == [(1,)]


def test_threat_17_an_expired_secret_is_the_admins_turn_and_nobody_is_asked_to_reconnect(
    product: Product, member: Person, admin: Person, make_mailbox: Make
) -> None:
    page, address, provider = member.page, make_mailbox("Microsoft 365"), "Microsoft 365"
    client = "8f1e6a5c-0000-4000-8000-00000000c0de"
    connect(page, product, provider, address)
    synced(page, provider)
    product.simulator.post("clients", provider="microsoft", client_id=client, secret_expired=True)
    product.simulator.post("grants/expire-access", email=address)
    try:
        provider_region(page, provider).get_by_role("button", name="Sync now").click()
        expect(page.get_by_text(re.compile(wording.PROVIDER_PROBLEM))).to_be_visible(timeout=WORKER_MS)
        expect(provider_region(page, provider).get_by_text(wording.connected_as(address), exact=True)).to_be_visible()
        admin.page.goto(product.url + "/admin/providers")
        admin.page.get_by_role("button", name=re.compile("otific|otice|bell", re.IGNORECASE)).first.click()
        expect(admin.page.get_by_text("Microsoft 365 does not accept EasyCRM at the moment").first).to_be_visible()
        open_incidents = "SELECT count(*) FROM incident WHERE provider = 'microsoft' AND resolved_at IS NULL"
        assert product.rows(open_incidents) == [(1,)]
    finally:
        product.simulator.post("clients", provider="microsoft", client_id=client, secret_expired=False)
        admin.page.goto(product.url + "/admin/providers")


def test_synced_emails_are_deleted_only_by_a_second_decision(
    product: Product, member: Person, make_mailbox: Make
) -> None:
    page, address, provider = member.page, make_mailbox("Microsoft 365"), "Microsoft 365"
    connect(page, product, provider, address)
    synced(page, provider)
    region = provider_region(page, provider)
    expect(region.get_by_role("button", name="Delete synced emails")).to_have_count(0)
    region.get_by_role("button", name="Disconnect").click()
    dialog = page.get_by_role("dialog").or_(page.get_by_role("alertdialog"))
    dialog.get_by_role("button", name="Disconnect").click()
    expect(region.get_by_text("Not connected", exact=True)).to_be_visible()
    stored = "SELECT count(*) FROM message JOIN connection ON connection.id = connection_id WHERE address = ?"
    assert product.rows(stored, address) != [(0,)]

    region.get_by_role("button", name="Delete synced emails").click()
    dialog.get_by_role("button", name="Delete synced emails").click()

    expect(page.get_by_text(re.compile("emails? deleted"))).to_be_visible()
    expect(region.get_by_role("button", name="Delete synced emails")).to_have_count(0)
    assert product.rows(stored, address) == [(0,)]


def test_everything_can_be_downloaded_before_the_disconnect(
    product: Product, member: Person, make_mailbox: Make
) -> None:
    page, address, provider = member.page, make_mailbox("Google Workspace", threads=3), "Google Workspace"
    connect(page, product, provider, address)
    synced(page, provider)
    provider_region(page, provider).get_by_role("button", name="Disconnect").click()

    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("Download everything first")).click()

    mbox = Path(download.value.path()).read_bytes()
    stored = product.rows(
        "SELECT count(*) FROM message JOIN connection ON connection.id = connection_id WHERE address = ?", address
    )
    assert [(mbox.count(b"\nFrom ") + mbox.startswith(b"From "),)] == stored

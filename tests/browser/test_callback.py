"""The callback under attack: nothing comes into being, and the page stays friendly."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from easycrm.core import wording
from tests.browser.conftest import Person, add_session
from tests.browser.consent_screen import intercepted_callback, open_settings, press_connect
from tests.product import Product

GOOGLE = "Google Workspace"
Make = Callable[..., str]
People = Callable[..., Person]


def connections(product: Product, address: str) -> int:
    return int(str(product.rows("SELECT count(*) FROM connection WHERE address = ?", address)[0][0]))


def settled(page: Page) -> None:
    """Wait until the callback has led to the settings page, its parameters gone from the address bar."""
    expect(page).to_have_url(re.compile(r"/settings/email/?$"))


@pytest.mark.parametrize(
    "query", ["", "code=x", "state=&code=x", "state=made-up&code=x", "error=access_denied&state=made-up"]
)
def test_threat_01_a_missing_empty_or_foreign_state_connects_nothing(
    product: Product, member: Person, query: str
) -> None:
    before = product.rows("SELECT count(*) FROM connection")

    member.page.goto(f"{product.url}/settings/email/callback/google?{query}")

    settled(member.page)
    expect(member.page.get_by_role("button", name=re.compile("again"))).to_be_visible()
    assert product.rows("SELECT count(*) FROM connection") == before


def test_threat_04_a_callback_opened_in_another_browser_connects_nothing(
    product: Product, make_person: People, make_mailbox: Make
) -> None:
    address, victim, attacker = make_mailbox(GOOGLE), make_person(), make_person()
    callback = intercepted_callback(attacker.page, product, GOOGLE, address)

    victim.page.goto(callback)

    settled(victim.page)
    expect(victim.page.get_by_text(wording.connecting.CONSENT_UNKNOWN, exact=True)).to_be_visible()
    assert connections(product, address) == 0


def test_threat_05_a_callback_after_signing_out_leads_to_sign_in(
    product: Product, member: Person, make_mailbox: Make
) -> None:
    address = make_mailbox(GOOGLE)
    callback = intercepted_callback(member.page, product, GOOGLE, address)
    member.context.clear_cookies()

    member.page.goto(callback)

    expect(member.page.get_by_role("button", name="Sign in")).to_be_visible()
    assert "code=" not in member.page.url
    assert connections(product, address) == 0


def test_threat_05_a_callback_after_another_user_signed_in_connects_nothing(
    product: Product, make_person: People, make_mailbox: Make
) -> None:
    address, first, second = make_mailbox(GOOGLE), make_person(), make_person()
    callback = intercepted_callback(first.page, product, GOOGLE, address)
    add_session(first.context, product, product.sign_in(second.email, second.password))

    first.page.goto(callback)

    settled(first.page)
    expect(first.page.get_by_text(wording.connecting.CONSENT_UNKNOWN, exact=True)).to_be_visible()
    assert connections(product, address) == 0


@pytest.mark.parametrize("provider", ["Google Workspace", "Microsoft 365"])
def test_threat_06_a_callback_opened_three_times_connects_once(
    product: Product, member: Person, make_mailbox: Make, provider: str
) -> None:
    address = make_mailbox(provider)
    callback = intercepted_callback(member.page, product, provider, address)
    others = [member.context.new_page(), member.context.new_page()]
    for page in (member.page, *others):
        page.evaluate("address => { window.location.href = address }", callback) if page is member.page else page.goto(
            callback, wait_until="commit"
        )
    for page in (member.page, *others):
        settled(page)
        expect(page.get_by_text(wording.connected_as(address), exact=True)).to_be_visible()

    assert connections(product, address) == 1
    query = "SELECT count(*) FROM audit_event WHERE event LIKE '%connected%' AND subject = ?"
    assert product.rows(query, address) == [(1,)]


def test_threat_02_a_replayed_callback_after_the_end_changes_nothing(
    product: Product, member: Person, make_mailbox: Make
) -> None:
    address = make_mailbox(GOOGLE)
    callback = intercepted_callback(member.page, product, GOOGLE, address)
    member.page.goto(callback)
    expect(member.page.get_by_text(wording.connected_as(address), exact=True)).to_be_visible()
    generation = product.rows("SELECT generation FROM connection WHERE address = ?", address)

    member.page.goto(callback)

    settled(member.page)
    expect(member.page.get_by_text(wording.connected_as(address), exact=True)).to_be_visible()
    assert product.rows("SELECT generation FROM connection WHERE address = ?", address) == generation


def test_threat_03_an_expired_state_says_start_again(product: Product, member: Person, make_mailbox: Make) -> None:
    address = make_mailbox(GOOGLE)
    callback = intercepted_callback(member.page, product, GOOGLE, address)
    product.execute("UPDATE consent_attempt SET expires_at = '2020-01-01 00:00:00+00:00' WHERE claimed_at IS NULL")

    member.page.goto(callback)

    settled(member.page)
    expect(member.page.get_by_text(wording.connecting.CONSENT_EXPIRED, exact=True)).to_be_visible()
    expect(member.page.get_by_role("button", name="Start again")).to_be_visible()
    assert connections(product, address) == 0


def test_threat_12_the_other_providers_callback_path_connects_nothing(
    product: Product, member: Person, make_mailbox: Make
) -> None:
    address = make_mailbox(GOOGLE)
    callback = intercepted_callback(member.page, product, GOOGLE, address)

    member.page.goto(callback.replace("/callback/google", "/callback/microsoft"))

    settled(member.page)
    assert connections(product, address) == 0


@pytest.mark.parametrize(
    "garbage", ["%00", "%E2%80%AE", "%0D%0ASet-Cookie:%20a=b", "<script>alert(1)</script>", "x" * 10_000]
)
def test_threat_08_garbage_gets_a_clear_page(product: Product, member: Person, garbage: str) -> None:
    member.page.goto(f"{product.url}/settings/email/callback/google?state={garbage}&code={garbage}&error={garbage}")

    settled(member.page)
    expect(member.page.get_by_role("alert").first).to_be_visible()


def test_the_secrets_of_the_consent_are_in_no_address_of_ours(
    product: Product, member: Person, make_mailbox: Make
) -> None:
    addresses: list[str] = []
    member.page.on("framenavigated", lambda frame: addresses.append(frame.url))
    press_connect(member.page, product, GOOGLE)
    member.page.get_by_role("button", name=make_mailbox(GOOGLE)).or_(
        member.page.get_by_role("button", name="linus@example.org")
    ).first.click()
    member.page.get_by_role("button", name="Allow").click()
    settled(member.page)

    open_settings(member.page, product)
    member.page.go_back()
    assert not [address for address in addresses[-2:] if "code=" in address]

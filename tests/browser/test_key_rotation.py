"""An admin changes the key while a mailbox is connected: what they see, through a reload, to the old key's end."""

import re
import secrets
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from easycrm.core import sealed
from easycrm.core.settings import Settings
from easycrm.mail import consent_attempt
from tests.browser.conftest import Person
from tests.browser.consent_screen import connect, open_settings, provider_region
from tests.product import Product

GOOGLE = "Google Workspace"
# So many that sealing them anew takes some seconds.
MANY = 4_000
WORKER_MS = 60_000


def test_the_key_is_changed_in_view_and_the_mailbox_goes_on_without_the_old_one(
    product: Product, admin: Person, make_mailbox: Callable[[str], str]
) -> None:
    page, address = admin.page, make_mailbox(GOOGLE)
    connect(page, product, GOOGLE, address)
    add_sealed_values(product, admin.email)
    file = product.data / "keys"
    old, new = file.read_text(), sealed.new_key(f"new-{secrets.token_hex(4)}")
    restart_with(product, f"{new}\n{old}")

    page.goto(product.url + "/admin/keys")
    expect(key(page, new)).to_contain_text("New")
    page.get_by_role("button", name="Start rotation").click()
    expect(page.get_by_role("progressbar", name="Key rotation")).to_be_visible(timeout=WORKER_MS)
    before = left(page)
    page.reload()
    expect(page.get_by_role("progressbar", name="Key rotation")).to_be_visible()
    assert 0 < left(page) <= before
    expect(key(page, new)).to_contain_text("In use")
    expect(key(page, old)).to_contain_text("Not used any more", timeout=WORKER_MS)
    expect(page.get_by_role("progressbar")).to_have_count(0)

    restart_with(product, new)
    assert_syncs(product, page, address)
    page.goto(product.url + "/admin/keys")
    expect(page.get_by_role("region", name="Key ring").get_by_role("listitem")).to_have_count(1)
    expect(page.get_by_text("Some values cannot be opened")).to_have_count(0)
    admin.errors[:] = [error for error in admin.errors if "WebSocket connection" not in error]


def add_sealed_values(product: Product, email: str) -> None:
    """Consents that wait for an answer, sealed with the key in use."""
    [(user_id, session_id)] = product.rows(
        'SELECT s.user_id, s.id FROM user_session s JOIN "user" u ON u.id = s.user_id WHERE u.email = ?', email
    )
    ring = sealed.load_ring(Settings(keys="", key_file=product.data / "keys"))
    values: list[str] = []
    for _ in range(MANY):
        state = consent_attempt.state_hash(secrets.token_hex(8))
        values += [state, ring.seal("{}", consent_attempt.binding(state))]
    row = (
        f"(?, ?, 'google', {user_id}, {session_id}, '/', '', '2099-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00')"
    )
    columns = "state_hash, flow, provider, user_id, session_id, return_path, outcome, expires_at, created_at"
    statement = f"INSERT INTO consent_attempt ({columns}) VALUES " + ", ".join([row] * MANY)  # noqa: S608
    product.execute(statement, *values)


def restart_with(product: Product, keys: str) -> None:
    (product.data / "keys").write_text(keys)
    product.restart()


def key(page: Page, entry: str) -> Locator:
    """A key's line on the page."""
    return page.get_by_role("region", name="Key ring").get_by_role("listitem").filter(has_text=entry.partition(":")[0])


def left(page: Page) -> int:
    """How many values the page says are still to be sealed anew."""
    told = page.get_by_role("region", name="Key ring").get_by_role("status").inner_text()
    return int(re.sub(r"\D", "", told.partition(" of ")[0]))


def assert_syncs(product: Product, page: Page, address: str) -> None:
    product.simulator.post("deliver", email=address, subject="With the new key")
    open_settings(page, product)
    provider_region(page, GOOGLE).get_by_role("button", name="Sync now").click()
    page.goto(product.url + "/mailbox")
    expect(page.get_by_text("With the new key").first).to_be_visible(timeout=WORKER_MS)

"""Brings the demo into the states that its pages are looked at in."""

import re
import secrets
import time
from contextlib import suppress

from playwright.sync_api import BrowserContext, Page, expect
from playwright.sync_api import Error as PlaywrightError

from easycrm.core import wording
from tests.letters import letter
from tests.product import Product

ADDRESSES = {"Google Workspace": "ada@example.com", "Microsoft 365": "katherine@example.net"}
MICROSOFT_CLIENT = "8f1e6a5c-0000-4000-8000-00000000c0de"
WORKER_MS = 60_000
CONTACT, COMPANY, SUBJECT = "Mara", "Example", "Room for Friday"
_HTML = '<p>The blue one.</p><img src="https://pictures.example.org/a.png" width="9" height="9">' + (
    '<div class="gmail_quote">On Monday Ada wrote:<blockquote>Which room?</blockquote></div>'
)


def sign_in(context: BrowserContext, product: Product, role: str) -> None:
    """Sign a browser context in as one of the demo's people."""
    name, value = product.cookie(role)
    context.add_cookies([{"name": name, "value": value, "url": product.url}])


def connect_both(page: Page, product: Product) -> None:
    """Let the demo's member connect a mailbox of each provider, and wait until both are imported."""
    for provider, address in ADDRESSES.items():
        page.goto(f"{product.url}/settings/email")
        region = page.get_by_role("region", name=provider)
        region.get_by_role("button", name="Connect Account").click()
        page.get_by_role("button", name=address).click()
        page.get_by_role("button", name="Allow").click()
        expect(region.get_by_text(re.compile("Synced"))).to_be_visible(timeout=WORKER_MS)


def turn_providers(product: Product, *, on: bool) -> None:
    """Put both providers on offer, or take them off."""
    product.execute("UPDATE provider_setup SET enabled = ?", on)


def write_letters(product: Product) -> None:
    """A conversation with a quotation, a remote picture and a file, between the member and the contact."""
    address, now = ADDRESSES["Google Workspace"], time.time()
    sender = f"{CONTACT} <{CONTACT.lower()}@example.org>"
    first = letter(subject=SUBJECT, text="Which room?", sender=sender)
    answer = letter(
        subject=f"Re: {SUBJECT}", html=_HTML, sender=sender, files=(("plan.pdf", "application/pdf", b"%PDF" * 99),)
    )
    for raw, age in ((first, 600), (answer, 60)):
        product.simulator.post("deliver", email=address, raw=raw, thread_id="f00d", received_at=now - age)


def fill(page: Page, product: Product) -> None:
    """A contact with mail, a company, a draft, a message that goes later, and a rule, all of the member signed in."""
    page.goto(f"{product.url}/contacts?new=contact")
    page.get_by_label("Name").fill(CONTACT)
    page.get_by_label("Email addresses").fill(f"{CONTACT.lower()}@example.org")
    page.get_by_label("Company").fill(COMPANY)
    page.get_by_role("button", name="Create contact").click()
    expect(page.get_by_role("heading", name=CONTACT, level=1)).to_be_visible()
    page.goto(f"{product.url}/compose?to={CONTACT.lower()}@example.org")
    page.get_by_role("textbox", name="Message", exact=True).press_sequentially("Shall we meet on Thursday?")
    expect(page.get_by_text("Saved", exact=True)).to_be_visible(timeout=WORKER_MS)
    page.goto(f"{product.url}/settings/email")
    rules = page.get_by_role("region", name="Emails to leave out")
    rules.get_by_label("Domain or address").fill("shop.example")
    rules.get_by_role("button", name="Leave out").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Leave out").click()
    expect(rules.get_by_text("Keeps out")).to_be_visible(timeout=WORKER_MS)
    _put_in_outbox(product, "queued", "Next week", scheduled=True)


def stop_messages(product: Product) -> None:
    """Leave one message unsent, and one of which nobody knows."""
    _put_in_outbox(product, "failed", "Not taken", reason=wording.writing.SEND_NOT_CONNECTED)
    _put_in_outbox(product, "unknown", "Perhaps sent", reason=wording.writing.SEND_STILL_UNKNOWN)


def lose_grants(page: Page, product: Product) -> None:
    """One mailbox asks for its owner, the other's provider refuses EasyCRM itself."""
    page.goto(f"{product.url}/settings/email")
    regions = [page.get_by_role("region", name=provider) for provider in ADDRESSES]
    buttons = [region.get_by_role("button", name="Sync now").element_handle() for region in regions]
    product.simulator.post("grants/revoke", email=ADDRESSES["Google Workspace"])
    product.simulator.post("clients", provider="microsoft", client_id=MICROSOFT_CLIENT, secret_expired=True)
    product.simulator.post("grants/expire-access", email=ADDRESSES["Microsoft 365"])
    for button in buttons:
        with suppress(PlaywrightError):  # a sync of the worker's own may have taken the button away
            button.click()
    expect(page.get_by_text(wording.REQUIRES_REAUTHENTICATION, exact=True)).to_be_visible(timeout=WORKER_MS)
    expect(page.get_by_text(re.compile(wording.PROVIDER_PROBLEM))).to_be_visible(timeout=WORKER_MS)


def _put_in_outbox(product: Product, state: str, subject: str, *, reason: str = "", scheduled: bool = False) -> None:
    """A copy of the draft in another state, which no worker takes up: nothing says when it would be due."""
    product.execute(
        "INSERT INTO outbox_message (user_id, connection_id, key, kind, state, version, \"to\", cc, bcc, subject, html,"
        " quoted, created_at, updated_at, due_at, scheduled, lease_owner, attempts, message_id_header,"
        " provider_message_id, reason) SELECT user_id, connection_id, ?, kind, ?, 1, \"to\", cc, bcc, ?, html, quoted,"
        " created_at, updated_at, '2027-01-11 09:00:00+00:00', ?, '', 1, '', '', ?"
        " FROM outbox_message WHERE state = 'draft' LIMIT 1",
        secrets.token_hex(16), state, subject, scheduled, reason,
    )  # fmt: skip


def invite(page: Page, product: Product) -> str:
    """An invitation, made by the admin who is signed in; its link, which stays on the screen."""
    page.goto(f"{product.url}/admin/users")
    form = page.get_by_role("region", name="Invite somebody")
    form.get_by_label("Email").fill("alan@example.com")
    form.get_by_role("button", name="Invite", exact=True).click()
    field = page.get_by_role("textbox", name="Link", exact=True)
    expect(field).to_have_value(re.compile("/invitation#token="))
    return field.input_value()

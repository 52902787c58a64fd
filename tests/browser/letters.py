"""What the tests of writing share: conversations, the writing page, and what arrived at the provider."""

import base64
import re
import secrets
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, TypeVar

from playwright.sync_api import Locator, Page, expect

from tests.browser.consent_screen import connect, provider_region
from tests.product import Product

Answer = TypeVar("Answer")
WORKER_MS = 60_000
SENT_MS = 60_000
OTHER = {"Google Workspace": "Microsoft 365", "Microsoft 365": "Google Workspace"}


def connected(product: Product, page: Page, provider: str, address: str) -> None:
    """Connect a mailbox and wait until its mail is here."""
    connect(page, product, provider, address)
    expect(provider_region(page, provider).get_by_text(re.compile("Synced"))).to_be_visible(timeout=WORKER_MS)


def conversation(product: Product, mine: str, theirs: str, third: str) -> tuple[str, str]:
    """A message with a file from `theirs` to `mine`, a copy to `third`, lying in Sent there; subject and Message-ID."""
    subject, message_id = f"Plans {secrets.token_hex(3)}", f"<{secrets.token_hex(8)}@mail.example.org>"
    made = EmailMessage(policy=policy.SMTP)
    made["From"], made["To"], made["Cc"] = f"Grace <{theirs}>", f"Me <{mine}>", f"Edsger <{third}>"
    made["Subject"], made["Message-ID"], made["References"] = subject, message_id, "<first@mail.example.org>"
    made.set_content("Shall we meet on Thursday?\n")
    made.add_attachment(b"%PDF" * 500, maintype="application", subtype="pdf", filename="plan.pdf")
    raw = base64.urlsafe_b64encode(made.as_bytes()).decode()
    for address, folder in ((mine, "inbox"), (theirs, "sent")):
        product.simulator.post("deliver", email=address, subject=subject, raw=raw, folder=folder, **{"from": theirs})
    return subject, message_id


def open_thread(product: Product, page: Page, subject: str) -> Locator:
    """Open a conversation in the mailbox; its messages."""
    page.goto(product.url + "/mailbox")
    page.get_by_role("link").filter(has_text=subject).first.click()
    expect(page.get_by_role("heading", name=subject)).to_be_visible()
    return page.get_by_role("article")


def begin(page: Page, button: str) -> Locator:
    """Press one of the buttons below the last message; the field for the text."""
    page.get_by_role("button", name=button, exact=True).last.click()
    return text_field(page)


def text_field(page: Page) -> Locator:
    """The field for the text, once it can be typed into."""
    field = page.get_by_role("textbox", name="Message", exact=True)
    expect(field).to_be_visible()
    return field


def write(page: Page, words: str) -> None:
    """Type at the beginning of the text, and wait until it is kept."""
    text_field(page).press("Control+Home")
    page.keyboard.type(words)
    kept(page)


def kept(page: Page) -> None:
    """Wait until what was typed is kept."""
    expect(page.get_by_text("Saved", exact=True)).to_be_visible(timeout=WORKER_MS)


def send(page: Page) -> None:
    """Send what stands on the writing page, and wait until it is on its way."""
    page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_url(re.compile("/mailbox"))


def arrived(product: Product, page: Page, address: str, subject: str, *, folder: str = "inbox") -> EmailMessage:
    """The one message of this subject in a provider's mailbox, once it is there; `thread` is its conversation."""
    found = until(page, lambda: in_mailbox(product, address, subject, folder))
    assert len(found) == 1
    raw = product.simulator.get("raw", email=address, id=found[0]["id"])["raw"]
    made = message_from_bytes(base64.b64decode(raw), _class=EmailMessage, policy=policy.default)  # pyright: ignore
    made["X-Thread"] = found[0]["thread_id"]
    return made


def in_mailbox(product: Product, address: str, subject: str, folder: str = "inbox") -> list[dict[str, Any]]:
    """What a provider's mailbox has of this subject."""
    truth = product.simulator.truth(address)
    return [one for one in truth if one["subject"] == subject and one["folder"] == folder]


def until(page: Page, ask: Callable[[], Answer]) -> Answer:
    """Ask again and again until the answer is not empty."""
    for _ in range(SENT_MS // 250):
        if answer := ask():
            return answer
        page.wait_for_timeout(250)
    raise AssertionError("it has not come")

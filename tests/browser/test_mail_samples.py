"""Real and deliberately broken mail, received by both providers and opened: text, or an honest word on why not."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from easycrm.core import wording
from tests.browser.conftest import PROVIDERS, Person
from tests.browser.consent_screen import connect
from tests.browser.frames import SHARED
from tests.product import Product

SAMPLES = SHARED / "mail-samples"
REDUCED = 12
R = wording.reading
HONEST = (R.NO_TEXT, R.NO_TEXT_BUT_FILES, R.ENCRYPTED, R.SIGNED, R.OUTLOOK_ONLY)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_sample_is_readable(product: Product, member: Person, tmp_path: Path, full: bool, provider: str) -> None:
    files = sorted(SAMPLES.glob("*.eml"))
    if not files:
        pytest.skip("../shared is missing")
    chosen = files if full else files[:: len(files) // REDUCED + 1]
    for path in chosen:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    address = f"samples-{PROVIDERS[provider]}@example.net"
    product.simulator.post("people", provider=PROVIDERS[provider], email=address, name="Samples", eml_dir=str(tmp_path))
    page = member.page
    connect(page, product, provider, address)

    threads = [str(row[0]) for row in synced(page, product, address, len(chosen))]
    unreadable = [thread for thread in threads if not reads(page, product, thread)]

    print(f"{provider}: {len(threads)} of {len(chosen)} samples opened, {len(unreadable)} without text or notice")
    assert unreadable == []
    assert len(threads) == len(chosen)


def synced(page: Page, product: Product, address: str, count: int) -> list[tuple[object, ...]]:
    """The threads of the mailbox, once the import is through."""
    query = "SELECT t.id FROM thread t JOIN connection c ON c.id = t.connection_id WHERE c.address = ? ORDER BY t.id"
    expect(page.get_by_text(re.compile("Synced")).first).to_be_visible(timeout=60_000)
    for _ in range(300):
        found = product.rows(query, address)
        if len(found) == count:
            break
        page.wait_for_timeout(200)
    return product.rows(query, address)


def reads(page: Page, product: Product, thread: str) -> bool:
    """Whether the open message shows text, a picture or a notice, and says nothing of an error."""
    page.goto(f"{product.url}/mailbox?thread={thread}")
    # A page that is loaded anew may show for a moment what the tab had open before.
    there = f"article[data-thread='{thread}'] details.message[open]"
    message = page.locator(there).last
    expect(message).to_be_visible(timeout=30_000)
    expect(message.get_by_role("status")).to_have_count(0, timeout=30_000)
    if any(message.get_by_text(sentence).count() for sentence in HONEST):
        return True
    if message.locator("iframe").count():
        # Before its document has come, a frame holds an empty one.
        frame = page.locator(f"{there} iframe").last.element_handle().content_frame()
        assert frame is not None
        frame.wait_for_url(re.compile("/mail/frame/"))
        body = frame.locator("body")
        return bool((body.text_content() or "").strip()) or body.locator("img").count() > 0
    return bool((message.locator(".message-text").text_content() or "").strip())

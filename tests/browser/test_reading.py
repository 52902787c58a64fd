"""Reading mail as people do: pictures, folds, attachments, originals; and hostile names that stay words."""

import base64
import random
import re
import time
from collections.abc import Callable
from email.header import Header
from email.message import Message
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Request, expect

from easycrm.core import wording
from tests.browser.conftest import PROVIDERS, Person
from tests.browser.consent_screen import connect
from tests.browser.frames import SHARED
from tests.browser.letters import connected
from tests.letters import letter, png
from tests.product import Product

Make = Callable[..., str]
PAYLOADS = SHARED / "xss-samples" / "payloads.txt"
SAMPLE, IN_A_THREAD = 40, 200
TELL = 'for (const name of ["alert", "confirm", "prompt", "print"]) window[name] = () => { console.debug("ran"); };'
HTML = (
    '<p>See the room</p><img src="cid:room@example.com" width="20" height="20">'
    '<img src="https://pictures.example.org/a.png" width="9" height="9">'
    '<div class="gmail_quote">On Monday Ada wrote:<blockquote>the old words</blockquote></div>'
)
FILES = (
    ("Angebot – März.pdf", "application/pdf", b"%PDF-1.4\n" * 1000),
    ("drawing.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    ("invite.ics", "text/calendar", b"BEGIN:VCALENDAR\r\nSUMMARY:<script>alert(1)</script>\r\nEND:VCALENDAR\r\n"),
)


def open_thread(page: Page, product: Product, subject: str) -> None:
    page.goto(product.url + "/mailbox")
    page.get_by_text(subject).first.click()
    expect(page.get_by_role("heading", level=1, name=re.compile(re.escape(subject)))).to_be_visible()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_thread_is_read_with_its_pictures_folds_and_files(
    product: Product, member: Person, make_mailbox: Make, provider: str
) -> None:
    page, address = member.page, make_mailbox(provider, threads=0)
    thread, now = f"{secret():x}", time.time()
    first = letter(
        subject="Room for Friday", text="Which room?\n\nhttps://example.com/rooms", sender="Ada <ada@example.com>"
    )
    answer = letter(subject="Re: Room for Friday", html=HTML, pictures={"room@example.com": png(20, 20)}, files=FILES)
    for raw, age in ((first, 600), (answer, 60)):
        product.simulator.post("deliver", email=address, raw=raw, thread_id=thread, received_at=now - age)
    connected(product, page, provider, address)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_thread(page, product, "Room for Friday")

    # The newest is open, the older one a line until it is asked for.
    frame = page.frame_locator("details.message[open] iframe")
    expect(frame.get_by_text("See the room")).to_be_visible()
    expect(frame.get_by_text("the old words")).to_be_hidden()
    frame.get_by_text(wording.reading.QUOTED_TEXT).click()
    expect(frame.get_by_text("the old words")).to_be_visible()
    expect(frame.locator("img").first).to_have_js_property("naturalWidth", 20)
    expect(page.get_by_role("link", name="https://example.com/rooms")).to_be_hidden()
    page.get_by_role("button", name="Expand all").click()
    expect(page.get_by_role("link", name="https://example.com/rooms")).to_be_visible()
    page.get_by_role("button", name="Collapse all").click()
    expect(page.get_by_role("link", name="https://example.com/rooms")).to_be_hidden()

    # Recipients in full, on demand.
    page.locator("details.message[open] .recipients summary").click()
    expect(page.get_by_text("Grace Hopper <grace@example.org>")).to_be_visible()
    assert Axe().run(page).response["violations"] == []

    # Remote images wait for a word, for this message or for good.
    assert not [url for url in asked if "pictures.example.org" in url]
    page.get_by_role("button", name="Always show images from grace@example.org").click()
    expect(page.get_by_role("button", name="Stop showing them")).to_be_visible()
    expect(frame.locator("img[src^='https://pictures.example.org']")).to_have_count(1)
    page.get_by_role("button", name="Stop showing them").click()
    expect(page.get_by_role("button", name="Show remote images")).to_be_visible()
    expect(frame.locator("img[src^='https://pictures.example.org']")).to_have_count(0)

    files = page.get_by_role("list", name="Attachments")
    for name, _, data in FILES:
        with page.expect_download() as waiting:
            files.get_by_role("link", name=re.compile(re.escape(name))).click()
        assert waiting.value.suggested_filename == name
        assert Path(waiting.value.path()).read_bytes() == data
    with page.expect_popup() as popup:
        page.locator("details.message[open]").get_by_role("link", name="Show original").click()
    expect(popup.value.get_by_text("Subject: Re: Room for Friday")).to_be_visible()

    page.get_by_role("button", name="Always show images from grace@example.org").click()
    expect(page.get_by_role("button", name="Stop showing them")).to_be_visible()
    page.goto(product.url + "/settings/email")
    trusted = page.get_by_role("region", name=wording.reading.TRUSTED_SENDERS)
    trusted.get_by_role("button", name="Remove grace@example.org").click()
    expect(page.locator(".flash-place")).to_contain_text("are blocked again")
    trusted.get_by_role("button", name="Trust grace@example.org again").click()
    trusted.get_by_role("button", name="Remove grace@example.org").click()
    expect(trusted.get_by_text("Blocked again")).to_be_visible()
    page.reload()
    expect(trusted.get_by_text(wording.reading.NO_TRUSTED_SENDERS)).to_be_visible()


def secret() -> int:
    return random.SystemRandom().getrandbits(60)


def test_an_attachment_of_a_lost_mailbox_says_where_it_is(product: Product, member: Person, make_mailbox: Make) -> None:
    page, address = member.page, make_mailbox("Google Workspace", threads=0)
    product.simulator.post("deliver", email=address, raw=letter(subject="Kept there", files=FILES[:1]))
    connected(product, page, "Google Workspace", address)
    open_thread(page, product, "Kept there")
    product.simulator.post("grants/revoke", email=address)

    with page.expect_popup() as popup:
        page.get_by_role("list", name="Attachments").get_by_role("link").click()

    expect(popup.value.get_by_text(wording.reading.STILL_IN_YOUR_MAILBOX)).to_be_visible()
    popup.value.get_by_role("link", name=f"Open {wording.EMAIL_INTEGRATION}").click()
    expect(popup.value.get_by_role("heading", name=wording.EMAIL_INTEGRATION, level=1)).to_be_visible()


def test_threat_26_subjects_names_texts_and_file_names_stay_words(
    product: Product, member: Person, make_mailbox: Make, full: bool
) -> None:
    if not PAYLOADS.exists():
        pytest.skip("../shared is missing")
    lines = [line for line in PAYLOADS.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    lines = lines if full else random.Random(26).sample(lines, SAMPLE)
    page, address = member.page, make_mailbox("Google Workspace", threads=0)
    ran: list[str] = []
    foreign: list[str] = []
    page.add_init_script(TELL)
    page.on("console", lambda message: ran.append(message.text) if message.text == "ran" else None)
    page.on("request", lambda request: foreign.append(request.url) if is_foreign(request, product) else None)
    for number, line in enumerate(lines):
        thread = f"{number // IN_A_THREAD:016x}"
        product.simulator.post("deliver", email=address, raw=hostile(line), thread_id=thread)
    connect(page, product, "Google Workspace", address)
    query = "SELECT t.id, t.messages FROM thread t JOIN connection c ON c.id = t.connection_id WHERE c.address = ?"
    for _ in range(600):
        if sum(int(str(row[1])) for row in product.rows(query, address)) == len(lines):
            break
        page.wait_for_timeout(200)
    foreign.clear()

    shown = 0
    for ident, count in product.rows(query, address):
        page.goto(f"{product.url}/mailbox?thread={ident}")
        expect(page.locator("details.message")).to_have_count(int(str(count)), timeout=60_000)
        if int(str(count)) > 1:
            page.get_by_role("button", name="Expand all").click()
        expect(page.locator("details.message[open] .message-text")).to_have_count(int(str(count)))
        hrefs = page.eval_on_selector_all(".message-text a", "all => all.map(one => one.getAttribute('href'))")
        assert [href for href in hrefs if not re.match(r"(https?://|mailto:|tel:)", href)] == []
        shown += int(str(count))

    print(f"{shown} of {len(lines)} payloads as subject, sender, text and file name: {len(ran)} ran, {foreign} asked")
    assert shown == len(lines)
    assert (ran, foreign) == ([], [])
    # The same page does tell when something runs.
    with page.expect_console_message(lambda message: message.text == "ran"):
        page.evaluate("window.alert(1)")
    assert ran == ["ran"]


def is_foreign(request: Request, product: Product) -> bool:
    own = (product.url, product.url.replace("http", "ws", 1), product.simulator.url, "data:", "blob:")
    return not request.url.startswith(own)


def hostile(line: str) -> str:
    """A letter that has the payload wherever a sender can write."""
    made = Message()
    made["Subject"] = Header(line, "utf-8", maxlinelen=10**6)
    made["From"] = f"{Header(line, 'utf-8', maxlinelen=10**6).encode()} <mallory@example.org>"
    made["To"] = f"{Header(line, 'utf-8', maxlinelen=10**6).encode()} <ada@example.com>"
    made["Content-Type"] = "multipart/mixed; boundary=edge"
    text = base64.b64encode(f"{line}\nhttps://a.example.com/{line}\n> {line}".encode()).decode()
    made.set_payload(
        f"--edge\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{text}\r\n"
        f'--edge\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="=?utf-8?b?'
        f'{base64.b64encode(line.encode()).decode()}?="\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n'
        "--edge--\r\n"
    )
    return base64.urlsafe_b64encode(made.as_bytes()).decode()

"""The writing page's controls: recipients by keyboard, what a paste brings, signatures, files, and what axe says."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Person
from tests.browser.consent_screen import provider_region
from tests.browser.letters import connected, kept, text_field, write
from tests.product import Product

PASTE = """([field, kind, text]) => {
  const data = new DataTransfer();
  data.setData(kind, text);
  field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""

# The recipients that the letter has when it first appears.
FIRST_PICTURE = """new MutationObserver(() => {
  if (window.firstPicture || !document.querySelector(".letter")) return;
  window.firstPicture = [...document.querySelectorAll(".chip")].map((chip) => chip.innerText);
}).observe(document, { childList: true, subtree: true })"""

PASTED = """<p style="color:red" onclick="window.hit=1">Plain <b>bold</b></p><script>window.hit=1</script>
<img src="https://evil.example/x.png" onerror="window.hit=1"><iframe src="https://evil.example"></iframe>
<a href="javascript:window.hit=1">bad</a> <a href="https://example.org/x">good</a><svg onload="window.hit=1">"""


def paste(page: Page, field: Any, kind: str, text: str) -> None:
    page.evaluate(PASTE, [field.element_handle(), kind, text])


def chips(page: Page, name: str) -> Locator:
    return page.get_by_role("combobox", name=name).locator("xpath=../..").locator(".chip")


def test_recipients_by_keyboard_and_by_paste(
    product: Product, member: Person, make_mailbox: Callable[..., str]
) -> None:
    page, address = member.page, make_mailbox("Google Workspace", threads=1)
    product.simulator.post("deliver", email=address, subject="Hello", **{"from": "Radia Perlman <radia@example.org>"})
    connected(product, page, "Google Workspace", address)
    page.goto(product.url + "/compose")
    field = page.get_by_role("combobox", name="To")
    field.fill("radi")
    suggested = page.get_by_role("option", name="Radia Perlman")
    expect(suggested).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(suggested).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(chips(page, "To")).to_have_text(["Radia Perlman"])
    paste(page, field, "text/plain", 'ada@example.com, "Hopper, Grace" <grace@example.com>\nalan@example.net')
    expect(chips(page, "To")).to_have_text(["Radia Perlman", "ada@example.com", "Hopper, Grace", "alan@example.net"])
    field.press("Backspace")
    field.press("Backspace")
    expect(chips(page, "To")).to_have_text(["Radia Perlman", "ada@example.com", "Hopper, Grace"])
    kept(page)
    page.add_init_script(FIRST_PICTURE)
    page.reload()
    text_field(page)
    assert page.evaluate("window.firstPicture") == ["Radia Perlman", "ada@example.com", "Hopper, Grace"]
    expect(chips(page, "To")).to_have_text(["Radia Perlman", "ada@example.com", "Hopper, Grace"])


def test_threat_25_a_paste_brings_what_the_editor_knows_and_nothing_else(
    product: Product, member: Person, make_mailbox: Callable[..., str]
) -> None:
    page, address = member.page, make_mailbox("Microsoft 365", threads=1)
    connected(product, page, "Microsoft 365", address)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "evil.example" in request.url else None)
    page.goto(product.url + "/compose")
    field = text_field(page)
    field.click()
    paste(page, field, "text/html", PASTED)
    expect(field).to_contain_text("Plain bold")
    kept(page)
    assert page.evaluate("window.hit") is None
    assert asked == []
    # While the clipboard's HTML is parsed, the policy refuses its handlers, and the browser says so.
    assert all("inline event handler" in error for error in member.errors)
    member.errors.clear()
    ((html,),) = product.rows("SELECT html FROM outbox_message WHERE html LIKE '%Plain <strong>bold%'")
    assert '<a href="https://example.org/x"' in str(html)
    assert not [word for word in ("script", "img", "iframe", "svg", "style", "onclick") if word in str(html)]
    page.get_by_role("button", name="Bold").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Italic")).to_be_focused()


def test_the_signature_follows_the_mailbox(product: Product, member: Person, make_mailbox: Callable[..., str]) -> None:
    page, first, second = member.page, make_mailbox("Google Workspace", 1), make_mailbox("Microsoft 365", 1)
    connected(product, page, "Google Workspace", first)
    connected(product, page, "Microsoft 365", second)
    page.goto(product.url + "/compose")
    write(page, "Dear all")
    for address, words in ((first, "Ada, analyst"), (second, "Ada, countess")):
        page.get_by_label("From", exact=True).select_option(label=f"Box <{address}>")
        page.get_by_role("button", name="Signature", exact=True).click()
        page.get_by_role("textbox", name="Signature").fill(words)
        page.get_by_role("button", name="Save signature").click()
        expect(page.get_by_role("dialog", name="Signature")).to_be_hidden()
        expect(text_field(page).locator("[data-signature]")).to_have_text(words)
    page.get_by_label("From", exact=True).select_option(label=f"Box <{first}>")
    expect(text_field(page)).to_have_text("Dear allAda, analyst")
    kept(page)

    page.goto(product.url + "/settings/email")
    region = provider_region(page, "Google Workspace")
    expect(region.get_by_text("Signature: Ada, analyst")).to_be_visible()
    region.get_by_role("button", name=f"Change the signature of {first}").click()
    page.get_by_role("textbox", name="Signature").fill("Ada, engineer")
    page.get_by_role("button", name="Save signature").click()
    expect(region.get_by_text("Signature: Ada, engineer")).to_be_visible()
    page.goto(product.url + "/compose")
    expect(text_field(page).locator("[data-signature]")).to_have_text("Ada, engineer")


def test_files_show_the_limit_of_the_mailbox_and_can_be_taken_out(
    product: Product, member: Person, make_mailbox: Callable[..., str]
) -> None:
    page = member.page
    connected(product, page, "Microsoft 365", make_mailbox("Microsoft 365", 1))
    page.goto(product.url + "/compose")
    text_field(page)
    page.set_input_files("input[type=file]", {"name": "big.bin", "mimeType": "x/y", "buffer": b"x" * 2_400_000})
    expect(page.get_by_role("alert").filter(has_text="Microsoft 365 would not take the message")).to_be_visible()
    page.get_by_role("button", name="Remove big.bin").click()
    expect(page.get_by_role("list", name="Files")).to_have_count(0)

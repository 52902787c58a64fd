"""Answers and new messages: what the recipients and the provider's Sent get, and what the page shows meanwhile."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.browser.letters import (
    OTHER,
    SENT_MS,
    arrived,
    begin,
    connected,
    conversation,
    in_mailbox,
    kept,
    open_thread,
    send,
    text_field,
    until,
    write,
)
from tests.product import Product

DATA = b"ab" * 200_000


@pytest.fixture(params=["Google Workspace", "Microsoft 365"])
def provider(request: pytest.FixtureRequest) -> str:
    """Each provider in turn."""
    return str(request.param)


def test_answers_stay_in_their_thread_here_and_at_the_recipients(
    product: Product, member: Person, make_mailbox: Callable[..., str], provider: str
) -> None:
    page, mine = member.page, make_mailbox(provider, threads=2)
    theirs, third = make_mailbox(OTHER[provider], threads=1), make_mailbox(provider, threads=1)
    subject, message_id = conversation(product, mine, theirs, third)
    connected(product, page, provider, mine)

    thread = open_thread(product, page, subject)
    begin(page, "Reply")
    write(page, "Thursday suits me")
    expect(page.get_by_role("button", name="Change Grace", exact=False)).to_be_visible()
    send(page)
    expect(thread.get_by_label(re.compile("your message to"))).to_contain_text("Thursday suits me")
    open_thread(product, page, subject)
    begin(page, "Reply all")
    expect(page.get_by_role("button", name=re.compile("Change Edsger"))).to_be_visible()
    write(page, "All of us then")
    send(page)
    open_thread(product, page, subject)
    begin(page, "Forward")
    expect(page.get_by_role("list", name="Files")).to_contain_text("plan.pdf")
    page.get_by_role("combobox", name="To").fill(third)
    page.keyboard.press("Enter")
    write(page, "For your information")
    send(page)

    forwarded = arrived(product, page, third, f"Fwd: {subject}")
    (file,) = forwarded.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("plan.pdf", b"%PDF" * 500)
    assert forwarded["In-Reply-To"] == message_id
    everybody = arrived(product, page, third, f"Re: {subject}")
    assert (everybody["In-Reply-To"], everybody["Cc"]) == (message_id, f"Edsger <{third}>")
    answers = until(page, lambda: found if len(found := in_mailbox(product, theirs, f"Re: {subject}")) > 1 else [])
    assert len(answers) == 2
    (own,) = in_mailbox(product, theirs, subject, "sent")
    assert {one["thread_id"] for one in answers} == {own["thread_id"]}
    copies = in_mailbox(product, mine, f"Re: {subject}", "sent")
    (received,) = in_mailbox(product, mine, subject)
    assert {one["thread_id"] for one in copies} == {received["thread_id"]}
    # Graph does not list a message's own References: there the chain begins with the message that is answered.
    earlier = "<first@mail.example.org> " if provider == "Google Workspace" else ""
    assert everybody["References"] == earlier + message_id

    open_thread(product, page, subject)
    expect(thread.get_by_text("Thursday suits me").or_(thread.locator("iframe")).first).to_be_visible()
    expect(thread.get_by_label(re.compile("your message to"))).to_have_count(0, timeout=SENT_MS)
    expect(thread.locator("details.message")).to_have_count(4)


def test_a_new_message_reaches_everybody_with_its_files_and_hides_bcc(
    product: Product, member: Person, make_mailbox: Callable[..., str], provider: str
) -> None:
    page, mine = member.page, make_mailbox(provider, threads=2)
    to, cc, bcc = (make_mailbox(OTHER[provider], threads=1) for _ in range(3))
    connected(product, page, provider, mine)
    page.get_by_role("link", name="Compose").click()
    text_field(page)
    page.get_by_role("combobox", name="To").fill(to)
    page.keyboard.press(",")
    page.get_by_role("button", name="Add Cc").click()
    expect(page.get_by_role("combobox", name="Cc", exact=True)).to_be_focused()
    page.keyboard.type(cc + ";")
    page.get_by_role("button", name="Add Bcc").click()
    expect(page.get_by_role("combobox", name="Bcc", exact=True)).to_be_focused()
    page.keyboard.type(bcc)
    page.keyboard.press("Tab")
    page.get_by_label("Subject").fill("Figures, été")
    page.get_by_role("button", name="Bold").click()
    expect(page.get_by_role("button", name="Bold")).to_have_attribute("aria-pressed", "true")
    expect(text_field(page)).to_be_focused()
    text_field(page).press_sequentially("Important")
    page.set_input_files(
        "input[type=file]", {"name": "été.bin", "mimeType": "application/octet-stream", "buffer": DATA}
    )
    expect(page.get_by_role("list", name="Files")).to_contain_text("été.bin")
    expect(page.get_by_role("progressbar")).to_have_count(0)
    kept(page)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile("/mailbox"))
    for address in (to, cc, bcc):
        made = arrived(product, page, address, "Figures, été")
        assert (made["To"], made["Cc"], made["Bcc"]) == (to, cc, None)
        assert "<strong>Important</strong>" in made.get_body(("html",)).get_content()  # pyright: ignore
        (file,) = made.iter_attachments()
        assert (file.get_filename(), file.get_content()) == ("été.bin", DATA)
    arrived(product, page, mine, "Figures, été", folder="sent")

"""Nothing typed is lost: restart, reload, no connection, two tabs, a failed sending, a changed mind."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from easycrm.core import wording
from tests.browser.conftest import Person, watch
from tests.browser.consent_screen import sign_in_at_provider
from tests.browser.letters import WORKER_MS, arrived, connected, kept, send, text_field, write
from tests.product import Product


@pytest.fixture
def writer(product: Product, member: Person, make_mailbox: Callable[..., str]) -> tuple[Page, str]:
    """A page with an empty message, and the address of its mailbox."""
    address = make_mailbox("Google Workspace", threads=1)
    connected(product, member.page, "Google Workspace", address)
    member.page.goto(product.url + "/compose")
    text_field(member.page)
    return member.page, address


def address_to(page: Page, address: str, subject: str) -> None:
    page.get_by_role("combobox", name="To").fill(address)
    page.get_by_label("Subject").fill(subject)


def test_a_draft_outlives_a_killed_web_process_and_a_reload(
    product: Product, member: Person, writer: tuple[Page, str]
) -> None:
    page, _ = writer
    write(page, "Before. ")
    product.kill_web()
    page.keyboard.type("Meanwhile. ")
    # Both at once: each attempt to save takes them away for a moment.
    told = page.locator(".letter").filter(has=page.get_by_text("Not saved yet", exact=True))
    told = told.filter(has=page.get_by_role("alert").filter(has_text="stays in this tab"))
    expect(told).to_be_visible(timeout=WORKER_MS)
    kept(page)
    # The browser complains of every connection that was refused meanwhile.
    member.errors.clear()
    expect(text_field(page)).to_have_text("Before. Meanwhile. ")
    page.reload()
    expect(text_field(page)).to_have_text("Before. Meanwhile. ", timeout=WORKER_MS)
    page.goto(product.url + "/outbox")
    page.get_by_role("region", name="Drafts").get_by_role("link", name="Open").click()
    expect(text_field(page)).to_have_text("Before. Meanwhile. ")


def test_what_could_not_be_saved_survives_a_reload(writer: tuple[Page, str]) -> None:
    page, _ = writer
    page.route(re.compile(r"/mail/draft/\d+$"), lambda route: route.abort())
    page.on("dialog", lambda dialog: dialog.accept())
    text_field(page).press_sequentially("Not a word is lost")
    expect(page.get_by_text("Not saved yet", exact=True)).to_be_visible()
    page.reload()
    expect(text_field(page)).to_have_text("Not a word is lost")
    page.unroute_all()
    kept(page)


def test_two_tabs_are_told_and_both_texts_stay(product: Product, writer: tuple[Page, str]) -> None:
    page, _ = writer
    other = page.context.new_page()
    errors: list[str] = []
    watch(other, errors)
    write(page, "First tab")
    other.goto(page.url)
    expect(text_field(other)).to_have_text("First tab")
    write(page, "Newer in the ")
    text_field(other).press_sequentially("Second tab, ")
    expect(other.get_by_role("alert").filter(has_text=wording.writing.DRAFT_CHANGED)).to_be_visible()
    first = page.url
    other.get_by_role("button", name="Keep mine as a new draft").click()
    other.wait_for_url(lambda url: "draft=" in url and url != first)
    expect(text_field(other)).to_contain_text("Second tab")
    page.reload()
    expect(text_field(page)).to_have_text("Newer in the First tab")
    page.goto(product.url + "/outbox")
    expect(page.get_by_role("region", name="Drafts").get_by_role("listitem")).to_have_count(2)
    assert errors == []


def test_a_message_is_scheduled_changed_and_taken_back_in_time(
    product: Product, writer: tuple[Page, str], make_mailbox: Callable[..., str]
) -> None:
    page, _ = writer
    theirs = make_mailbox("Microsoft 365", threads=1)
    address_to(page, theirs, "Tomorrow")
    write(page, "See you")
    page.get_by_role("button", name="Send later").click()
    page.get_by_role("button", name="Tomorrow morning").click()
    page.wait_for_url(re.compile("/outbox"))
    scheduled = page.get_by_role("region", name="Scheduled")
    expect(scheduled).to_contain_text("Tomorrow")
    expect(scheduled).to_contain_text("8:00")
    ((due,),) = product.rows("SELECT due_at FROM outbox_message WHERE subject = 'Tomorrow' AND state = 'queued'")
    local = datetime.fromisoformat(str(due)[:19] + "+00:00").astimezone(ZoneInfo("Europe/Berlin"))
    assert (local.hour, local.minute) == (8, 0)

    scheduled.get_by_role("button", name="Edit").click()
    expect(text_field(page)).to_have_text("See you")
    send(page)
    page.get_by_role("button", name=re.compile("^Undo sending")).click()
    expect(text_field(page)).to_have_text("See you")
    write(page, "Now, ")
    send(page)
    assert "Now, See you" in arrived(product, page, theirs, "Tomorrow").get_body(("plain",)).get_content()  # pyright: ignore


def test_a_failed_sending_keeps_the_text_and_leads_to_the_remedy(
    product: Product, writer: tuple[Page, str], make_mailbox: Callable[..., str]
) -> None:
    page, mine = writer
    theirs = make_mailbox("Microsoft 365", threads=1)
    address_to(page, "no address", "Still here")
    write(page, "Every word")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="is not an email address")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Remove no address")).click()
    address_to(page, theirs, "Still here")
    product.simulator.post("grants/revoke", email=mine)
    send(page)
    expect(page.get_by_text("needs your decision")).to_be_attached(timeout=WORKER_MS)
    page.get_by_role("link", name=re.compile("^Outbox")).click()
    failed = page.get_by_role("region", name="Needs your decision")
    expect(failed).to_contain_text(wording.NEEDS_REAUTHENTICATION)
    expect(failed).to_contain_text("Every word")
    expect(failed.get_by_role("button", name=f"Reconnect {mine}")).to_be_visible()
    assert_discard_never_becomes_another_button(product, failed)
    failed.get_by_role("button", name="Edit").click()
    write(page, "Still, ")
    draft = page.url
    page.get_by_role("button", name="Reconnect").click()
    sign_in_at_provider(page, mine)
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url(draft)
    expect(text_field(page)).to_have_text("Still, Every word")
    expect(page.get_by_text(wording.NEEDS_REAUTHENTICATION)).to_have_count(0)
    send(page)
    assert "Every word" in arrived(product, page, theirs, "Still here").get_body(("plain",)).get_content()  # pyright: ignore


def assert_discard_never_becomes_another_button(product: Product, undecided: Locator) -> None:
    """Its outcome turns out while somebody is about to discard the message: the press must not send it again."""
    query = "UPDATE outbox_message SET state = ?, updated_at = ? WHERE subject = 'Still here'"
    product.execute(query, "unknown", str(datetime.now(UTC)))
    expect(undecided).to_contain_text("Outcome unknown")
    discard = undecided.get_by_role("button", name="Discard").element_handle()
    product.execute(query, "failed", str(datetime.now(UTC)))
    expect(undecided).to_contain_text("Not sent")
    assert discard.inner_text() == "Discard"


def test_a_draft_is_discarded_only_when_confirmed(product: Product, writer: tuple[Page, str]) -> None:
    page, _ = writer
    write(page, "Away with it")
    page.get_by_role("button", name="Discard draft").click()
    question = page.get_by_role("alertdialog", name="Discard this draft?")
    question.get_by_role("button", name="Cancel").click()
    kept(page)
    page.get_by_role("button", name="Discard draft").click()
    question.get_by_role("button", name="Discard").click()
    page.wait_for_url(re.compile("/mailbox"))
    expect(page.get_by_text(wording.writing.DISCARDED)).to_be_visible()
    page.goto(product.url + "/outbox")
    expect(page.get_by_text("Nothing is waiting")).to_be_visible()

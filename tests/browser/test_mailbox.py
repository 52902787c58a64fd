"""The mailbox as people use it: views, filters, keys, several at once, and mail that arrives meanwhile."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from easycrm.core import wording
from tests.browser.conftest import Person
from tests.browser.consent_screen import provider_region
from tests.browser.letters import WORKER_MS, connected
from tests.product import Product

PROVIDER = "Google Workspace"
SUBJECTS = ("Alpha plan", "Beta figures", "Gamma notes")


@dataclass
class Mailbox:
    """A member's mailbox page, with three unread conversations in the inbox, the first newest."""

    page: Page
    product: Product
    address: str

    def go(self, query: str = "") -> None:
        self.page.goto(f"{self.product.url}/mailbox{query}")
        expect(self.page.locator(".thread-row, .empty").first).to_be_visible()

    def row(self, subject: str) -> Locator:
        return self.page.locator(".thread-row").filter(has_text=subject)

    def shows(self, *subjects: str) -> None:
        expect(self.page.locator(".thread-subject")).to_have_text(list(subjects))


@pytest.fixture
def mailbox(product: Product, member: Person, make_mailbox: Callable[..., str]) -> Mailbox:
    page, address = member.page, make_mailbox(PROVIDER, threads=0)
    for number, subject in enumerate(SUBJECTS):
        product.simulator.post(
            "deliver", email=address, subject=subject, received_at=time.time() - 60 * (number + 1), unread=True
        )
    connected(product, page, PROVIDER, address)
    made = Mailbox(page, product, address)
    made.go()
    made.shows(*SUBJECTS)
    return made


def test_views_and_filters_stand_in_the_address(mailbox: Mailbox) -> None:
    page = mailbox.page
    mailbox.row("Beta").get_by_role("button", name="Star").click()
    expect(mailbox.row("Beta").get_by_role("button", name="Star")).to_have_attribute("aria-pressed", "true")
    filters = page.get_by_role("group", name="Filters")
    filters.get_by_role("link", name="Starred").click()
    mailbox.shows("Beta figures")
    expect(page).to_have_url(re.compile(r"starred=yes"))
    filters.get_by_role("link", name="Unread").click()
    expect(page).to_have_url(re.compile(r"unread=yes.*starred=yes|starred=yes.*unread=yes"))
    page.reload()
    mailbox.shows("Beta figures")
    filters.get_by_role("link", name="Attachments").click()
    expect(page.get_by_role("heading", name=wording.mailbox.EMPTY_FILTERED[0])).to_be_visible()
    page.go_back()
    mailbox.shows("Beta figures")

    page.get_by_role("navigation", name="Views").get_by_role("link", name="Archived").click()
    expect(page.get_by_role("heading", name=wording.mailbox.EMPTY["archived"][0])).to_be_visible()
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Inbox").click()
    mailbox.shows(*SUBJECTS)
    page.get_by_role("button", name="Person").click()
    page.get_by_label("Mail from or to").fill("nobody@example.org")
    page.get_by_label("Mail from or to").press("Enter")
    expect(page.get_by_role("link", name="With nobody@example.org, remove this filter")).to_be_visible()
    page.get_by_role("link", name="With nobody@example.org, remove this filter").click()
    mailbox.shows(*SUBJECTS)


def test_search_finds_and_ends(mailbox: Mailbox) -> None:
    page = mailbox.page
    page.keyboard.press("/")
    field = page.get_by_role("searchbox", name="Search mail")
    expect(field).to_be_focused()
    page.keyboard.type("gamma")
    page.keyboard.press("Enter")
    mailbox.shows("Gamma notes")
    expect(page).to_have_url(re.compile(r"q=gamma"))
    page.get_by_role("link", name="End the search").click()
    mailbox.shows(*SUBJECTS)


def test_everything_can_be_done_with_single_keys(mailbox: Mailbox) -> None:
    page = mailbox.page
    # Nothing is in focus yet: no row answers, and the first one is still there in all that follows.
    page.keyboard.press("e")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Alpha plan")).to_be_focused()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Beta figures")).to_be_focused()
    page.keyboard.press("s")
    expect(mailbox.row("Beta").get_by_role("button", name="Star")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("o")
    expect(page.get_by_role("heading", name="Beta figures", level=1)).to_be_visible()
    expect(mailbox.row("Beta")).to_have_attribute("data-unread", "false")
    archive = page.get_by_role("region", name="Reading pane").get_by_role("button", name="Archive")
    for key, heading in (("r", "Reply"), ("a", "Reply all"), ("f", "Forward"), ("c", "New message")):
        expect(archive).to_be_visible()
        page.keyboard.press(key)
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        page.go_back()
    expect(archive).to_be_visible()
    page.keyboard.press("u")
    expect(page).to_have_url(re.compile(r"/mailbox/?$"))
    expect(page.get_by_role("link", name="Beta figures")).to_be_focused()
    page.keyboard.press("e")
    mailbox.shows("Alpha plan", "Gamma notes")
    expect(page.get_by_text(wording.mailbox.archived(1))).to_be_visible()
    expect(page.get_by_role("link", name="Gamma notes")).to_be_focused()
    expect(page.locator(".flash-place").get_by_role("button", name="Undo")).to_be_visible()
    page.keyboard.press("z")
    mailbox.shows(*SUBJECTS)
    expect(page.locator(".flash-place")).to_contain_text(wording.mailbox.put_back(True))
    page.keyboard.press("k")
    expect(page.get_by_role("link", name="Beta figures")).to_be_focused()
    page.keyboard.press("o")
    expect(archive).to_be_visible()
    page.keyboard.press("e")
    mailbox.shows("Alpha plan", "Gamma notes")
    expect(page.get_by_role("article")).to_have_count(0)
    page.keyboard.press("k")
    expect(page.get_by_role("link", name="Alpha plan")).to_be_focused()
    page.keyboard.press("Shift+I")
    expect(mailbox.row("Alpha")).to_have_attribute("data-unread", "false")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_hidden()
    page.keyboard.press("/")
    field = page.get_by_role("searchbox", name="Search mail")
    expect(field).to_be_focused()
    page.keyboard.type("jexsu")
    expect(field).to_have_value("jexsu")
    mailbox.shows("Alpha plan", "Gamma notes")
    archived = "SELECT count(*) FROM message WHERE place = 'archive' AND connection_id IN"
    mine = "(SELECT id FROM connection WHERE address = ?)"
    assert mailbox.product.rows(f"{archived} {mine}", mailbox.address) == [(1,)]


def test_several_are_selected_and_archived_together(mailbox: Mailbox) -> None:
    page = mailbox.page
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_text("2 selected")).to_be_visible()
    archive = page.get_by_role("group", name="Selected conversations").get_by_role("button", name="Archive")
    archive.click()
    mailbox.shows("Gamma notes")
    page.get_by_role("button", name="Undo").click()
    mailbox.shows(*SUBJECTS)
    for subject in ("Alpha", "Beta"):
        mailbox.row(subject).get_by_role("checkbox").click()
    expect(page.get_by_text("2 selected")).to_be_visible()
    archive.click()
    mailbox.shows("Gamma notes")
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Archived").click()
    mailbox.shows("Alpha plan", "Beta figures")
    expect(page.locator(".own-marks")).to_have_text(wording.mailbox.OWN_MARKS)
    mailbox.row("Alpha").hover()
    page.get_by_role("button", name="Move Alpha plan to the inbox").click()
    mailbox.shows("Beta figures")
    assert all(one["folder"] == "inbox" for one in mailbox.product.simulator.truth(mailbox.address))


def test_mail_that_arrives_disturbs_neither_place_nor_selection(mailbox: Mailbox) -> None:
    page = mailbox.page
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_text("1 selected")).to_be_visible()
    place = mailbox.row("Beta").get_by_role("checkbox")
    expect(place).to_be_checked()
    mailbox.product.simulator.post("deliver", email=mailbox.address, subject="Delta news")
    sync(mailbox)
    mailbox.shows("Delta news", *SUBJECTS)
    expect(place).to_be_checked()
    expect(page.get_by_role("link", name="Beta figures")).to_be_focused()


def sync(mailbox: Mailbox) -> None:
    """Ask for a sync from another tab, as a person would."""
    other = mailbox.page.context.new_page()
    other.goto(f"{mailbox.product.url}/settings/email")
    provider_region(other, PROVIDER).get_by_role("button", name="Sync now").click()
    expect(mailbox.page.get_by_role("link", name="Delta news")).to_be_visible(timeout=WORKER_MS)
    other.close()


def test_on_a_phone_the_thread_takes_the_lists_place(mailbox: Mailbox) -> None:
    page = mailbox.page
    page.set_viewport_size({"width": 390, "height": 844})
    mailbox.row("Alpha").get_by_role("link").click()
    expect(page.get_by_role("heading", name="Alpha plan", level=1)).to_be_visible()
    expect(page.get_by_role("region", name="Threads")).to_be_hidden()
    page.get_by_role("link", name="Back to the list").click()
    mailbox.shows(*SUBJECTS)
    expect(page.get_by_role("region", name="Reading pane")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

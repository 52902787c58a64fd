"""Contacts on real mail: a timeline as each colleague may see it, and contacts made, changed, put away and added."""

import re
import secrets
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from easycrm.core import wording
from tests.browser.conftest import Person
from tests.browser.consent_screen import open_settings
from tests.browser.letters import WORKER_MS, connected
from tests.product import Product

PROVIDERS = ["Google Workspace", "Microsoft 365"]


def choose_visibility(product: Product, page: Page, address: str, level: str) -> None:
    open_settings(page, product)
    page.get_by_role("button", name=f"Change what colleagues see of {address}").click()
    dialog = page.get_by_role("dialog", name="What colleagues see")
    dialog.get_by_role("radio", name=level, exact=True).check()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_text(re.compile(f"Colleagues see: {level}"))).to_be_visible()


def create(product: Product, page: Page, name: str, emails: str, company: str = "") -> None:
    page.goto(product.url + "/contacts?new=contact")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Email addresses").fill(emails)
    page.get_by_label("Company").fill(company)
    page.get_by_role("button", name="Create contact").click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


def timeline(page: Page) -> Locator:
    return page.get_by_role("region", name="Timeline").get_by_role("listitem")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_colleagues_see_of_each_mailbox_what_its_owner_shows(
    product: Product, make_person: Callable[..., Person], make_mailbox: Callable[..., str], provider: str
) -> None:
    ada, bob, carl = make_person(), make_person(), make_person()
    first, second = make_mailbox(provider, 2), make_mailbox(provider, 2)
    customer, ident = f"grace-{secrets.token_hex(4)}@mail.example.org", f"<{secrets.token_hex(8)}@example.org>"
    both = {"from": customer, "subject": "Both of you", "message_id": ident}
    product.simulator.post("deliver", email=first, **both)
    product.simulator.post("deliver", email=second, **both)
    product.simulator.post("deliver", email=first, subject="Ada alone", **{"from": customer})
    connected(product, ada.page, provider, first)
    connected(product, bob.page, provider, second)
    create(product, carl.page, f"Grace {ident[1:9]}", f"{customer}\n{ident[1:9]}@example.net")
    entries = timeline(carl.page)

    expect(entries).to_have_count(2)
    expect(entries.get_by_text("Subject not shared")).to_have_count(2)
    expect(carl.page.get_by_text("Both of you")).to_have_count(0)

    choose_visibility(product, bob.page, second, "Subjects")
    expect(carl.page.get_by_text("Both of you")).to_be_visible(timeout=WORKER_MS)
    expect(entries).to_have_count(2)
    expect(carl.page.get_by_role("button", name="Both of you")).to_have_count(0)

    choose_visibility(product, bob.page, second, "Everything")
    carl.page.get_by_role("button", name="Both of you").click(timeout=WORKER_MS)
    frame = carl.page.frame_locator("iframe[title='Message: Both of you']")
    expect(frame.locator("body")).not_to_be_empty()
    expect(carl.page.get_by_text("to read only")).to_be_visible()

    choose_visibility(product, ada.page, first, "Nothing")
    expect(entries).to_have_count(1, timeout=WORKER_MS)
    choose_visibility(product, bob.page, second, "Nothing")
    expect(carl.page.get_by_text("No email with this person that you may see")).to_be_visible(timeout=WORKER_MS)

    ada.page.goto(carl.page.url)
    expect(timeline(ada.page)).to_have_count(2)
    ada.page.get_by_role("link", name="Ada alone").click()
    expect(ada.page).to_have_url(re.compile(r"/mailbox/?\?thread="))


def test_new_mail_appears_in_the_timeline_by_itself(
    product: Product, make_person: Callable[..., Person], make_mailbox: Callable[..., str]
) -> None:
    ada, bob = make_person(), make_person()
    address, customer = make_mailbox("Google Workspace", 1), f"linus-{secrets.token_hex(4)}@mail.example.org"
    connected(product, ada.page, "Google Workspace", address)
    create(product, bob.page, "Linus", customer)
    expect(bob.page.get_by_text("No email with this person that you may see")).to_be_visible()
    product.simulator.post("deliver", email=address, subject="Hello", **{"from": customer})
    ada.page.get_by_role("button", name="Sync now").click()
    expect(timeline(bob.page)).to_have_count(1, timeout=WORKER_MS)


def test_a_contact_is_made_changed_put_away_and_brought_back(product: Product, member: Person) -> None:
    page, mark = member.page, secrets.token_hex(4)
    address = f"barbara-{mark}@mail.example.org"
    create(product, page, f"Barbara {mark}", address, f"Org {mark}")
    expect(page.get_by_role("link", name=f"Org {mark}")).to_be_visible()

    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Email addresses").fill(f"{address}\nnonsense")
    page.get_by_label("Job title").fill("Professor")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("“nonsense” is not an email address")
    expect(page.get_by_label("Job title")).to_have_value("Professor")
    page.get_by_label("Email addresses").fill(f"{address}\n{mark}@example.net")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name=f"{wording.writing.COMPOSE} to {mark}@example.net")).to_be_visible()
    expect(page.get_by_text("Professor")).to_be_visible()

    there = page.url
    page.goto(product.url + "/contacts?new=contact")
    page.get_by_label("Name").fill("Again")
    page.get_by_label("Email addresses").fill(f"BARBARA-{mark}+x@mail.example.org")
    page.get_by_role("button", name="Create contact").click()
    expect(page.get_by_role("alert")).to_contain_text(f"belongs to the contact Barbara {mark}")
    page.get_by_role("link", name=f"Open Barbara {mark}").click()
    expect(page).to_have_url(there)

    page.get_by_role("button", name="Archive").click()
    expect(page.get_by_text("Archived", exact=True)).to_be_visible()
    page.goto(product.url + f"/contacts?q={mark}")
    expect(page.get_by_text("Nobody matches")).to_be_visible()
    page.get_by_role("link", name="Archived").click()
    expect(page.get_by_role("link", name="Archived")).to_have_attribute("aria-current", "page")
    page.get_by_role("searchbox").fill(mark)
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile(f"tab=archived&q={mark}"))
    page.get_by_role("link", name=re.compile(f"Barbara {mark}")).click()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_role("button", name="Archive")).to_be_visible()


def test_two_entries_of_one_person_become_one(product: Product, member: Person) -> None:
    page, mark = member.page, secrets.token_hex(4)
    create(product, page, f"Twin {mark} B", f"b-{mark}@mail.example.org")
    create(product, page, f"Twin {mark} A", f"a-{mark}@mail.example.org")
    page.get_by_role("button", name="Merge").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Search contacts").fill(f"Twin {mark}")
    dialog.get_by_role("button", name="Search").click()
    dialog.get_by_role("button", name=f"Choose Twin {mark} B").click()
    dialog.get_by_role("button", name="Merge").click()
    expect(page.get_by_role("link", name=f"{wording.writing.COMPOSE} to b-{mark}@mail.example.org")).to_be_visible()
    page.goto(product.url + f"/contacts?q=Twin {mark}")
    expect(page.get_by_role("list", name="Team contacts").get_by_role("listitem")).to_have_count(1)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_imported_contacts_are_ones_own_until_they_are_added(
    product: Product, make_person: Callable[..., Person], make_mailbox: Callable[..., str], provider: str
) -> None:
    ada, bob = make_person(), make_person()
    address, name = make_mailbox(provider, 1), f"Hedy {secrets.token_hex(4)}"
    product.simulator.post(
        "contacts", email=address, name=name, emails=[f"{name[5:]}@mail.example.org"], title="Inventor"
    )
    connected(product, ada.page, provider, address)
    expect(ada.page.get_by_role("link", name=re.compile("contacts? imported"))).to_be_visible(timeout=WORKER_MS)
    ada.page.goto(product.url + f"/contacts?tab=imported&q={name[5:]}")
    expect(ada.page.get_by_text(re.compile("contacts? imported, last read"))).to_be_visible(timeout=WORKER_MS)
    bob.page.goto(product.url + f"/contacts?q={name[5:]}")
    expect(bob.page.get_by_text("Nobody matches")).to_be_visible()

    ada.page.get_by_role("button", name=f"Add {name} to the team").click()

    expect(bob.page.get_by_role("link", name=re.compile(name))).to_be_visible(timeout=WORKER_MS)
    ada.page.get_by_role("link", name="In the team").click()
    expect(ada.page.get_by_text("Inventor")).to_be_visible()


def test_the_sender_of_a_message_leads_to_the_contact_or_to_a_new_one(
    product: Product, member: Person, make_mailbox: Callable[..., str]
) -> None:
    page, address, mark = member.page, make_mailbox("Microsoft 365", 1), secrets.token_hex(4)
    product.simulator.post(
        "deliver", email=address, subject=f"Hi {mark}", **{"from": f"Lea <lea-{mark}@mail.example.org>"}
    )
    connected(product, page, "Microsoft 365", address)
    page.goto(product.url + "/mailbox")
    page.get_by_text(f"Hi {mark}").first.click()
    page.get_by_role("link", name="Contact", exact=True).click()
    expect(page.get_by_label("Name")).to_have_value("Lea")
    expect(page.get_by_label("Email addresses")).to_have_value(f"lea-{mark}@mail.example.org")
    page.get_by_role("button", name="Create contact").click()
    expect(timeline(page)).to_have_count(1)
    there = page.url
    page.get_by_role("link", name=f"Hi {mark}").click()
    page.get_by_role("link", name="Contact", exact=True).click()
    expect(page).to_have_url(there)

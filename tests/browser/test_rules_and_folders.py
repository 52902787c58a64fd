"""A person leaves mail out by a rule or a folder, learns why it is not here, and gets it back."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.consent_screen import provider_region
from tests.browser.letters import WORKER_MS, connected
from tests.product import Product


@pytest.fixture(params=["Google Workspace", "Microsoft 365"])
def provider(request: pytest.FixtureRequest) -> str:
    """Each provider in turn."""
    return str(request.param)


def stored(product: Product, address: str, subject: str) -> int:
    query = (
        "SELECT count(*) FROM message m JOIN connection c ON c.id = m.connection_id"
        " WHERE c.address = ? AND m.subject = ?"
    )
    return int(str(product.rows(query, address, subject)[0][0]))


def until_stored(page: Page, product: Product, address: str, subject: str, number: int) -> None:
    for _ in range(WORKER_MS // 200):
        if stored(product, address, subject) == number:
            return
        page.wait_for_timeout(200)
    assert stored(product, address, subject) == number


def test_a_domain_rule_removes_mail_and_its_end_brings_it_back(
    product: Product, member: Person, make_mailbox: Callable[..., str]
) -> None:
    page, address = member.page, make_mailbox("Google Workspace")
    product.simulator.post("deliver", email=address, subject="Parcel 17", **{"from": "x@news.shop.example"})
    connected(product, page, "Google Workspace", address)
    rules = page.get_by_role("region", name="Emails to leave out")
    rules.get_by_label("Domain or address").fill("*.shop.example")
    rules.get_by_role("button", name="Leave out").click()
    expect(rules.get_by_role("alert")).to_contain_text("Wildcards")

    rules.get_by_label("Domain or address").fill("shop.example")
    rules.get_by_role("button", name="Leave out").click()
    question = page.get_by_role("alertdialog", name="Leave these emails out?")
    expect(question).to_contain_text("1 email will be removed")
    question.get_by_role("button", name="Leave out").click()
    expect(rules.get_by_text("Keeps out 1 email")).to_be_visible(timeout=WORKER_MS)
    until_stored(page, product, address, "Parcel 17", 0)

    page.get_by_text("Why isn't this email here?").click()
    page.get_by_label("Address or subject").fill("Parcel 17")
    page.get_by_role("button", name="Look for it").click()
    expect(page.get_by_text("It is left out by your rule for the domain shop.example")).to_be_visible()

    rules.get_by_role("button", name="Remove the rule for shop.example").click()
    page.get_by_role("alertdialog", name="Remove this rule?").get_by_role("button", name="Remove rule").click()
    expect(rules.get_by_text("You have no rules")).to_be_visible()
    until_stored(page, product, address, "Parcel 17", 1)


def test_a_folder_is_left_out_and_chosen_again(
    product: Product, member: Person, make_mailbox: Callable[..., str], provider: str
) -> None:
    page, address = member.page, make_mailbox(provider)
    product.simulator.post("deliver", email=address, subject="Folder offer", folder="Label_1")
    connected(product, page, provider, address)
    name = re.compile("^(Labels|Folders)$")
    dialog = page.get_by_role("dialog", name=re.compile("to import"))

    provider_region(page, provider).get_by_role("button", name=name).click()
    expect(dialog.get_by_role("button", name="Save")).to_be_enabled(timeout=WORKER_MS)
    dialog.get_by_role("switch", name="Customers").uncheck()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text(re.compile("will be removed from EasyCRM"))).to_be_visible()
    dialog.get_by_role("button", name="Leave out").click()
    expect(dialog).to_be_hidden()
    until_stored(page, product, address, "Folder offer", 0)

    provider_region(page, provider).get_by_role("button", name=name).click()
    expect(dialog.get_by_role("button", name="Save")).to_be_enabled(timeout=WORKER_MS)
    expect(dialog.get_by_role("switch", name="Customers")).not_to_be_checked()
    dialog.get_by_role("switch", name="Customers").check()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    until_stored(page, product, address, "Folder offer", 1)


def test_a_rule_for_everybody_is_made_by_admins_and_read_by_members(
    product: Product, admin: Person, member: Person, make_mailbox: Callable[..., str]
) -> None:
    admin.page.goto(product.url + "/admin/rules")
    rules = admin.page.get_by_role("region", name="Emails that nobody keeps")
    rules.get_by_label("Domain or address").fill("everywhere.example")
    rules.get_by_role("button", name="Leave out").click()
    admin.page.get_by_role("alertdialog").get_by_role("button", name="Leave out").click()
    expect(rules.get_by_text("everywhere.example")).to_be_visible()
    internal = admin.page.get_by_role("region", name="Mail among ourselves")
    expect(internal.get_by_role("switch")).to_be_checked()
    internal.get_by_label("Further own domains").fill("nodomain")
    internal.get_by_role("button", name="Save").click()
    expect(internal.get_by_role("alert")).to_be_visible()

    connected(product, member.page, "Google Workspace", make_mailbox("Google Workspace"))
    own = member.page.get_by_role("region", name="Emails to leave out")
    expect(own.get_by_text("everywhere.example")).to_be_visible()
    expect(own.get_by_role("button", name="Remove the rule for everywhere.example")).to_have_count(0)

    rules.get_by_role("button", name="Remove the rule for everywhere.example").click()
    admin.page.get_by_role("alertdialog").get_by_role("button", name="Remove rule").click()
    expect(rules.get_by_text("There are no rules for everybody")).to_be_visible()

"""People come by invitation and go at once; admins see what happened, and change the key while everything runs."""

import re
import secrets
from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Person, add_session
from tests.browser.consent_screen import connect
from tests.browser.letters import WORKER_MS, until
from tests.product import Product

PASSWORD = "correct horse battery"


def invite(admin: Page, product: Product, email: str) -> str:
    """The link that the admin is shown, once."""
    admin.goto(product.url + "/admin/users")
    form = admin.get_by_role("region", name="Invite somebody")
    form.get_by_label("Email").fill(email)
    form.get_by_role("button", name="Invite", exact=True).click()
    field = admin.get_by_role("textbox", name="Link", exact=True)
    expect(field).to_have_value(re.compile("/invitation#token="))
    return field.input_value()


def test_somebody_is_invited_chooses_a_password_and_signs_in_again(
    product: Product, admin: Person, browser: Browser
) -> None:
    email = f"invited-{secrets.token_hex(4)}@example.com"
    link = invite(admin.page, product, email)
    token = link.partition("#token=")[2]
    admin.page.get_by_role("button", name="Done").click()
    expect(admin.page.get_by_role("list", name="Invitations").get_by_text(email)).to_be_visible()
    context = browser.new_context()
    page, seen = context.new_page(), list[str]()
    page.on("request", lambda request: seen.extend([request.url, str(request.headers)]))
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: seen.append(str(frame))))

    page.goto(link)
    expect(page.get_by_label("Email")).to_have_value(email)
    assert token not in page.url
    page.reload()
    expect(page.get_by_label("Email")).to_have_value(email)
    page.get_by_label("Your name").fill("Alan Turing")
    page.get_by_label("Password").fill(email)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("alert")).to_contain_text("must not be the email address")
    expect(page.get_by_label("Your name")).to_have_value("Alan Turing")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page).to_have_url(re.compile("/mailbox"))
    assert not [one for one in seen if token in one]

    page.get_by_role("button", name="Your account").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile("/mailbox"))
    page.goto(link)
    expect(page.get_by_role("alert")).to_contain_text("not valid any more")
    assert not product.rows("SELECT 1 FROM access_link WHERE email = ?", email)
    assert token.encode() not in product.stored()
    context.close()


def test_a_deactivated_persons_session_ends_at_once_and_the_tokens_are_gone(
    product: Product, admin: Person, member: Person, make_mailbox: Callable[..., str]
) -> None:
    address = make_mailbox("Google Workspace", threads=2)
    connect(member.page, product, "Google Workspace", address)
    admin.page.goto(product.url + "/admin/users")
    admin.page.get_by_label("Search people").fill(member.email)
    admin.page.get_by_role("button", name=f"Manage {member.email}").click()
    person = admin.page.get_by_role("dialog")
    expect(person.get_by_text(address)).to_be_visible()
    person.get_by_role("button", name="Deactivate").click()
    admin.page.get_by_role("alertdialog").get_by_role("button", name="Deactivate").click()
    expect(admin.page.get_by_text("1 disconnected")).to_be_visible()

    member.page.get_by_role("link", name="Outbox").first.click()

    expect(member.page).to_have_url(re.compile("/sign-in"))
    tokens = "SELECT 1 FROM token_set t JOIN connection c ON c.id = t.connection_id WHERE c.address = ?"
    assert product.rows(tokens, address) == []
    assert product.rows("SELECT status FROM connection WHERE address = ?", address) == [("not_connected",)]


def test_a_person_signs_out_elsewhere_and_changes_the_password(
    product: Product, member: Person, browser: Browser
) -> None:
    elsewhere = product.sign_in(member.email, member.password)
    page = member.page
    page.goto(product.url + "/settings/account")
    where = page.get_by_role("region", name="Where you are signed in")
    expect(where.get_by_role("listitem")).to_have_count(2)
    where.get_by_role("button", name="Sign out everywhere else").click()
    expect(where.get_by_role("listitem")).to_have_count(1)
    context = browser.new_context()
    add_session(context, product, elsewhere)
    other = context.new_page()
    other.goto(product.url + "/mailbox")
    expect(other).to_have_url(re.compile("/sign-in"))
    context.close()

    page.get_by_label("Current password").fill("not the password")
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("New password again").fill(PASSWORD)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("This is not your current password")).to_be_visible()
    expect(page.get_by_label("New password", exact=True)).to_have_value(PASSWORD)
    page.get_by_label("Current password").fill(member.password)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("Password changed")).to_be_visible()
    assert product.sign_in(member.email, PASSWORD)


def test_the_look_that_was_chosen_is_there_after_signing_in_again(
    product: Product, member: Person, browser: Browser
) -> None:
    member.page.goto(product.url + "/settings/account")
    expect(member.page.get_by_role("region", name="Profile")).to_be_visible()
    member.page.get_by_role("button", name="Your account").click()
    member.page.get_by_role("button", name="Dark").click()
    expect(member.page.locator("html")).to_have_class(re.compile("dark"))
    expect(member.page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    # The browser shows it at once, the account has it a moment later.
    until(member.page, lambda: product.rows("SELECT 1 FROM \"user\" WHERE email = ? AND theme = 'dark'", member.email))
    context = browser.new_context(color_scheme="light")
    cookie = product.sign_in(member.email, member.password)
    add_session(context, product, cookie)
    page = context.new_page()
    page.goto(product.url + "/mailbox")
    expect(page.locator("html")).to_have_class(re.compile("dark"))
    context.close()


def test_an_admin_finds_events_by_person_and_kind(product: Product, admin: Person, member: Person) -> None:
    page = admin.page
    page.goto(product.url + "/admin/audit")
    page.get_by_label("Person").select_option(label=member.email)
    page.get_by_label("Kind").select_option("sessions")
    page.get_by_role("button", name="Show").click()
    events = page.get_by_role("region", name="Events").get_by_role("listitem")
    expect(events).to_have_count(1)
    expect(events).to_contain_text("Signed in")
    expect(page).to_have_url(re.compile("kind=sessions"))
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    lines = download.value.path().read_text().splitlines()
    assert [member.email in line for line in lines] == [False, True]

    page.get_by_label("Words").fill("no such thing")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("No such events")).to_be_visible()


def test_a_persons_data_is_deleted_once_the_address_is_typed(
    product: Product, admin: Person, make_person: Callable[..., Person]
) -> None:
    gone = make_person()
    page = admin.page
    page.goto(product.url + "/admin/users")
    page.get_by_label("Search people").fill(gone.email)
    page.get_by_role("button", name=f"Manage {gone.email}").click()
    page.get_by_role("button", name="Delete all data").click()
    question = page.get_by_role("alertdialog", name="Delete everything about this person?")
    question.get_by_label("Type the email address").fill("somebody@example.com")
    question.get_by_role("button", name="Delete everything").click()
    expect(question.get_by_role("alert")).to_be_visible()
    question.get_by_label("Type the email address").fill(gone.email)
    question.get_by_role("button", name="Delete everything").click()

    expect(page.get_by_text("Nobody has such a name or address")).to_be_visible(timeout=WORKER_MS)
    assert product.rows('SELECT 1 FROM "user" WHERE email = ?', gone.email) == []
    assert product.rows("SELECT 1 FROM audit_event WHERE subject = ? OR detail LIKE ?", gone.email, gone.email) == []

"""What a person opens on a page: each step goes on from where the one before left it."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from easycrm.core import wording
from tests.states.demo import CONTACT, SUBJECT, WORKER_MS

Step = Callable[[Page], object]


def press(name: str, *, closing: bool = True) -> Step:
    """Press the first button of this name, after closing whatever is open."""

    def step(page: Page) -> None:
        if closing:
            close(page)
        _button(page, name).click()

    return step


def dialog(name: str) -> Step:
    """Press a button that opens a dialog."""

    def step(page: Page) -> None:
        close(page)
        _button(page, name).click()
        expect(_dialogs(page).first).to_be_visible()

    return step


def popover(name: str) -> Step:
    """Open what stands in a popover with this id; its button may be in sight on phones only."""

    def step(page: Page) -> None:
        page.locator(f"#{name}").evaluate("one => one.showPopover()")

    return step


def close(page: Page) -> None:
    """Close the dialog or popover that is open."""
    page.keyboard.press("Escape")
    expect(_dialogs(page)).to_have_count(0)


def sign_in_wrongly(page: Page) -> None:
    """A password that is not the one."""
    page.get_by_label("Email").fill("ada@example.com")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text(wording.people.WRONG_CREDENTIALS)).to_be_visible()


def open_labels(page: Page) -> None:
    """The labels of the first mailbox, with the provider's newest."""
    dialog("Labels")(page)
    expect(page.get_by_role("button", name="Save")).to_be_enabled(timeout=WORKER_MS)


def look_for_missing(page: Page) -> None:
    """An answer to "Why isn't this email here?"."""
    close(page)
    page.get_by_text(wording.syncing.WHY_MISSING).click()
    page.get_by_label("Address or subject").fill("zzzz")
    page.get_by_role("button", name="Look for it").click()
    expect(page.get_by_text(wording.syncing.NOT_THERE)).to_be_visible(timeout=WORKER_MS)


def leave_out_wrongly(page: Page) -> None:
    """A rule that cannot be."""
    page.get_by_label("Domain or address").fill("*.shop.example")
    page.get_by_role("button", name="Leave out").click()
    expect(page.get_by_text("Wildcards")).to_be_visible()


def select_conversation(page: Page) -> None:
    """A mark at the first conversation."""
    page.get_by_role("checkbox", name=re.compile("^Select ")).nth(1).click()
    expect(page.get_by_role("button", name="Select nothing")).to_be_visible()


def read(page: Page) -> None:
    """A conversation with a quotation, remote pictures, a file and details that are open."""
    close(page)
    page.get_by_text(SUBJECT).first.click()
    page.locator("details.message[open] .recipients summary").click()
    expect(page.get_by_role("list", name="Attachments")).to_be_visible()
    expect(page.get_by_text(wording.reading.IMAGES_BLOCKED)).to_be_visible()


def trust_sender(page: Page) -> None:
    """Remote pictures that are shown, now and from now on."""
    page.get_by_role("button", name=re.compile("^Always show images")).click()
    expect(page.get_by_role("button", name="Stop showing them")).to_be_visible()


def open_contact(page: Page) -> None:
    """The contact, with a timeline."""
    page.get_by_role("link").filter(has_text=CONTACT).first.click()
    expect(page.get_by_role("heading", name=CONTACT, level=1)).to_be_visible()
    expect(page.get_by_role("region", name="Timeline").get_by_role("listitem").first).to_be_visible()


def save_contact_wrongly(page: Page) -> None:
    """An address that is none."""
    page.get_by_label("Email addresses").fill("mara at example")
    page.get_by_role("button", name=re.compile("^(Save|Create contact)$")).click()
    expect(page.get_by_text("is not an email address")).to_be_visible()


def open_company(page: Page) -> None:
    """The company, with its people."""
    page.get_by_role("link").filter(has_text="Example").first.click()
    expect(page.get_by_role("region", name="People")).to_be_visible()


def save_company_wrongly(page: Page) -> None:
    """No name."""
    page.get_by_label("Name").fill("")
    page.get_by_role("button", name=re.compile("^(Save|Create company)$")).click()
    expect(page.get_by_text(wording.contacts.COMPANY_NEEDS_NAME)).to_be_visible()


def send_wrongly(page: Page) -> None:
    """Fields for copies, a file, an open field for a link, and a recipient that is none."""
    page.get_by_role("combobox", name="To").fill("ada@example.com, wrong, ")
    page.get_by_role("button", name="Add Cc").click()
    page.set_input_files("input[type=file]", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"x"})
    page.get_by_role("textbox", name="Message", exact=True).press_sequentially("Words")
    page.get_by_role("button", name="Link", exact=True).click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="is not an email address")).to_be_visible(timeout=WORKER_MS)


def send_again(page: Page) -> None:
    """The question before something goes that may have gone already."""
    page.get_by_role("listitem").filter(has_text="Perhaps sent").get_by_role("button", name="Send again").click()
    expect(_dialogs(page)).to_be_visible()


def change_password_wrongly(page: Page) -> None:
    """A current password that is not the one."""
    page.get_by_label("Current password").fill("not the password")
    page.get_by_label("New password", exact=True).fill("correct horse battery")
    page.get_by_label("New password again").fill("correct horse battery")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text(wording.people.WRONG_PASSWORD)).to_be_visible()


def invite_wrongly(page: Page) -> None:
    """An address that is none."""
    page.get_by_role("button", name="Done").click()
    form = page.get_by_role("region", name="Invite somebody")
    form.get_by_label("Email").fill("nobody")
    form.get_by_role("button", name="Invite", exact=True).click()
    expect(form.get_by_role("alert")).to_be_visible()


def erase(page: Page) -> None:
    """The question before everything is deleted."""
    close(page)
    dialog("Manage member")(page)
    page.get_by_role("button", name="Delete all data").click()
    expect(page.get_by_label(wording.people.ERASE_TYPE)).to_be_visible()


def make_link(page: Page) -> None:
    """The link of an invitation."""
    close(page)
    page.get_by_role("button", name=re.compile("^New link for")).first.click()
    expect(page.get_by_role("textbox", name="Link", exact=True)).to_be_visible()


def verify(page: Page) -> None:
    """The steps of Verify setup, of both providers."""
    for number in (0, 1):
        page.get_by_role("button", name="Verify setup").nth(number).click()
        expect(page.get_by_role("list", name=re.compile("verified")).nth(number)).to_be_visible()


def disconnect(page: Page) -> None:
    """A receipt, and a mailbox that is not connected."""
    dialog("Disconnect")(page)
    page.get_by_role("alertdialog").get_by_role("button", name="Disconnect").click()
    expect(page.get_by_text(wording.NOT_CONNECTED, exact=True)).to_be_visible()


def _button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=re.compile(f"^{name}"), disabled=False).filter(visible=True).first


def _dialogs(page: Page) -> Locator:
    return page.locator("dialog[open]")

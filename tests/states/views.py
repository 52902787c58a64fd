"""The pages, with who looks at them, what shows that they are there, and what is opened on them."""

from dataclasses import dataclass, field
from typing import Literal

from easycrm.core import wording
from tests.states import steps
from tests.states.steps import Step

Role = Literal["", "member", "admin"]


@dataclass(frozen=True)
class View:
    """A page at an address; `shows` is a part of what must be in sight once it is there."""

    route: str
    shows: str
    role: Role = "member"
    steps: dict[str, Step] = field(default_factory=dict[str, Step])

    @property
    def page(self) -> str:
        """The page's own path, as the application names it."""
        return "/" + self.route.partition("?")[0].partition("#")[0]


OUTSIDE = (
    View("sign-in", "Sign in to EasyCRM", "", {"wrong": steps.sign_in_wrongly}),
    View("setup?token=x", "Create the first administrator", ""),
    View(f"setup?error={wording.people.SETUP_LINK_OVER}", wording.people.SETUP_LINK_OVER, ""),
    View("invitation", wording.people.LINK_OVER, ""),
    View("reset-password", wording.people.LINK_OVER, ""),
    View("nowhere", "This page does not exist", ""),
)
UNCONFIGURED = (
    View("settings/email", wording.NOT_CONFIGURED),
    View("settings/email?as=admin", "Set up a provider", "admin"),
    View("admin/providers", "Redirect URI", "admin"),
)
EMPTY = (
    View("", "connect"),
    View("settings/email", wording.CONNECT_ACCOUNT),
    View("settings/email/callback/google?error=access_denied&state=x", "Start again"),
    View("settings/email/callback/microsoft?error=access_denied&state=x", "Start again"),
    View("mailbox", "connect"),
    View("contacts", "No contacts yet"),
    View("contacts?tab=imported", "Imported"),
    View("contacts?tab=companies", "No companies yet"),
    View("contacts?tab=archived", "Nothing is archived"),
    View("compose", "No mailbox is connected yet"),
    View("outbox", "Nothing is waiting"),
    View("admin/health", wording.health.NONE_CONNECTED, "admin"),
    View("admin/rules", "There are no rules for everybody", "admin", {"wrong": steps.leave_out_wrongly}),
)
FULL = (
    View(
        "mailbox",
        "Nothing is open",
        steps={
            "search-help": steps.popover("search-help"),
            "keys": steps.popover("keys"),
            "person": steps.popover("person-filter"),
            "selected": steps.select_conversation,
            "thread": steps.read,
            "trusted": steps.trust_sender,
        },
    ),
    View(
        "settings/email",
        "Connected as",
        steps={
            "labels": steps.open_labels,
            "signature": steps.dialog("Add a signature"),
            "colleagues": steps.dialog("Change what colleagues see"),
            "remove-rule": steps.dialog("Remove the rule"),
            "disconnect": steps.dialog("Disconnect"),
            "missing": steps.look_for_missing,
            "wrong": steps.leave_out_wrongly,
            "account": steps.popover("account"),
            "notifications": steps.popover("notifications"),
        },
    ),
    View("mailbox?thread=999999", "Back to the mailbox"),
    View("mailbox?q=figures", "Search"),
    View("mailbox?q=zzzz", wording.mailbox.EMPTY_SEARCH[0]),
    View("mailbox?with=zzzz@example.com", wording.mailbox.EMPTY_FILTERED[0]),
    View("contacts", "Mara", steps={
        "contact": steps.open_contact, "merge": steps.dialog("Merge"), "edit": steps.press("Edit"),
        "wrong": steps.save_contact_wrongly,
    }),
    View("contacts?new=contact", "New contact", steps={"wrong": steps.save_contact_wrongly}),
    View("contacts?contact=999999", "All contacts"),
    View("contacts?tab=imported", "imported"),
    View("contacts?tab=companies", "1 person", steps={
        "company": steps.open_company, "edit": steps.press("Edit"), "wrong": steps.save_company_wrongly,
    }),
    View("contacts?new=company", "New company", steps={"wrong": steps.save_company_wrongly}),
    View("contacts?company=999999", "All companies"),
    View("compose", "Attach files", steps={
        "wrong": steps.send_wrongly, "later": steps.press("Send later", closing=False),
        "signature": steps.dialog("Signature"), "discard": steps.dialog("Discard draft"),
    }),
    View("compose?draft=999999", "There is no such draft"),
    View("outbox", "Scheduled", steps={"discard": steps.dialog("Discard")}),
    View("settings/account", "Where you are signed in", steps={"wrong": steps.change_password_wrongly}),
    View("admin/health", "Emails stored", "admin", {"more": steps.popover("more")}),
    View("admin/providers", "Redirect URI", "admin", {"verified": steps.verify}),
    View("admin/rules", "Mail among ourselves", "admin"),
    View("admin/users", "Withdraw", "admin", {
        "person": steps.dialog("Manage member"), "deactivate": steps.press("Deactivate", closing=False),
        "erase": steps.erase, "link": steps.make_link, "wrong": steps.invite_wrongly,
    }),
    View("admin/audit", "Mailbox connected", "admin"),
    View("admin/audit?text=zzzz", "No such events", "admin"),
    View("admin/keys", "How to change the key", "admin"),
)  # fmt: skip
BROKEN = (
    View("settings/email", wording.REQUIRES_REAUTHENTICATION, steps={
        "notifications": steps.popover("notifications"),
    }),
    View("mailbox", wording.NEEDS_REAUTHENTICATION),
    View("compose", "New message"),
    View("outbox", "Outcome unknown", steps={"again": steps.send_again}),
    View("admin/health", "Whose turn", "admin", {
        "history": steps.dialog("History"), "ask": steps.dialog("Ask to reconnect"),
    }),
    View("admin/providers", "Redirect URI", "admin"),
)  # fmt: skip
LEFT = (
    View("settings/email", wording.REQUIRES_REAUTHENTICATION, steps={
        "disconnected": steps.disconnect, "delete": steps.dialog("Delete synced emails"),
    }),
)  # fmt: skip


def everything() -> tuple[View, ...]:
    """Every view of every state, in their order."""
    return (*OUTSIDE, *UNCONFIGURED, *EMPTY, *FULL, *BROKEN, *LEFT)

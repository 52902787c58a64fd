"""The way to every page: at the side, and on phones in a bar of a few with the rest behind "More"."""

from dataclasses import dataclass

import reflex as rx

from easycrm.core import wording
from easycrm.pages.parts.button import link
from easycrm.pages.sending_bar import SendingState


@dataclass(frozen=True)
class Entry:
    """A page in the navigation; `key` is what the page calls itself in `frame(active=…)`."""

    key: str
    icon: str
    words: str
    to: str


EVERYDAY = (
    Entry("mailbox", "mail", "Mailbox", "/mailbox"),
    Entry("contacts", "contact-round", "Contacts", "/contacts"),
    Entry("outbox", "send", "Outbox", "/outbox"),
)
SETTINGS = (Entry("email", "plug", wording.EMAIL_INTEGRATION, "/settings/email"),)
ADMINISTRATION = (
    Entry("health", "activity", "Health", "/admin/health"),
    Entry("providers", "key-round", "Providers", "/admin/providers"),
    Entry("rules", "funnel-x", "Rules", "/admin/rules"),
    Entry("users", "users", "Users", "/admin/users"),
    Entry("audit", "scroll-text", "Audit", "/admin/audit"),
    Entry("keys", "lock-keyhole", "Keys", "/admin/keys"),
)


def navigation(active: str, *, admin: rx.Var[bool]) -> rx.Component:
    """Every page this person may open; `active` is the one that is."""
    return rx.el.nav(
        *[_entry(entry, active) for entry in EVERYDAY],
        rx.el.span("Settings", class_name="nav-group"),
        *[_entry(entry, active) for entry in SETTINGS],
        rx.cond(
            admin,
            rx.fragment(
                rx.el.div(
                    rx.el.span("Administration", class_name="nav-group"),
                    *[_entry(entry, active) for entry in ADMINISTRATION],
                    class_name="nav-admin",
                ),
                _more(active),
            ),
        ),
        aria_label="Main",
        class_name="nav",
    )


def _entry(entry: Entry, active: str) -> rx.Component:
    count = (_waiting(),) if entry.key == "outbox" else ()
    inner = (rx.icon(entry.icon, size=18, aria_hidden=True), rx.el.span(entry.words), *count)
    return link(*inner, to=entry.to, class_name="nav-link", **_current(entry, active))


def _current(entry: Entry, active: str) -> dict[str, str]:
    return {"aria_current": "page"} if entry.key == active else {}


def _more(active: str) -> rx.Component:
    """On phones: a button in the bar, and the pages of the administration in what it opens."""
    inside = {"aria_current": "true"} if active in {entry.key for entry in ADMINISTRATION} else {}
    return rx.el.div(
        rx.el.button(
            rx.icon("ellipsis", size=18, aria_hidden=True),
            rx.el.span("More"),
            type="button",
            class_name="nav-link",
            custom_attrs={"popoverTarget": "more"},
            **inside,
        ),
        rx.el.div(
            *[
                link(
                    rx.icon(entry.icon, size=18, aria_hidden=True),
                    rx.el.span(entry.words),
                    to=entry.to,
                    class_name="menu-item",
                    **_current(entry, active),
                )
                for entry in ADMINISTRATION
            ],
            id="more",
            class_name="popover popover-more",
            custom_attrs={"popover": "auto"},
        ),
        class_name="nav-more",
    )


def _waiting() -> rx.Component:
    """How many messages wait for a decision; else how many drafts there are, quietly."""
    return rx.cond(
        SendingState.attention > 0,
        rx.el.span(
            SendingState.attention,
            rx.el.span(
                rx.cond(SendingState.attention == 1, " needs your decision", " need your decision"),
                class_name="only-read",
            ),
            class_name="nav-count nav-count-bad",
        ),
        rx.cond(
            SendingState.drafts > 0,
            rx.el.span(
                SendingState.drafts,
                rx.el.span(rx.cond(SendingState.drafts == 1, " draft", " drafts"), class_name="only-read"),
                class_name="nav-count",
            ),
        ),
    )

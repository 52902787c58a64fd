"""What stands beside the list: the views that every mailbox has, then folders and labels."""

import reflex as rx

from easycrm.core import wording
from easycrm.pages.mailbox_state import FolderItem, MailboxState
from easycrm.pages.parts.button import link

_ICONS = {
    "inbox": "inbox",
    "unread": "mail",
    "starred": "star",
    "sent": "send",
    "archived": "archive",
    "all": "mails",
}


def views_bar() -> rx.Component:
    """A column beside the list; where there is no room, a row above it."""
    return rx.el.nav(
        *[_view(view, words) for view, words in wording.mailbox.VIEWS.items()],
        rx.cond(
            MailboxState.folders.length() > 0,
            rx.fragment(
                rx.el.span("Labels and folders", class_name="views-group"),
                rx.foreach(MailboxState.folders, _folder),
            ),
        ),
        aria_label="Views",
        class_name="views",
    )


def _view(view: str, words: str) -> rx.Component:
    unread = rx.cond(
        MailboxState.unread != "",
        rx.el.span(MailboxState.unread, rx.el.span(" unread", class_name="only-read"), class_name="view-count numbers"),
    )
    return link(
        rx.icon(_ICONS[view], size=16, aria_hidden=True),
        rx.el.span(words, class_name="view-name"),
        *([unread] if view == "inbox" else []),
        to=MailboxState.view_hrefs[view],
        aria_current=rx.cond(MailboxState.view == view, "page", "false"),
        class_name="view",
    )


def _folder(folder: FolderItem) -> rx.Component:
    return rx.fragment(
        rx.cond(folder.address != "", rx.el.span(folder.address, class_name="views-address")),
        link(
            rx.icon("tag", size=15, aria_hidden=True),
            rx.el.span(folder.name, class_name="view-name"),
            to=folder.href,
            title=folder.name,
            aria_current=rx.cond(folder.active, "page", "false"),
            class_name="view",
        ),
    )

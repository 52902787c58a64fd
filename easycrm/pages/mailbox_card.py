"""One connected mailbox on the Email Integration page: status, progress, freshness, and what can be done."""

import reflex as rx

from easycrm.core import wording
from easycrm.mail.connection import Status
from easycrm.pages.colleagues import colleagues_line, contacts_line
from easycrm.pages.consent import ConsentState
from easycrm.pages.download import download_link
from easycrm.pages.email_state import EmailState
from easycrm.pages.folders import folders_button
from easycrm.pages.forget import delete_button
from easycrm.pages.mailbox_item import MailboxItem
from easycrm.pages.parts.browser import count, moment
from easycrm.pages.parts.button import button
from easycrm.pages.parts.chart import DayBars, Remaining
from easycrm.pages.parts.feedback import pill, progress, tag
from easycrm.pages.signature import signature_line


def mailbox_card(item: MailboxItem) -> rx.Component:
    """The row of one mailbox."""
    connected = item.status == Status.CONNECTED.value
    return rx.el.li(
        rx.el.div(
            rx.cond(connected, None, rx.el.span(item.address, class_name="mailbox-address")),
            pill(item.status_text, item.tone),
            rx.cond(connected & item.default_sender, tag("Default sender")),
            class_name="mailbox-head",
        ),
        rx.el.div(
            # By their keys these stay two buttons: a click meant for the one never falls on what has taken its place.
            rx.cond(
                connected,
                rx.fragment(
                    button(
                        rx.icon("refresh-cw", size=15, aria_hidden=True),
                        "Sync now",
                        key="sync",
                        look="quiet",
                        on_click=EmailState.sync_now(item.id),
                    ),
                    folders_button(item),
                    rx.cond(
                        item.default_sender,
                        None,
                        button("Send from this by default", look="quiet", on_click=EmailState.send_from(item.id)),
                    ),
                ),
                button(
                    wording.RECONNECT,
                    key="reconnect",
                    look=rx.cond(item.status == Status.NOT_CONNECTED.value, "plain", "primary"),
                    on_click=ConsentState.reconnect(item.provider, item.id),
                    disabled=ConsentState.leaving != "",
                ),
            ),
            rx.cond(
                item.status == Status.NOT_CONNECTED.value,
                rx.cond(
                    item.done > 0,
                    rx.fragment(
                        download_link(
                            wording.syncing.DOWNLOAD_STORED, item.id, item.address, class_name="button button-quiet"
                        ),
                        delete_button(item),
                    ),
                ),
                button(
                    wording.DISCONNECT, look="warn-quiet", on_click=EmailState.ask_disconnect(item.id, item.address)
                ),
            ),
            class_name="mailbox-actions",
        ),
        rx.el.div(
            rx.cond(item.importing, _importing(item)),
            rx.cond(item.reason != "", rx.el.p(item.reason)),
            rx.cond(connected & (item.missing != ""), _missing(item)),
            rx.cond(connected & ~item.importing, _freshness(item)),
            rx.cond(item.recovered != "", rx.el.p(item.recovered)),
            contacts_line(item),
            colleagues_line(item),
            rx.cond(item.status != Status.NOT_CONNECTED.value, signature_line(item)),
            rx.cond(item.done > 0, DayBars.create(counts=item.counts, first=item.first_day, label="Emails a day")),
            class_name="mailbox-details",
        ),
        key=item.id.to_string(),
        class_name="mailbox-card",
    )


def _importing(item: MailboxItem) -> rx.Component:
    return rx.el.div(
        progress(item.percent, label=f"Importing {item.address}", unknown=item.total == 0),
        rx.el.p(
            rx.cond(
                item.total > 0,
                rx.fragment(
                    "Importing your email: ",
                    count(item.done),
                    " of ",
                    count(item.total),
                    Remaining.create(done=item.done, total=item.total),
                ),
                rx.fragment("Importing your email: ", count(item.done), " so far"),
            ),
        ),
        class_name="grid gap-2",
    )


def _freshness(item: MailboxItem) -> rx.Component:
    return rx.cond(
        item.delayed != "",
        rx.el.p(rx.icon("clock-alert", size=15, aria_hidden=True), item.delayed, class_name="mailbox-delayed"),
        rx.el.p(
            rx.cond(
                item.synced_at != "",
                rx.fragment("Synced ", moment(item.synced_at)),
                "Waiting for the first sync",
            ),
            rx.cond(item.next_at != "", rx.fragment(" · next ", moment(item.next_at, "until"))),
        ),
    )


def _missing(item: MailboxItem) -> rx.Component:
    return rx.el.p(
        f"EasyCRM may no longer {item.missing}. ",
        rx.el.button(
            "Grant it again", type="button", class_name="link", on_click=ConsentState.reconnect(item.provider, item.id)
        ),
        class_name="mailbox-delayed",
    )

"""Settings → Email Integration: the providers on offer, and all that can be done to the person's mailboxes."""

import reflex as rx

from easycrm.core import wording
from easycrm.pages.access import access_panel
from easycrm.pages.colleagues import colleagues_dialog
from easycrm.pages.consent import ConsentState
from easycrm.pages.download import download_link
from easycrm.pages.email_state import EmailState, Goodbye
from easycrm.pages.folders import folders_dialog
from easycrm.pages.forget import delete_dialog
from easycrm.pages.own_rules import own_rules
from easycrm.pages.parts.button import button, button_link
from easycrm.pages.parts.confirm import confirm
from easycrm.pages.parts.feedback import empty, notice, skeleton
from easycrm.pages.provider_region import provider_region, turned_off_region
from easycrm.pages.shell import ShellState, frame, page_heading
from easycrm.pages.signature import signature_dialog
from easycrm.pages.trusted_senders import trusted_senders
from easycrm.pages.why_missing import why_missing


def email_integration() -> rx.Component:
    """The page."""
    return frame(
        page_heading(
            wording.EMAIL_INTEGRATION,
            "Connect your work mailbox. EasyCRM then keeps your email beside the people it belongs to.",
        ),
        rx.el.div(
            _problem(),
            rx.foreach(EmailState.receipt, _receipt),
            rx.cond(EmailState.loaded, _providers(), _skeletons()),
            rx.cond(EmailState.has_mailbox, rx.fragment(own_rules(), trusted_senders(), why_missing())),
            rx.cond(EmailState.providers.length() > 0, access_panel()),
            class_name="stack",
        ),
        _disconnect_dialog(),
        delete_dialog(),
        folders_dialog(),
        colleagues_dialog(),
        signature_dialog(),
        active="email",
    )


def _providers() -> rx.Component:
    return rx.fragment(
        rx.cond(
            EmailState.providers.length() > 0,
            rx.el.div(rx.foreach(EmailState.providers, provider_region), class_name="stack"),
            _not_configured(),
        ),
        rx.cond(EmailState.turned_off.length() > 0, turned_off_region()),
    )


def _not_configured() -> rx.Component:
    return rx.el.div(
        empty(
            "plug-zap",
            wording.NOT_CONFIGURED,
            rx.cond(
                ShellState.admin,
                rx.fragment(
                    rx.el.p("You are an administrator: enter the application of Google Workspace or Microsoft 365."),
                    button_link("Set up a provider", to="/admin/providers", look="primary"),
                ),
            ),
        ),
        class_name="card",
    )


def _problem() -> rx.Component:
    return rx.cond(
        ConsentState.problem != "",
        notice(
            ConsentState.problem,
            tone="bad",
            actions=(
                button(
                    ConsentState.problem_action,
                    on_click=ConsentState.try_again,
                    disabled=ConsentState.leaving != "",
                ),
                button("Dismiss", look="quiet", on_click=ConsentState.dismiss),
            ),
            role="alert",
        ),
    )


def _receipt(goodbye: Goodbye) -> rx.Component:
    return notice(
        f"{goodbye.address} is disconnected",
        rx.foreach(goodbye.lines, lambda line: rx.el.span(line)),
        rx.cond(
            goodbye.link != "",
            rx.el.a(
                goodbye.link_words, href=goodbye.link, target="_blank", rel="noopener noreferrer", class_name="link"
            ),
        ),
        icon="receipt-text",
        actions=(button("Close", look="quiet", on_click=EmailState.put_receipt_away),),
    )


def _disconnect_dialog() -> rx.Component:
    return confirm(
        rx.el.p(EmailState.asked_address, class_name="font-medium break-all"),
        rx.cond(EmailState.asked_warning != "", rx.el.p(EmailState.asked_warning)),
        rx.el.p(download_link(wording.syncing.DOWNLOAD_EVERYTHING, EmailState.asked_about, EmailState.asked_address)),
        name="disconnect",
        question=wording.CONFIRM_DISCONNECT,
        open=EmailState.asked_about > 0,
        yes=wording.DISCONNECT,
        on_yes=EmailState.confirm_disconnect,
        on_no=EmailState.keep,
    )


def _skeletons() -> rx.Component:
    card = rx.el.div(
        rx.el.div(skeleton("44px", "44px"), skeleton("180px", "18px"), class_name="flex items-center gap-4"),
        skeleton("70%"),
        class_name="card card-body grid gap-5",
    )
    return rx.el.div(card, card, rx.el.span("Loading", role="status", class_name="only-read"), class_name="stack")

"""The mailboxes on the health page that need somebody: list, run history, and asking their owners to reconnect."""

import reflex as rx

from easycrm.core import wording
from easycrm.pages.admin_health_state import AdminHealthState, RunItem, TroubleItem
from easycrm.pages.parts.browser import Dialog, count, moment
from easycrm.pages.parts.button import button
from easycrm.pages.parts.confirm import confirm
from easycrm.pages.parts.feedback import pill
from easycrm.pages.parts.table import card, table

_RUN_HEADS = ["When", "Kind", "Stored", "Removed", "Left out", "Error"]


def troubled() -> rx.Component:
    """Mailboxes that wait for their owner or are late, with what can be done."""
    return card(
        "Mailboxes that need somebody",
        rx.cond(
            AdminHealthState.troubled.length() > 0,
            table(
                "Mailboxes that need somebody",
                ["Mailbox", "What is the matter", "Whose turn", "Last success", ""],
                rx.foreach(AdminHealthState.troubled, _trouble),
            ),
            rx.el.p(
                rx.cond(AdminHealthState.connected != 0, wording.health.ALL_WELL, wording.health.NONE_CONNECTED),
                class_name="muted",
            ),
        ),
        actions=(
            rx.cond(
                AdminHealthState.troubled.length() > 1,
                button("Ask all to reconnect", on_click=AdminHealthState.ask_all),
            ),
        ),
    )


def _trouble(item: TroubleItem) -> rx.Component:
    return rx.el.tr(
        rx.el.td(rx.el.div(item.address, class_name="font-medium"), rx.el.div(item.provider, class_name="muted small")),
        rx.el.td(pill(item.status, "warn"), rx.el.div(item.problem, class_name="muted small")),
        rx.el.td(item.turn),
        rx.el.td(rx.cond(item.since != "", moment(item.since), "never")),
        rx.el.td(
            button("History", look="quiet", on_click=AdminHealthState.show_history(item.id, item.address)),
            button("Ask to reconnect", look="quiet", on_click=AdminHealthState.ask_one(item.id)),
            class_name="nowrap",
        ),
        key=item.id.to_string(),
    )


def history() -> rx.Component:
    """The dialog with the runs of one mailbox."""
    return Dialog.create(
        rx.el.div(
            rx.el.h2(f"Runs of {AdminHealthState.history_of}", id="history-title"),
            rx.cond(
                AdminHealthState.history.length() > 0,
                table("Runs", _RUN_HEADS, rx.foreach(AdminHealthState.history, _run)),
                rx.el.p("No run has brought or failed anything yet.", class_name="muted"),
            ),
            rx.el.div(button("Close", on_click=AdminHealthState.close_history), class_name="dialog-actions"),
            class_name="dialog-body",
        ),
        open=AdminHealthState.history_of != "",
        on_dismiss=AdminHealthState.close_history,
        class_name="dialog dialog-wide",
        custom_attrs={"aria-labelledby": "history-title"},
    )


def _run(item: RunItem) -> rx.Component:
    return rx.el.tr(
        rx.el.td(moment(item.at, "exact"), class_name="nowrap"),
        rx.el.td(item.kind),
        rx.el.td(count(item.stored)),
        rx.el.td(count(item.removed)),
        rx.el.td(count(item.skipped)),
        rx.el.td(item.error),
    )


def asking() -> rx.Component:
    """The question before owners are asked to reconnect."""
    return confirm(
        rx.el.p(
            "Those that still sync stop until their owner has signed in at the provider again. "
            "Their mail stays, and what comes meanwhile is fetched afterwards."
        ),
        name="ask-reconnect",
        question=rx.cond(
            AdminHealthState.asking.length() == 1,
            "Ask the owner of this mailbox to reconnect?",
            f"Ask the owners of {AdminHealthState.asking.length()} mailboxes to reconnect?",
        ),
        open=AdminHealthState.asking.length() > 0,
        yes="Ask to reconnect",
        on_yes=AdminHealthState.confirm_asking,
        on_no=AdminHealthState.ask_nobody,
    )

"""The bell: how many notices are unread, and the list of those that are not settled."""

from dataclasses import dataclass

import reflex as rx

from easycrm.notices import bell
from easycrm.pages.parts.browser import moment
from easycrm.pages.session import me, require


@dataclass(frozen=True)
class BellItem:
    """One notice as the list shows it."""

    id: int
    title: str
    body: str
    at: str
    unread: bool


class BellState(rx.State):
    """The notices of the person in front of the screen."""

    items: list[BellItem] = []
    unread: int = 0

    @rx.event
    @require("member")
    def read(self, notice_id: int) -> None:
        """Note that one was seen."""
        user_id = me().user_id
        bell.mark_read(user_id, notice_id)
        fill_bell(self, user_id)


def fill_bell(state: BellState, user_id: int) -> None:
    """Copy what is told to this user into the state."""
    items = [
        BellItem(row.id, row.title, row.body, row.created_at.isoformat(), not row.read) for row in bell.of_user(user_id)
    ]
    if items != state.items:
        state.items = items
        state.unread = sum(item.unread for item in items)


def bell_button() -> rx.Component:
    """The bell with its count, and the list it opens."""
    return rx.el.div(
        rx.el.button(
            rx.icon("bell", size=18, aria_hidden=True),
            rx.cond(
                BellState.unread > 0,
                rx.el.span(BellState.unread, class_name="bell-count", aria_hidden=True),
            ),
            type="button",
            class_name="button button-quiet button-icon",
            aria_label=rx.cond(BellState.unread > 0, f"Notifications, {BellState.unread} unread", "Notifications"),
            custom_attrs={"popoverTarget": "notifications"},
        ),
        rx.el.div(
            rx.el.div("Notifications", class_name="popover-title"),
            rx.cond(
                BellState.items.length() > 0,
                rx.foreach(BellState.items, _item),
                rx.el.p("Nothing needs your attention.", class_name="muted px-2 pb-3"),
            ),
            id="notifications",
            role="dialog",
            aria_label="Notifications",
            class_name="popover popover-bell",
            custom_attrs={"popover": "auto"},
        ),
        class_name="bell",
    )


def _item(item: BellItem) -> rx.Component:
    return rx.el.button(
        rx.el.span(class_name="bell-dot", aria_hidden=True),
        rx.el.span(
            rx.el.span(item.title, class_name="bell-title block"),
            rx.el.span(item.body, class_name="muted small block"),
            moment(item.at, class_name="muted small"),
            rx.cond(item.unread, rx.el.span("Unread", class_name="only-read")),
        ),
        type="button",
        on_click=BellState.read(item.id),
        class_name="bell-item",
        data_unread=rx.cond(item.unread, "true", "false"),
        key=item.id.to_string(),
    )

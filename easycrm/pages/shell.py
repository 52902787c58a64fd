"""The frame around every signed-in page: navigation, bell, who is signed in, banners and messages."""

from dataclasses import dataclass

import reflex as rx
from reflex.style import set_color_mode

from easycrm.core import wording
from easycrm.core.errors import InvalidInput
from easycrm.mail import overview
from easycrm.mail.connection import Status
from easycrm.pages import live
from easycrm.pages.answer_buttons import compose_button
from easycrm.pages.bell import BellState, bell_button, fill_bell
from easycrm.pages.consent import ConsentState
from easycrm.pages.flash import clear_old, flash_place
from easycrm.pages.marks_state import MarksState
from easycrm.pages.navigation import navigation
from easycrm.pages.parts.browser import NativeForm
from easycrm.pages.parts.button import button, link
from easycrm.pages.parts.feedback import notice
from easycrm.pages.parts.keys import Keys
from easycrm.pages.parts.mark import brand_mark
from easycrm.pages.sending_bar import SendingState, fill_sending, sending_bar
from easycrm.pages.session import me, require
from easycrm.people import own_account


@dataclass(frozen=True)
class Outage:
    """A mailbox that waits for its owner to reconnect it."""

    connection_id: int
    provider: str
    address: str
    reason: str


class ShellState(rx.State):
    """Who is signed in, and which mailboxes need that person."""

    name: str = ""
    email: str = ""
    initial: str = ""
    admin: bool = False
    theme: str = ""
    outages: list[Outage] = []

    @rx.event
    @require("member")
    async def load(self) -> None:
        """Fill the frame, and keep it filled while the tab is open."""
        person = me()
        self.name, self.email = person.name or person.email.partition("@")[0], person.email
        self.initial, self.admin = self.name[:1], person.role == "admin"
        self.theme = own_account.theme_of(person.user_id)
        await clear_old(self)
        live.watch(self, person.user_id)
        await fill_shell(self, person.user_id)

    @rx.event
    @require("member")
    def choose_theme(self, theme: str) -> None:
        """Keep the look with the account: sign-out clears what the browser keeps."""
        try:
            own_account.choose_theme(me().user_id, theme)
        except InvalidInput:
            return
        self.theme = theme


async def fill_shell(state: ShellState, user_id: int) -> None:
    """Copy notices and outages of this user into the state."""
    fill_bell(await state.get_state(BellState), user_id)
    fill_sending(await state.get_state(SendingState), user_id)
    outages = [
        Outage(row.id, row.provider, row.address, row.reason)
        for row in overview.mailboxes(user_id)
        if row.status == Status.REQUIRES_REAUTHENTICATION
    ]
    if outages != state.outages:
        state.outages = outages


def frame(*children: rx.Component, active: str, wide: bool = False, tells_of: rx.Var[int] | int = 0) -> rx.Component:
    """A page in its frame; `active` is the navigation entry it belongs to.

    Args:
        tells_of: the mailbox whose outage the page tells by itself, so that the frame need not.
    """
    return rx.el.div(
        # The callback's no-referrer stays in force after it has led here, and would turn the sign-out's Origin to null.
        rx.el.meta(name="referrer", content="same-origin"),
        rx.el.a("Skip to content", href="#content", class_name="button button-primary skip"),
        rx.el.header(
            link(brand_mark(), rx.el.span("EasyCRM"), to="/mailbox", class_name="brand"),
            bell_button(),
            compose_button(),
            navigation(active, admin=ShellState.admin),
            _me(),
            class_name="side",
        ),
        rx.el.div(
            rx.el.div(rx.foreach(ShellState.outages, lambda outage: _outage(outage, tells_of)), class_name="banners"),
            rx.el.main(*children, id="content", tab_index=-1, class_name="wide" if wide else "page"),
            class_name="main",
        ),
        Keys.create(rows=".threads a.thread"),
        flash_place(undo=MarksState.put_back),
        sending_bar(),
        *(_restored(mode) for mode in own_account.THEMES),
        class_name="frame",
    )


def page_heading(title: str, lead: str) -> rx.Component:
    """The page's name, and one sentence on what it is for."""
    return rx.el.div(rx.el.h1(title), rx.el.p(lead), class_name="page-heading")


def _me() -> rx.Component:
    return rx.el.div(
        rx.el.button(
            rx.el.span(ShellState.initial, class_name="avatar", aria_hidden=True),
            rx.el.span(
                rx.el.span(ShellState.name, class_name="font-medium"),
                rx.el.span(ShellState.email, class_name="muted text-xs"),
                class_name="me-text",
            ),
            rx.icon("chevrons-up-down", size=16, class_name="muted", aria_hidden=True),
            type="button",
            aria_label="Your account",
            class_name="me-button",
            custom_attrs={"popoverTarget": "account"},
        ),
        rx.el.div(
            rx.el.p(ShellState.email, class_name="px-2 py-1 muted small break-all"),
            rx.el.div(
                _theme("system", "monitor", "System"),
                _theme("light", "sun", "Light"),
                _theme("dark", "moon", "Dark"),
                role="group",
                aria_label="Theme",
                class_name="themes",
            ),
            rx.el.div(class_name="menu-line"),
            link(
                rx.icon("circle-user", size=18, aria_hidden=True),
                "Your account",
                to="/settings/account",
                class_name="menu-item",
            ),
            NativeForm.create(
                rx.el.button(rx.icon("log-out", size=18, aria_hidden=True), "Sign out", class_name="menu-item"),
                action="/auth/sign-out",
                method="post",
            ),
            id="account",
            class_name="popover popover-me",
            custom_attrs={"popover": "auto"},
        ),
        class_name="me",
    )


def _theme(mode: str, icon: str, words: str) -> rx.Component:
    return rx.el.button(
        rx.icon(icon, size=15, aria_hidden=True),
        words,
        type="button",
        on_click=[set_color_mode(mode), ShellState.choose_theme(mode)],
        aria_pressed=rx.cond(rx.color_mode == mode, "true", "false"),
    )


def _restored(mode: str) -> rx.Component:
    """Puts a look that the account has into a browser that does not know it."""
    return rx.cond(ShellState.theme == mode, rx.el.span(hidden=True, key=mode, on_mount=set_color_mode(mode)))


def _outage(outage: Outage, tells_of: rx.Var[int] | int) -> rx.Component:
    return rx.cond(outage.connection_id == tells_of, None, _outage_notice(outage))


def _outage_notice(outage: Outage) -> rx.Component:
    return notice(
        wording.NEEDS_REAUTHENTICATION,
        rx.el.span(outage.address, rx.cond(outage.reason != "", f": {outage.reason}", "")),
        tone="bad",
        actions=(
            button(
                wording.RECONNECT,
                look="primary",
                aria_label=f"{wording.RECONNECT} {outage.address}",
                on_click=ConsentState.reconnect(outage.provider, outage.connection_id),
            ),
        ),
        role="alert",
    )

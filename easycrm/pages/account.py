"""Your account: name, password, where you are signed in, and your data."""

import asyncio
from dataclasses import dataclass
from typing import Any

import reflex as rx

from easycrm.core import wording
from easycrm.core.errors import EasyCRMError, InvalidInput
from easycrm.pages.download import file_link
from easycrm.pages.flash import tell
from easycrm.pages.parts.browser import moment
from easycrm.pages.parts.button import button
from easycrm.pages.parts.feedback import skeleton, tag
from easycrm.pages.parts.field import field
from easycrm.pages.session import me, require
from easycrm.pages.shell import ShellState, frame, page_heading
from easycrm.people import devices, own_account


@dataclass(frozen=True)
class DeviceItem:
    """A session as the page shows it."""

    id: int
    name: str
    signed_in_at: str
    last_used: str
    this_one: bool


class AccountState(rx.State):
    """The account of whoever is signed in; passwords pass through and are never kept here."""

    loaded: bool = False
    devices: list[DeviceItem] = []
    others: int = 0
    changed: int = 0
    wrong_field: str = ""
    wrong: str = ""

    @rx.event
    @require("member")
    def load(self) -> None:
        """Fill the page."""
        self.wrong_field = self.wrong = ""
        self._show()
        self.loaded = True

    @rx.event
    @require("member")
    async def rename(self, form: dict[str, Any]) -> None:
        """Change the name that colleagues see."""
        self.wrong_field = self.wrong = ""
        try:
            name = own_account.rename(me().user_id, str(form.get("name") or ""))
        except InvalidInput as error:
            self.wrong_field, self.wrong = error.field, error.user_message
            return
        shell = await self.get_state(ShellState)
        shell.name, shell.initial = name, name[:1]
        await tell(self, "Saved")

    @rx.event
    @require("member")
    async def change_password(self, form: dict[str, Any]) -> None:
        """Set another password; every other session ends."""
        self.wrong_field = self.wrong = ""
        person, new = me(), str(form.get("password") or "")
        try:
            if new != str(form.get("again") or ""):
                raise InvalidInput(wording.people.PASSWORDS_DIFFER, field="again")
            await asyncio.to_thread(
                own_account.change_password,
                person.user_id,
                str(form.get("current") or ""),
                new,
                session_id=person.session_id,
            )
        except InvalidInput as error:
            self.wrong_field, self.wrong = error.field, error.user_message
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
        else:
            self.changed += 1
            self._show()
            await tell(self, "Password changed. You are signed out everywhere else")

    @rx.event
    @require("member")
    async def sign_out_there(self, session_id: int) -> None:
        """End one session."""
        try:
            devices.sign_out(me().user_id, session_id)
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
        self._show()

    @rx.event
    @require("member")
    async def sign_out_elsewhere(self) -> None:
        """End every session but this one."""
        number = devices.sign_out_others(me().user_id, me().session_id)
        self._show()
        await tell(self, wording.people.sessions_ended(number))

    def _show(self) -> None:
        self.devices = [
            DeviceItem(
                one.session_id,
                one.name or "Unknown browser",
                one.signed_in_at.isoformat(),
                one.last_used.isoformat(),
                one.this_one,
            )
            for one in devices.of_user(me().user_id, me().session_id)
        ]
        self.others = sum(not one.this_one for one in self.devices)


def account() -> rx.Component:
    """The page."""
    return frame(
        page_heading("Your account", "Your name and password, and where you are signed in."),
        rx.cond(
            AccountState.loaded,
            rx.el.div(_profile(), _password(), _sessions(), _data(), class_name="stack"),
            rx.el.div(skeleton("100%", "140px"), skeleton("100%", "220px"), class_name="stack"),
        ),
        active="account",
    )


def _section(title: str, *content: rx.Component) -> rx.Component:
    return rx.el.section(rx.el.h2(title), *content, aria_label=title, class_name="card rules")


def _profile() -> rx.Component:
    return _section(
        "Profile",
        rx.el.form(
            field("Name", "name", scope="account", error=_error("name"), default_value=ShellState.name),
            field("Email", "email", scope="account", value=ShellState.email, read_only=True,
                  hint="Your administrator can invite you under another address."),
            rx.el.div(button("Save", look="primary", type="submit"), class_name="flex justify-end"),
            on_submit=AccountState.rename,
            no_validate=True,
            class_name="grid gap-4",
        ),
    )  # fmt: skip


def _password() -> rx.Component:
    secret = {"type": "password", "scope": "account"}
    return _section(
        "Password",
        rx.el.form(
            rx.el.input(
                type="hidden", name="username", auto_complete="username", value=ShellState.email, read_only=True
            ),
            field("Current password", "current", error=_error("current"), auto_complete="current-password", **secret),
            field(
                "New password",
                "password",
                hint="12 characters or more.",
                error=_error("password"),
                auto_complete="new-password",
                **secret,
            ),
            field("New password again", "again", error=_error("again"), auto_complete="new-password", **secret),
            rx.el.div(
                rx.el.p("You are signed out everywhere else.", class_name="muted small"),
                button("Change password", look="primary", type="submit"),
                class_name="setup-foot",
            ),
            on_submit=AccountState.change_password,
            key=f"password-{AccountState.changed}",
            no_validate=True,
            class_name="grid gap-4",
        ),
    )


def _sessions() -> rx.Component:
    return _section(
        "Where you are signed in",
        rx.el.ul(rx.foreach(AccountState.devices, _device), class_name="rule-list"),
        rx.cond(
            AccountState.others > 0,
            rx.el.div(
                button("Sign out everywhere else", on_click=AccountState.sign_out_elsewhere),
                class_name="flex justify-end",
            ),
            rx.el.p("You are signed in nowhere else.", class_name="muted small"),
        ),
    )


def _device(one: DeviceItem) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(one.name, class_name="font-medium"),
            rx.cond(one.this_one, tag("This session")),
            rx.el.span(
                "signed in ",
                moment(one.signed_in_at),
                rx.cond(one.this_one, "", rx.fragment(", last used ", moment(one.last_used))),
                class_name="muted small",
            ),
            class_name="rule-words",
        ),
        rx.cond(
            ~one.this_one,
            button(
                "Sign out",
                look="warn-quiet",
                aria_label=f"Sign out {one.name}",
                on_click=AccountState.sign_out_there(one.id),
            ),
        ),
        key=one.id.to_string(),
        class_name="rule",
    )


def _data() -> rx.Component:
    return _section(
        "Your data",
        rx.el.p(wording.people.EXPORT_OWN, class_name="muted"),
        rx.el.div(
            file_link("Download my data", to="/account/export", class_name="button button-plain"),
            class_name="flex",
        ),
    )


def _error(name: str) -> rx.Var[str]:
    return rx.cond(AccountState.wrong_field == name, AccountState.wrong, "")

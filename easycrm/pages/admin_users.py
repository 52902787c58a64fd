"""Administration → Users: who may sign in, in which role, and invitations."""

from typing import Any

import reflex as rx

from easycrm.pages.admin_users_state import AdminUsersState
from easycrm.pages.parts.browser import Every, moment
from easycrm.pages.parts.button import button
from easycrm.pages.parts.feedback import pill, skeleton, tag
from easycrm.pages.parts.field import field, select
from easycrm.pages.people_rows import InvitedItem, PersonItem
from easycrm.pages.person_dialogs import deactivate_dialog, erase_dialog, link_dialog, person_dialog
from easycrm.pages.shell import frame, page_heading

# Type checkers take a handler for the function that it was made of.
_look_for: Any = AdminUsersState.look_for
ROLES = [("member", "Member"), ("admin", "Administrator")]


def admin_users() -> rx.Component:
    """The page."""
    return frame(
        page_heading("Users", "Invite people, choose who may configure EasyCRM, and close accounts."),
        rx.cond(
            AdminUsersState.loaded,
            rx.el.div(_invite(), _people(), class_name="stack"),
            rx.el.div(skeleton("100%", "120px"), skeleton("100%", "320px"), class_name="stack"),
        ),
        rx.cond(AdminUsersState.erasing, Every.create(seconds=2, on_tick=AdminUsersState.look_again)),
        person_dialog(),
        deactivate_dialog(),
        erase_dialog(),
        link_dialog(),
        active="users",
    )


def _invite() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Invite somebody"),
        rx.el.form(
            field(
                "Email", "email", scope="invite", error=AdminUsersState.wrong, type="email", auto_complete="off",
                hint="You get a link to send. It works once, for 7 days.",
            ),
            select("Role", "role", ROLES, scope="invite"),
            button("Invite", look="primary", type="submit"),
            on_submit=AdminUsersState.invite,
            key=f"invite-{AdminUsersState.made}",
            no_validate=True,
            class_name="invite-form",
        ),
        rx.cond(
            AdminUsersState.invited.length() > 0,
            rx.el.ul(rx.foreach(AdminUsersState.invited, _invited), aria_label="Invitations", class_name="rule-list"),
        ),
        aria_label="Invite somebody",
        class_name="card rules",
    )  # fmt: skip


def _invited(one: InvitedItem) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(one.email, class_name="break-all"),
            rx.cond(one.role == "admin", tag("Administrator")),
            rx.cond(
                one.expired,
                pill("Expired", "warn"),
                rx.el.span("invited, ends ", moment(one.expires, "until"), class_name="muted small"),
            ),
            class_name="rule-words",
        ),
        rx.el.div(
            button(
                "New link",
                look="quiet",
                aria_label=f"New link for {one.email}",
                on_click=AdminUsersState.invite_again(one.email, one.role),
            ),
            button(
                "Withdraw",
                look="warn-quiet",
                aria_label=f"Withdraw the invitation of {one.email}",
                on_click=AdminUsersState.withdraw(one.id),
            ),
            class_name="person-actions",
        ),
        key=one.id.to_string(),
        class_name="rule",
    )


def _people() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("People"),
            rx.el.input(
                type="search",
                aria_label="Search people",
                placeholder="Name or address",
                default_value=AdminUsersState.text,
                on_change=_look_for.debounce(250),
                class_name="input",
            ),
            class_name="people-head",
        ),
        rx.cond(
            AdminUsersState.people.length() > 0,
            rx.el.ul(rx.foreach(AdminUsersState.people, _person), class_name="rule-list"),
            rx.el.p("Nobody has such a name or address.", class_name="muted small", role="status"),
        ),
        rx.cond(
            AdminUsersState.after != "",
            rx.el.div(button("Show more", on_click=AdminUsersState.more), class_name="flex justify-center"),
        ),
        aria_label="People",
        class_name="card rules",
    )


def _person(one: PersonItem) -> rx.Component:
    return rx.el.li(
        rx.el.span(one.initial, class_name="avatar", aria_hidden=True),
        rx.el.div(
            rx.el.div(
                rx.el.span(one.name, class_name="font-medium"),
                rx.cond(one.admin, tag("Administrator")),
                rx.cond(one.me, tag("You")),
                rx.cond(one.erasing, pill("Being deleted", "bad"), rx.cond(~one.active, pill("Deactivated", "off"))),
                class_name="rule-words",
            ),
            rx.el.span(one.email, class_name="muted small break-all"),
            class_name="account-name",
        ),
        rx.el.div(
            rx.el.span(one.mailboxes),
            rx.cond(
                one.last_sign_in != "",
                rx.el.span("signed in ", moment(one.last_sign_in)),
                rx.el.span("never signed in"),
            ),
            class_name="person-facts muted small",
        ),
        button(
            "Manage",
            aria_label=f"Manage {one.email}",
            disabled=one.erasing,
            on_click=AdminUsersState.manage(one.id),
        ),
        key=one.id.to_string(),
        class_name="rule account-line",
    )

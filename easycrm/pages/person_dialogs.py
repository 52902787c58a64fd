"""The dialogs of the page of users: one person, the two serious questions, and a link that is shown once."""

import reflex as rx

from easycrm.core import wording
from easycrm.pages.admin_users_state import LINK_FIELD, AdminUsersState
from easycrm.pages.download import file_link
from easycrm.pages.parts.browser import CopyButton, Dialog
from easycrm.pages.parts.button import button
from easycrm.pages.parts.confirm import confirm
from easycrm.pages.parts.field import field
from easycrm.pages.people_rows import MailboxLine

_person = AdminUsersState.person
_YOU = "This is you. Another administrator can change your account."


def person_dialog() -> rx.Component:
    """One person, and what can be done."""
    return Dialog.create(
        rx.el.div(
            rx.el.div(
                rx.el.h2(_person.name, id="person-name"),
                rx.el.p(_person.email, class_name="muted break-all"),
            ),
            rx.cond(
                AdminUsersState.mailboxes.length() > 0,
                rx.el.ul(rx.foreach(AdminUsersState.mailboxes, _mailbox), class_name="person-mailboxes small"),
            ),
            rx.cond(
                _person.me,
                rx.el.p(_YOU, class_name="muted small"),
                _acts(),
            ),
            rx.el.div(
                file_link("Download profile and audit log", to=f"/admin/users/{_person.id}/export"),
                rx.el.p(wording.people.EXPORT_BY_ADMIN, class_name="hint"),
                class_name="grid gap-1",
            ),
            rx.el.div(button("Close", on_click=AdminUsersState.close, auto_focus=True), class_name="dialog-actions"),
            class_name="dialog-body",
        ),
        open=(_person.id > 0) & (AdminUsersState.question == ""),
        on_dismiss=AdminUsersState.close,
        class_name="dialog",
        custom_attrs={"aria-labelledby": "person-name"},
    )


def _mailbox(one: MailboxLine) -> rx.Component:
    return rx.el.li(rx.el.span(one.address, class_name="break-all"), rx.el.span(one.status, class_name="muted"))


def _acts() -> rx.Component:
    return rx.el.div(
        rx.cond(
            _person.active,
            rx.fragment(
                rx.cond(
                    _person.admin,
                    button("Make member", on_click=AdminUsersState.change_role("member")),
                    button("Make administrator", on_click=AdminUsersState.change_role("admin")),
                ),
                button("Reset password", on_click=AdminUsersState.make_reset_link),
                button("Deactivate", look="warn-quiet", on_click=AdminUsersState.ask("deactivate")),
            ),
            button("Reactivate", on_click=AdminUsersState.reactivate),
        ),
        button("Delete all data", look="warn-quiet", on_click=AdminUsersState.ask("erase")),
        class_name="person-acts",
    )


def deactivate_dialog() -> rx.Component:
    """Asks before somebody is shut out."""
    return confirm(
        rx.el.p(_person.email, class_name="font-medium break-all"),
        rx.el.p(wording.people.DEACTIVATE_MEANS),
        name="deactivate",
        question="Deactivate this person?",
        open=AdminUsersState.question == "deactivate",
        yes="Deactivate",
        on_yes=AdminUsersState.confirm_deactivate,
        on_no=AdminUsersState.close,
    )


def erase_dialog() -> rx.Component:
    """Asks twice before everything is deleted: the address has to be typed."""
    return Dialog.create(
        rx.el.form(
            rx.el.h2("Delete everything about this person?", id="erase-question"),
            rx.el.p(_person.email, class_name="font-medium break-all"),
            rx.el.p(wording.people.ERASE_MEANS, id="erase-details", class_name="muted"),
            field(
                wording.people.ERASE_TYPE, "address", scope="erase", error=AdminUsersState.wrong_address,
                auto_complete="off", spell_check=False,
            ),
            rx.el.div(
                button("Cancel", on_click=AdminUsersState.close),
                button("Delete everything", look="danger", type="submit"),
                class_name="dialog-actions",
            ),
            on_submit=AdminUsersState.confirm_erase,
            key=_person.id.to_string(),
            no_validate=True,
            class_name="dialog-body",
        ),
        open=AdminUsersState.question == "erase",
        on_dismiss=AdminUsersState.close,
        class_name="dialog",
        custom_attrs={"role": "alertdialog", "aria-labelledby": "erase-question", "aria-describedby": "erase-details"},
    )  # fmt: skip


def link_dialog() -> rx.Component:
    """Shows a link that lets somebody in, once."""
    return Dialog.create(
        rx.el.div(
            rx.el.h2("A link that works once", id="link-title"),
            rx.el.p(
                "Send this link to ",
                rx.el.strong(AdminUsersState.link_for),
                f" yourself, by a way that only they can read. It ends after {AdminUsersState.link_lasts} and is not "
                "shown again.",
                class_name="muted",
            ),
            rx.el.div(
                rx.el.input(id=LINK_FIELD, read_only=True, aria_label="Link", class_name="input"),
                CopyButton.create(of=LINK_FIELD, label="Copy", class_name="button button-primary"),
                class_name="setup-copy",
            ),
            rx.el.div(button("Done", on_click=AdminUsersState.close_link), class_name="dialog-actions"),
            class_name="dialog-body",
        ),
        open=AdminUsersState.link_for != "",
        on_dismiss=AdminUsersState.close_link,
        class_name="dialog",
        custom_attrs={"aria-labelledby": "link-title"},
    )

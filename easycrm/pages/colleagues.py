"""What a mailbox means for the team: what colleagues see of it, and the contacts that come from it."""

from typing import Any

import reflex as rx

from easycrm.core import wording
from easycrm.core.errors import EasyCRMError
from easycrm.mail import visibility
from easycrm.pages.email_state import EmailState, fill
from easycrm.pages.flash import tell
from easycrm.pages.mailbox_item import MailboxItem
from easycrm.pages.parts.browser import Dialog, moment
from easycrm.pages.parts.button import button, link
from easycrm.pages.parts.feedback import notice
from easycrm.pages.parts.field import switch
from easycrm.pages.session import me, require


class ColleaguesState(rx.State):
    """The mailbox whose choice is open."""

    open_for: int = 0
    address: str = ""
    level: str = ""
    creates: bool = False
    wrong: str = ""
    drawn: int = 0

    @rx.event
    @require("member")
    async def show(self, connection_id: int) -> None:
        """Open the dialog of one of one's own mailboxes."""
        try:
            found = visibility.chosen(me().user_id, connection_id)
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
            return
        self.open_for, self.address, self.wrong = connection_id, found.address, ""
        self.level, self.creates = found.level, found.creates_contacts
        self.drawn += 1

    @rx.event
    @require("member")
    async def save(self, form: dict[str, Any]) -> None:
        """Put the choice in force."""
        user_id = me().user_id
        try:
            visibility.choose(user_id, self.open_for, str(form.get("visibility") or self.level))
            visibility.create_contacts(user_id, self.open_for, wanted=bool(form.get("creates")))
        except EasyCRMError as error:
            self.wrong = error.user_message
            return
        self.open_for = 0
        await tell(self, "Saved")
        fill(await self.get_state(EmailState), user_id)

    @rx.event
    @require("member")
    def close(self) -> None:
        """Leave everything as it is."""
        self.open_for = 0


def colleagues_line(item: MailboxItem) -> rx.Component:
    """What colleagues see, on the row of a mailbox, with the way to change it."""
    words = [(level, title) for level, (title, _) in wording.contacts.VISIBILITIES.items()]
    return rx.el.p(
        rx.icon("eye", size=15, aria_hidden=True),
        "Colleagues see: ",
        rx.match(item.visibility, *words, ""),
        rx.cond(item.creates_contacts, " · people you write to become contacts", ""),
        rx.el.button(
            "Change",
            type="button",
            class_name="link",
            aria_label=f"Change what colleagues see of {item.address}",
            on_click=ColleaguesState.show(item.id),
        ),
        class_name="mailbox-line",
    )


def contacts_line(item: MailboxItem) -> rx.Component:
    """How the import of contacts stands; nothing while there is nothing to tell."""
    return rx.cond(
        item.contacts_problem != "",
        rx.el.p(rx.icon("clock-alert", size=15, aria_hidden=True), item.contacts_problem, class_name="mailbox-delayed"),
        rx.cond(
            item.contacts_at != "",
            rx.el.p(link(item.contacts_words, to="/contacts?tab=imported"), ", last read ", moment(item.contacts_at)),
        ),
    )


def colleagues_dialog() -> rx.Component:
    """The dialog; one on the page, for whichever mailbox was asked about."""
    return Dialog.create(
        rx.el.form(
            rx.el.h2("What colleagues see", id="colleagues-title"),
            rx.el.p(ColleaguesState.address, class_name="font-medium break-all"),
            rx.el.p(wording.contacts.VISIBILITY_LEAD, class_name="muted small"),
            rx.cond(ColleaguesState.wrong != "", notice(ColleaguesState.wrong, tone="bad", role="alert")),
            rx.el.fieldset(
                rx.el.legend("Colleagues see", class_name="only-read"),
                *[_level(level, *words) for level, words in wording.contacts.VISIBILITIES.items()],
                class_name="levels",
            ),
            rx.el.p(wording.contacts.INTERNAL_LEFT_OUT, class_name="muted small"),
            switch(
                wording.contacts.CREATE_CONTACTS,
                "creates",
                scope="colleagues",
                hint=wording.contacts.CREATE_CONTACTS_MEANS,
                default_checked=ColleaguesState.creates,
            ),
            rx.el.div(
                button("Cancel", on_click=ColleaguesState.close),
                button("Save", look="primary", type="submit"),
                class_name="dialog-actions",
            ),
            on_submit=ColleaguesState.save,
            key=f"colleagues-{ColleaguesState.open_for}-{ColleaguesState.drawn}",
            no_validate=True,
            class_name="dialog-body",
        ),
        open=ColleaguesState.open_for > 0,
        on_dismiss=ColleaguesState.close,
        class_name="dialog",
        custom_attrs={"aria-labelledby": "colleagues-title"},
    )


def _level(level: str, title: str, means: str) -> rx.Component:
    control = f"level-{level}"
    return rx.el.div(
        rx.el.input(
            type="radio",
            id=control,
            name="visibility",
            value=level,
            default_checked=ColleaguesState.level == level,
            aria_describedby=f"{control}-hint",
            class_name="radio",
        ),
        rx.el.div(
            rx.el.label(title, html_for=control, class_name="label"),
            rx.el.p(means, id=f"{control}-hint", class_name="hint"),
        ),
        class_name="level",
    )

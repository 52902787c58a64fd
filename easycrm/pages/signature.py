"""The signature of a mailbox: the dialog to edit it, on the writing page and on the Email Integration page."""

import reflex as rx

from easycrm.core.errors import EasyCRMError
from easycrm.mail import signature
from easycrm.pages.address import page_path
from easycrm.pages.answer_buttons import COMPOSE
from easycrm.pages.compose_state import ComposeState, fill_senders
from easycrm.pages.email_state import EmailState
from easycrm.pages.email_state import fill as fill_email
from easycrm.pages.flash import tell
from easycrm.pages.mailbox_item import MailboxItem
from easycrm.pages.parts.browser import Dialog
from easycrm.pages.parts.feedback import notice
from easycrm.pages.session import me, require
from easycrm.pages.writing_parts import SignatureEditor


class SignatureState(rx.State):
    """The mailbox whose signature is being edited; 0 is none."""

    mailbox: int = 0
    address: str = ""
    html: str = ""
    wrong: str = ""

    @rx.event
    @require("member")
    async def edit(self, connection_id: int) -> None:
        """Open the signature of a mailbox."""
        try:
            found = signature.chosen(me().user_id, connection_id)
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
            return
        self.mailbox, self.address, self.html, self.wrong = connection_id, found.address, found.html, ""

    @rx.event
    @require("member")
    async def keep(self, html: str) -> None:
        """Keep the signature; a draft that is open takes it over."""
        user_id = me().user_id
        try:
            signature.keep(user_id, self.mailbox, html)
        except EasyCRMError as error:
            self.wrong = error.user_message
            return
        self.mailbox = 0
        if page_path(self) == COMPOSE:
            fill_senders(await self.get_state(ComposeState), user_id)
        else:
            fill_email(await self.get_state(EmailState), user_id)
        await tell(self, "Signature saved")

    @rx.event
    @require("member")
    def close(self) -> None:
        """Leave it as it is."""
        self.mailbox = 0


def signature_line(item: MailboxItem) -> rx.Component:
    """What stands below emails from a mailbox, on its row, with the way to change it."""
    return rx.el.p(
        rx.icon("pen-line", size=15, aria_hidden=True),
        rx.el.span(
            rx.cond(item.signature != "", f"Signature: {item.signature}", "No signature"),
            class_name="mailbox-line-words",
        ),
        rx.el.button(
            rx.cond(item.signature != "", "Change", "Add"),
            type="button",
            class_name="link",
            aria_label=rx.cond(
                item.signature != "",
                f"Change the signature of {item.address}",
                f"Add a signature to {item.address}",
            ),
            on_click=SignatureState.edit(item.id),
        ),
        class_name="mailbox-line",
    )


def signature_dialog() -> rx.Component:
    """The dialog; one on the page, for whichever mailbox was asked about."""
    return Dialog.create(
        rx.el.div(
            rx.el.h2("Signature", id="signature-name"),
            rx.el.p("It stands below what you write from ", rx.el.strong(SignatureState.address), class_name="muted"),
            rx.cond(SignatureState.wrong != "", notice(SignatureState.wrong, tone="bad", role="alert")),
            rx.cond(
                SignatureState.mailbox > 0,
                SignatureEditor.create(
                    label="Signature",
                    html=SignatureState.html,
                    on_keep=SignatureState.keep,
                    on_cancel=SignatureState.close,
                    key=SignatureState.mailbox.to_string(),
                ),
            ),
            class_name="dialog-body",
        ),
        open=SignatureState.mailbox > 0,
        on_dismiss=SignatureState.close,
        class_name="dialog dialog-wide",
        custom_attrs={"aria-labelledby": "signature-name"},
    )

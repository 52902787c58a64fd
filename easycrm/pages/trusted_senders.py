"""Whose remote images are always shown, on the Email Integration page; who is removed can be trusted again there."""

from dataclasses import dataclass, replace

import reflex as rx

from easycrm.core import wording
from easycrm.core.errors import NotFound
from easycrm.mail import trusted_sender
from easycrm.pages.flash import tell
from easycrm.pages.parts.button import button
from easycrm.pages.parts.feedback import tag
from easycrm.pages.session import me, require


@dataclass(frozen=True)
class SenderItem:
    """A sender; no longer `trusted` when removed since the page was opened."""

    email: str
    trusted: bool = True


class TrustedSendersState(rx.State):
    """The senders of one's own choice."""

    senders: list[SenderItem] = []

    @rx.event
    @require("member")
    def load(self) -> None:
        """Fill the card."""
        self.senders = [SenderItem(email) for email in trusted_sender.listed(me().user_id)]

    @rx.event
    @require("member")
    async def remove(self, email: str) -> None:
        """Block this sender's images until they are asked for."""
        if await self._is_listed(email):
            trusted_sender.distrust(me().user_id, email)
            self._mark(email, trusted=False)
            await tell(self, wording.reading.images_blocked_again(email))

    @rx.event
    @require("member")
    async def trust_again(self, email: str) -> None:
        """Undo the removal."""
        if await self._is_listed(email):
            trusted_sender.trust_again(me().user_id, email)
            self._mark(email, trusted=True)
            await tell(self, wording.reading.images_always_shown(email))

    async def _is_listed(self, email: str) -> bool:
        """Whether the card shows this sender: trust begins at a message, not here."""
        listed = any(one.email == email for one in self.senders)
        if not listed:
            await tell(self, NotFound.default_message, "bad")
        return listed

    def _mark(self, email: str, *, trusted: bool) -> None:
        self.senders = [replace(one, trusted=trusted) if one.email == email else one for one in self.senders]


def trusted_senders() -> rx.Component:
    """The card."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2(wording.reading.TRUSTED_SENDERS),
            rx.el.p(wording.reading.TRUSTED_SENDERS_LEAD, class_name="muted"),
            class_name="grid gap-2",
        ),
        rx.cond(
            TrustedSendersState.senders.length() > 0,
            rx.el.ul(rx.foreach(TrustedSendersState.senders, _sender), class_name="rule-list"),
            rx.el.p(wording.reading.NO_TRUSTED_SENDERS, class_name="muted small"),
        ),
        aria_label=wording.reading.TRUSTED_SENDERS,
        class_name="card rules",
    )


def _sender(one: SenderItem) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(one.email, class_name="font-medium break-all"),
            rx.cond(one.trusted, None, tag("Blocked again")),
            class_name="rule-words",
        ),
        # One button in both states: the focus stays where it is.
        button(
            rx.cond(one.trusted, "Remove", "Trust again"),
            look="quiet",
            aria_label=rx.cond(one.trusted, f"Remove {one.email}", f"Trust {one.email} again"),
            on_click=rx.cond(
                one.trusted, TrustedSendersState.remove(one.email), TrustedSendersState.trust_again(one.email)
            ),
        ),
        key=one.email,
        class_name="rule",
    )

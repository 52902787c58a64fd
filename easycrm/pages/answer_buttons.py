"""Begins messages: the button in the frame, and Reply, Reply all and Forward under a message."""

import reflex as rx

from easycrm.core import wording
from easycrm.core.errors import EasyCRMError
from easycrm.mail import draft, forwarding
from easycrm.pages.flash import tell
from easycrm.pages.parts.button import button, link
from easycrm.pages.parts.keys import shortcut
from easycrm.pages.session import me, require

COMPOSE = "/compose"


class AnswerState(rx.State):
    """Answers that are about to be written."""

    @rx.event
    @require("member")
    async def reply(self, message_id: int) -> rx.event.EventSpec | None:
        """Write to whoever sent a message."""
        return await self._begin("reply", message_id)

    @rx.event
    @require("member")
    async def reply_all(self, message_id: int) -> rx.event.EventSpec | None:
        """Write to everybody who has a message."""
        return await self._begin("reply_all", message_id)

    @rx.event
    @require("member")
    async def forward(self, message_id: int) -> rx.event.EventSpec | None:
        """Pass a message on, with its files."""
        try:
            begun = await forwarding.begin(me().user_id, message_id)
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
            return None
        if begun.problem:
            await tell(self, begun.problem, "bad")
        return rx.redirect(draft_path(begun.draft_id))

    async def _begin(self, kind: str, message_id: int) -> rx.event.EventSpec | None:
        try:
            draft_id = draft.begin(me().user_id, kind=kind, message_id=message_id)
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
            return None
        return rx.redirect(draft_path(draft_id))


def draft_path(draft_id: int) -> str:
    """Where a draft is written on."""
    return f"{COMPOSE}?draft={draft_id}"


def answer_buttons(message_id: rx.Var[int]) -> rx.Component:
    """Reply, Reply all and Forward for one of the user's own messages."""
    return rx.el.div(
        _answer("reply", wording.writing.REPLY, "r", AnswerState.reply(message_id)),
        _answer("reply-all", wording.writing.REPLY_ALL, "a", AnswerState.reply_all(message_id)),
        _answer("forward", wording.writing.FORWARD, "f", AnswerState.forward(message_id)),
        class_name="answers",
    )


def _answer(icon: str, words: str, key: str, act: rx.event.EventType[()]) -> rx.Component:
    mark = rx.icon(icon, size=16, aria_hidden=True)
    return button(mark, words, on_click=act, data_answer=icon, **shortcut(key))


def compose_button() -> rx.Component:
    """Leads to a new message, from every page."""
    return link(
        rx.icon("square-pen", size=17, aria_hidden=True),
        rx.el.span(wording.writing.COMPOSE),
        to=COMPOSE,
        class_name="button button-primary compose-button",
        aria_label=wording.writing.COMPOSE,
        **shortcut("c"),
    )

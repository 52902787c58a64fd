"""The short message in the corner that says what just happened."""

from datetime import datetime, timedelta
from typing import Literal

import reflex as rx

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.errors import EasyCRMError
from easycrm.pages.parts.button import button, icon_button
from easycrm.pages.parts.keys import shortcut
from easycrm.pages.session import require

FRESH = timedelta(seconds=4)


class FlashState(rx.State):
    """The message on screen; its number makes two equal ones differ."""

    number: int = 0
    text: str = ""
    tone: str = "good"
    undoable: bool = False
    _told_at: datetime | None = None

    @rx.event
    @require("member")
    def dismiss(self) -> None:
        """Take it away."""
        self.text = ""

    @rx.event
    @require("member")
    def failed(self) -> None:
        """Say that something unforeseen went wrong."""
        self.number += 1
        self.text, self.tone, self.undoable = EasyCRMError.default_message, "bad", False


async def tell(state: rx.State, text: str, tone: Literal["good", "bad"] = "good", *, undoable: bool = False) -> None:
    """Show `text` in the tab that `state` belongs to; a good one leaves by itself, later where it can be undone."""
    flash = await state.get_state(FlashState)
    flash.number += 1
    flash.text, flash.tone, flash.undoable, flash._told_at = text, tone, undoable, now()


async def clear_old(state: rx.State) -> None:
    """Let a message end with the page it was told on; one that was told on the way here stays."""
    flash = await state.get_state(FlashState)
    if flash._told_at is None or now() - flash._told_at > FRESH:
        flash.text = ""


def flash_place(undo: rx.event.EventType[()]) -> rx.Component:
    """Where messages appear; it is always there, so that screen readers announce what comes.

    Args:
        undo: what the button of a message does that tells of something to be undone.
    """
    return rx.el.div(
        rx.cond(
            FlashState.text != "",
            rx.el.div(
                rx.cond(
                    FlashState.tone == "good",
                    rx.icon("circle-check", size=18, aria_hidden=True),
                    rx.icon("circle-alert", size=18, aria_hidden=True),
                ),
                rx.el.span(FlashState.text, class_name="flash-text"),
                rx.cond(FlashState.undoable, button(wording.writing.UNDO, on_click=undo, **shortcut("z"))),
                icon_button("x", "Dismiss", on_click=FlashState.dismiss),
                key=FlashState.number.to_string(),
                data_undoable=rx.cond(FlashState.undoable, "true", "false"),
                class_name=f"flash flash-{FlashState.tone}",
            ),
        ),
        role="status",
        aria_live="polite",
        class_name="flash-place",
    )

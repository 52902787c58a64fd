"""Which keys there are, one press of ? away."""

import reflex as rx

from easycrm.core import wording
from easycrm.pages.parts.keys import KeysSwitch

_KEYS = (
    ("j k", "next and previous conversation"),
    ("Enter o", "open it"),
    ("u", "back to the list"),
    ("x", "select it"),
    ("e", "archive"),
    ("z", "undo, while it is offered"),
    ("s", "star"),
    ("Shift+I Shift+U", "mark read, mark unread"),
    ("r", wording.writing.REPLY.lower()),
    ("a", wording.writing.REPLY_ALL.lower()),
    ("f", wording.writing.FORWARD.lower()),
    ("c", wording.writing.COMPOSE.lower()),
    ("/", "search"),
    ("?", "these keys"),
)


def key_help() -> rx.Component:
    """A button and what it shows."""
    return rx.fragment(
        rx.el.button(
            rx.icon("keyboard", size=18, aria_hidden=True),
            type="button",
            aria_label="Keyboard shortcuts",
            title="Keyboard shortcuts",
            class_name="button button-quiet button-icon keys-button",
            custom_attrs={"popoverTarget": "keys", "aria-keyshortcuts": "?"},
        ),
        rx.el.div(
            rx.el.h2("Keyboard shortcuts"),
            rx.el.dl(*[_line(keys, meaning) for keys, meaning in _KEYS], class_name="help-list"),
            rx.el.p(wording.mailbox.OWN_MARKS, class_name="small muted"),
            KeysSwitch.create(label="Keys act without Ctrl or Alt"),
            id="keys",
            role="dialog",
            aria_label="Which keys there are",
            class_name="popover popover-help",
            custom_attrs={"popover": "auto"},
        ),
    )


def _line(keys: str, meaning: str) -> rx.Component:
    return rx.el.div(rx.el.dt(*[rx.el.kbd(key) for key in keys.split()]), rx.el.dd(meaning))

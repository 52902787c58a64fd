"""Keys that act from anywhere on a page; their code is assets/keys.js."""

from typing import Any

import reflex as rx

_LIBRARY = "$/public/keys.js"


class Keys(rx.Component):
    """Listens for single keys, and presses what says that it answers to them; `rows` selects the links of a list."""

    library = _LIBRARY
    tag = "Keys"
    rows: rx.Var[str]


class KeysSwitch(rx.Component):
    """A checkbox that turns the single keys off and on, for this browser."""

    library = _LIBRARY
    tag = "KeysSwitch"
    label: rx.Var[str]


def shortcut(key: str) -> dict[str, Any]:
    """The attribute by which a button, link or field answers to a key, and by which screen readers tell of it."""
    return {"custom_attrs": {"aria-keyshortcuts": key}}

"""Components that need the browser's own abilities; their code is assets/parts.js."""

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML

_LIBRARY = "$/public/parts.js"


class Dialog(rx.Component):
    """A modal `<dialog>`: traps and returns the focus; `on_dismiss` is Escape."""

    library = _LIBRARY
    tag = "Dialog"
    open: rx.Var[bool]
    on_dismiss: rx.EventHandler[rx.event.no_args_event_spec]


class Moment(rx.Component):
    """A moment (ISO 8601) as "ago", "until", "day", "exact" or "full"; the exact one on hover."""

    library = _LIBRARY
    tag = "Moment"
    at: rx.Var[str]
    form: rx.Var[str]


class Every(rx.Component):
    """Nothing to see: calls `on_tick` every few `seconds` while it is there."""

    library = _LIBRARY
    tag = "Every"
    seconds: rx.Var[int]
    on_tick: rx.EventHandler[rx.event.no_args_event_spec]


class Countdown(rx.Component):
    """Seconds until a moment (ISO 8601), in words."""

    library = _LIBRARY
    tag = "Countdown"
    to: rx.Var[str]


class Count(rx.Component):
    """A whole number in the reader's locale."""

    library = _LIBRARY
    tag = "Count"
    value: rx.Var[int]


class Size(rx.Component):
    """A number of bytes in a readable unit."""

    library = _LIBRARY
    tag = "Size"
    bytes: rx.Var[int]


class CopyButton(rx.Component):
    """A button that copies `text`, or what stands in the field whose id is `of`."""

    library = _LIBRARY
    tag = "CopyButton"
    text: rx.Var[str]
    of: rx.Var[str]
    label: rx.Var[str]


class AddressValue(rx.Component):
    """A hidden field that takes its value from a parameter of the page's address."""

    library = _LIBRARY
    tag = "AddressValue"
    name: rx.Var[str]
    parameter: rx.Var[str]


class AddressMessage(rx.Component):
    """The sentence that the page's address asks for, if it is one of the `known` ones; else `otherwise`."""

    library = _LIBRARY
    tag = "AddressMessage"
    parameter: rx.Var[str]
    known: rx.Var[list[str]]
    otherwise: rx.Var[str]


class UnfoldAll(rx.Component):
    """A button that opens every `<details>` matching `what` inside `within`, and closes them again."""

    library = _LIBRARY
    tag = "UnfoldAll"
    within: rx.Var[str]
    what: rx.Var[str]


class NativeForm(BaseHTML):
    """A form that the browser posts itself; Reflex's own always goes over the websocket."""

    tag = "form"
    action: rx.Var[str]
    method: rx.Var[str]


def moment(at: rx.Var[str] | str, form: str = "ago", **props: object) -> rx.Component:
    """A `<time>` that keeps itself up to date."""
    return Moment.create(at=at, form=form, **props)


def count(value: rx.Var[int] | int) -> rx.Component:
    """A number in the reader's locale."""
    return Count.create(value=value, class_name="numbers")

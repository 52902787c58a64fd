"""Form fields: a label, the control, a hint, and the error that belongs to it."""

from collections.abc import Callable

import reflex as rx


def field(
    label: str, name: str, *, scope: rx.Var[str] | str, hint: str = "", error: rx.Var[str] | str = "", **props: object
) -> rx.Component:
    """A labelled text field; `scope` keeps ids apart when a form stands several times on a page."""
    return _labelled(rx.el.input, label, name, scope, hint, error, class_name="input", **props)


def text_area(
    label: str, name: str, *, scope: rx.Var[str] | str, hint: str = "", error: rx.Var[str] | str = "", **props: object
) -> rx.Component:
    """A labelled field of several lines."""
    return _labelled(rx.el.textarea, label, name, scope, hint, error, class_name="input text-area", **props)


def switch(label: str, name: str, *, scope: rx.Var[str] | str, hint: str = "", **props: object) -> rx.Component:
    """An on/off switch with its label beside it."""
    control = f"{scope}-{name}"
    return rx.el.div(
        rx.el.input(
            type="checkbox",
            role="switch",
            id=control,
            name=name,
            class_name="switch",
            aria_describedby=f"{control}-hint" if hint else "",
            **props,
        ),
        rx.el.div(
            rx.el.label(label, html_for=control, class_name="label"),
            rx.el.p(hint, id=f"{control}-hint", class_name="hint") if hint else rx.fragment(),
        ),
        class_name="flex items-start gap-3",
    )


def select(label: str, name: str, options: list[tuple[str, str]], *, scope: str, **props: object) -> rx.Component:
    """A labelled choice; `options` are (value, words)."""
    control = f"{scope}-{name}"
    return rx.el.div(
        rx.el.label(label, html_for=control),
        rx.el.select(
            *[rx.el.option(words, value=value) for value, words in options],
            id=control,
            name=name,
            class_name="select",
            **props,
        ),
        class_name="field",
    )


def _labelled(
    control: Callable[..., rx.Component],
    label: str,
    name: str,
    scope: rx.Var[str] | str,
    hint: str,
    error: rx.Var[str] | str,
    **props: object,
) -> rx.Component:
    ident, help_id, error_id = f"{scope}-{name}", f"{scope}-{name}-hint", f"{scope}-{name}-error"
    wrong = error != "" if isinstance(error, rx.Var) else bool(error)
    return rx.el.div(
        rx.el.label(label, html_for=ident),
        control(
            id=ident,
            name=name,
            aria_invalid=rx.cond(wrong, "true", "false"),
            aria_describedby=rx.cond(wrong, error_id, help_id if hint else ""),
            **props,
        ),
        rx.el.p(hint, id=help_id, class_name="hint") if hint else rx.fragment(),
        rx.cond(wrong, rx.el.p(error, id=error_id, class_name="field-error", role="alert")),
        class_name="field",
    )

"""The dialog that asks before something is done."""

import reflex as rx

from easycrm.pages.parts.browser import Dialog
from easycrm.pages.parts.button import button


def confirm(
    *details: rx.Component,
    name: str,
    question: str,
    open: rx.Var[bool],  # noqa: A002 (the attribute's own name)
    yes: str,
    on_yes: rx.event.EventType[()],
    on_no: rx.event.EventType[()],
    busy: rx.Var[bool] | bool = False,
) -> rx.Component:
    """A question with two answers; Escape and Cancel leave everything as it is.

    Args:
        name: unique on the page, for ids.
    """
    return Dialog.create(
        rx.el.div(
            rx.el.h2(question, id=f"{name}-question"),
            rx.el.div(*details, id=f"{name}-details", class_name="grid gap-3 muted"),
            rx.el.div(
                button("Cancel", on_click=on_no, auto_focus=True),
                button(yes, look="danger", on_click=on_yes, disabled=busy),
                class_name="dialog-actions",
            ),
            class_name="dialog-body",
        ),
        open=open,
        on_dismiss=on_no,
        class_name="dialog",
        custom_attrs={
            "role": "alertdialog",
            "aria-labelledby": f"{name}-question",
            "aria-describedby": f"{name}-details",
        },
    )

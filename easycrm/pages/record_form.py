"""What the pages of contacts and companies share: the form, and what stands in its place where there is nothing."""

from typing import Any

import reflex as rx

from easycrm.pages.parts.button import button, button_link
from easycrm.pages.parts.feedback import empty, notice
from easycrm.pages.parts.field import field, text_area


def record_form(state: Any, scope: str, *fields: rx.Component, create: str) -> rx.Component:
    """The form of a new record, or of the one that is open; it keeps what was typed until it is saved or left.

    Args:
        state: of the page; a new `drawn` fills the form anew.
        create: the button's words while the record is new.
    """
    return rx.el.section(
        rx.el.h2(rx.cond(state.creating, "Details", "Edit"), class_name="outbox-title"),
        rx.el.form(
            rx.cond((state.wrong != "") & (state.wrong_field == ""), notice(state.wrong, tone="bad", role="alert")),
            *fields,
            _notes(state, scope),
            rx.el.div(
                button("Cancel", on_click=state.cancel),
                button(rx.cond(state.creating, create, "Save"), look="primary", type="submit"),
                class_name="dialog-actions",
            ),
            on_submit=state.save,
            key=f"{scope}-{state.open_id}-{state.drawn}",
            no_validate=True,
            class_name="card contact-form",
        ),
    )


def record_field(state: Any, scope: str, label: str, name: str, **props: Any) -> rx.Component:
    """A field with the value and the fault that the state has under its name."""
    return field(label, name, scope=scope, default_value=getattr(state, name), error=wrong_in(state, name), **props)


def wrong_in(state: Any, name: str) -> rx.Var[str]:
    """What is the matter with a field; an empty string where nothing is."""
    return rx.cond(state.wrong_field == name, state.wrong, "")


def record_missing(state: Any, title: str, icon: str, words: str, to: str) -> rx.Component:
    """Says that there is no such record; `words` and `to` lead to those that there are."""
    return rx.el.div(
        rx.el.h1(title, class_name="only-read"),
        empty(icon, state.missing, button_link(words, to=to)),
        class_name="card",
    )


def _notes(state: Any, scope: str) -> rx.Component:
    wrong = wrong_in(state, "notes")
    return text_area("Notes", "notes", scope=scope, default_value=state.notes, error=wrong, rows="4")

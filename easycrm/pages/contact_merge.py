"""The dialog in which another contact, who is the same person, is merged into the one that is open."""

import reflex as rx

from easycrm.pages.contact_state import ContactState
from easycrm.pages.contacts_state import PersonItem
from easycrm.pages.parts.browser import Dialog
from easycrm.pages.parts.button import button


def merge_dialog() -> rx.Component:
    """First the search for the other one, then the question."""
    return Dialog.create(
        rx.el.div(
            rx.el.h2(f"Merge another contact into {ContactState.name}", id="merge-title"),
            rx.cond(ContactState.merge_id > 0, _question(), _choice()),
            class_name="dialog-body",
        ),
        open=ContactState.merging,
        on_dismiss=ContactState.keep,
        class_name="dialog",
        custom_attrs={"aria-labelledby": "merge-title"},
    )


def _choice() -> rx.Component:
    return rx.fragment(
        rx.el.form(
            rx.el.label("Search contacts", html_for="merge-q", class_name="only-read"),
            rx.el.input(
                id="merge-q",
                name="q",
                default_value=ContactState.name,
                class_name="input",
                auto_complete="off",
            ),
            button("Search", type="submit"),
            on_submit=ContactState.find,
            key=f"merge-{ContactState.open_id}-{ContactState.merging}",
            class_name="merge-search",
        ),
        rx.cond(
            ContactState.candidates.length() > 0,
            rx.el.ul(rx.foreach(ContactState.candidates, _candidate), class_name="merge-list"),
            rx.cond(
                ContactState.searched,
                rx.el.p(
                    "Nobody else matches. Search for another name or address.", role="status", class_name="muted small"
                ),
            ),
        ),
        rx.el.div(button("Cancel", on_click=ContactState.keep), class_name="dialog-actions"),
    )


def _candidate(item: PersonItem) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            rx.el.span(item.name, class_name="person-name"),
            rx.el.span(item.email, class_name="muted small person-about"),
            class_name="person-words",
        ),
        button("Choose", on_click=ContactState.choose(item.id), aria_label=f"Choose {item.name}"),
        key=item.id.to_string(),
        class_name="merge-candidate",
    )


def _question() -> rx.Component:
    return rx.fragment(
        rx.el.p(
            f"The addresses and notes of {ContactState.merge_name} move here, and what is empty here is taken over. "
            f"{ContactState.merge_name} itself is then gone; this cannot be undone."
        ),
        rx.el.div(
            button("Cancel", on_click=ContactState.keep, auto_focus=True),
            button("Merge", look="danger", on_click=ContactState.confirm_merge),
            class_name="dialog-actions",
        ),
    )

"""The person's own imported contacts, with the step that adds them to the team's, and how their import stands."""

import reflex as rx

from easycrm.core import wording
from easycrm.pages.contact_line import about, nothing
from easycrm.pages.contacts_state import TABS, ContactsState, ImportedItem, ImportItem
from easycrm.pages.parts.browser import moment
from easycrm.pages.parts.button import button, button_link, link


def imported() -> rx.Component:
    """The list."""
    return rx.cond(
        ContactsState.imported.length() > 0,
        rx.fragment(
            rx.el.div(
                rx.el.p("Only you see these, until you add them to the team.", class_name="muted small"),
                button("Add all on this page to the team", on_click=ContactsState.add_shown),
                class_name="contacts-note",
            ),
            rx.el.ul(
                rx.foreach(ContactsState.imported, _imported_line),
                aria_label=TABS["imported"],
                class_name="card people",
            ),
        ),
        nothing(
            "book-user",
            "No imported contacts",
            "The address book of each mailbox that you connect appears here, for you alone.",
            button_link(f"Open {wording.EMAIL_INTEGRATION}", to="/settings/email"),
        ),
    )


def _imported_line(item: ImportedItem) -> rx.Component:
    return rx.el.li(
        rx.el.span(item.initial, class_name="avatar", aria_hidden=True),
        rx.el.span(
            rx.el.span(item.name, class_name="person-name"),
            about(item),
            class_name="person-words",
        ),
        rx.cond(
            item.team_href != "",
            link("In the team", to=item.team_href, class_name="link small nowrap"),
            button("Add to team", on_click=ContactsState.add(item.id), aria_label=f"Add {item.name} to the team"),
        ),
        key=item.id.to_string(),
        class_name="person",
    )


def imports() -> rx.Component:
    """Mailbox by mailbox, when contacts were last read and how many there are."""
    return rx.cond(
        ContactsState.imports.length() > 0,
        rx.el.ul(rx.foreach(ContactsState.imports, _import), aria_label="Imports", class_name="imports"),
    )


def _import(item: ImportItem) -> rx.Component:
    return rx.el.li(
        rx.el.span(item.address, class_name="font-medium break-all"),
        rx.cond(
            item.reading,
            rx.el.span(
                rx.el.span(class_name="spinner", aria_hidden=True), "Importing contacts", class_name="import-busy"
            ),
            rx.el.span(
                item.words, rx.cond(item.at != "", rx.fragment(", last read ", moment(item.at))), class_name="muted"
            ),
        ),
        rx.cond(item.problem != "", rx.el.span(item.problem, class_name="mailbox-delayed")),
        key=item.address,
    )

"""Contacts: the team's, one's own imported ones, companies, and what is archived."""

import reflex as rx

from easycrm.pages.company_page import company_page
from easycrm.pages.contact_line import nothing, person_line
from easycrm.pages.contact_page import contact_page
from easycrm.pages.contacts_imported import imported, imports
from easycrm.pages.contacts_state import TABS, CompanyItem, ContactsState
from easycrm.pages.parts.browser import count
from easycrm.pages.parts.button import button, button_link, link
from easycrm.pages.parts.feedback import skeleton
from easycrm.pages.shell import frame


def contacts() -> rx.Component:
    """The page: the list, or the contact or company that its address names."""
    return frame(
        rx.match(
            ContactsState.mode,
            ("list", _list()),
            ("contact", contact_page()),
            ("company", company_page()),
            rx.el.div(*[skeleton("100%", "52px") for _ in range(6)], aria_busy="true", class_name="grid gap-3"),
        ),
        active="contacts",
    )


def _list() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            rx.el.h1("Contacts"),
            rx.el.div(
                button_link("New company", to="/contacts?new=company"),
                button_link(
                    rx.icon("plus", size=16, aria_hidden=True),
                    "New contact",
                    to="/contacts?new=contact",
                    look="primary",
                ),
                class_name="contacts-new",
            ),
            class_name="contacts-head",
        ),
        rx.el.nav(*[_tab(key, words) for key, words in TABS.items()], aria_label="Contacts", class_name="tabs"),
        rx.cond(ContactsState.tab == "imported", imports()),
        _search(),
        rx.match(
            ContactsState.tab,
            ("imported", imported()),
            ("companies", _companies()),
            ("archived", _archived()),
            _team(),
        ),
        _paging(),
    )


def _tab(key: str, words: str) -> rx.Component:
    return link(
        words,
        to="/contacts" if key == "team" else f"/contacts?tab={key}",
        class_name="tab",
        aria_current=rx.cond(ContactsState.tab == key, "page", "false"),
    )


def _search() -> rx.Component:
    return rx.el.form(
        rx.el.label("Search contacts", html_for="contacts-q", class_name="only-read"),
        rx.icon("search", size=16, aria_hidden=True),
        rx.el.input(
            id="contacts-q",
            name="q",
            type="search",
            default_value=ContactsState.text,
            placeholder=rx.cond(ContactsState.tab == "companies", "Name or domain", "Name, company or address"),
            auto_complete="off",
            class_name="input",
        ),
        button("Search", type="submit"),
        on_submit=ContactsState.search,
        key=f"search-{ContactsState.tab}-{ContactsState.drawn}",
        role="search",
        class_name="contacts-search",
    )


def _team() -> rx.Component:
    return rx.cond(
        ContactsState.people.length() > 0,
        rx.el.ul(rx.foreach(ContactsState.people, person_line), aria_label="Team contacts", class_name="card people"),
        nothing(
            "contact-round",
            "No contacts yet",
            "The people your team has to do with. Enter one, or add those imported from your mailboxes.",
            button_link("See imported contacts", to="/contacts?tab=imported"),
        ),
    )


def _companies() -> rx.Component:
    return rx.cond(
        ContactsState.companies.length() > 0,
        rx.el.ul(rx.foreach(ContactsState.companies, _company), aria_label="Companies", class_name="card people"),
        nothing(
            "building-2",
            "No companies yet",
            "A company comes into being with its first contact, or here.",
            button_link("New company", to="/contacts?new=company"),
        ),
    )


def _company(item: CompanyItem) -> rx.Component:
    return rx.el.li(
        link(
            rx.el.span(item.initial, class_name="avatar", aria_hidden=True),
            rx.el.span(
                rx.el.span(item.name, class_name="person-name"),
                rx.el.span(item.domain, class_name="muted small person-about"),
                class_name="person-words",
            ),
            rx.el.span(
                count(item.people), rx.cond(item.people == 1, " person", " people"), class_name="muted small nowrap"
            ),
            to=item.href,
            class_name="person",
        ),
        key=item.id.to_string(),
    )


def _archived() -> rx.Component:
    return rx.cond(
        (ContactsState.people.length() > 0) | (ContactsState.archived_companies.length() > 0),
        rx.fragment(
            rx.cond(
                ContactsState.people.length() > 0,
                rx.el.ul(
                    rx.foreach(ContactsState.people, person_line),
                    aria_label="Archived contacts",
                    class_name="card people",
                ),
            ),
            rx.cond(
                ContactsState.archived_companies.length() > 0,
                rx.el.section(
                    rx.el.h2("Companies", class_name="outbox-title"),
                    rx.el.ul(rx.foreach(ContactsState.archived_companies, _company), class_name="card people"),
                    class_name="contacts-more",
                ),
            ),
        ),
        nothing("archive", "Nothing is archived", "Contacts that are put away keep their page."),
    )


def _paging() -> rx.Component:
    return rx.cond(
        ContactsState.paged | (ContactsState.further != ""),
        rx.el.nav(
            rx.cond(ContactsState.paged, button_link("From the beginning", to=ContactsState.first), rx.el.span()),
            rx.cond(
                ContactsState.further != "",
                button_link("Next", rx.icon("chevron-right", size=16, aria_hidden=True), to=ContactsState.further),
            ),
            aria_label="Pages",
            class_name="threads-foot",
        ),
    )

"""One contact: details beside the timeline of mail with them; edited in place."""

from functools import partial

import reflex as rx

from easycrm.core import wording
from easycrm.pages.contact_merge import merge_dialog
from easycrm.pages.contact_state import ContactState, EmailItem
from easycrm.pages.parts.browser import CopyButton, moment
from easycrm.pages.parts.button import button, link
from easycrm.pages.parts.feedback import tag
from easycrm.pages.parts.field import text_area
from easycrm.pages.record_form import record_field, record_form, record_missing, wrong_in
from easycrm.pages.timeline_list import timeline_list

_field = partial(record_field, ContactState, "contact")


def contact_page() -> rx.Component:
    """The contact that is open, or the form for a new one."""
    return rx.fragment(
        back("Contacts", "/contacts"),
        rx.cond(
            ContactState.missing != "",
            record_missing(ContactState, "Contact", "user-x", "All contacts", "/contacts"),
            rx.cond(
                ContactState.creating,
                rx.fragment(rx.el.h1("New contact", class_name="contact-title"), _form()),
                rx.fragment(
                    _head(),
                    rx.el.div(
                        rx.cond(ContactState.editing, _form(), _details()),
                        timeline_list(),
                        class_name="contact-columns",
                    ),
                ),
            ),
        ),
        merge_dialog(),
    )


def back(words: str, to: str) -> rx.Component:
    """The way back to the list."""
    return link(rx.icon("arrow-left", size=16, aria_hidden=True), words, to=to, class_name="contact-back")


def _head() -> rx.Component:
    return rx.el.div(
        rx.el.span(ContactState.initial, class_name="avatar avatar-large", aria_hidden=True),
        rx.el.div(
            rx.el.h1(ContactState.name, class_name="contact-title"),
            rx.el.p(
                ContactState.title,
                rx.cond((ContactState.title != "") & (ContactState.company != ""), " · ", ""),
                rx.cond(
                    ContactState.company != "",
                    link(ContactState.company, to=ContactState.company_href),
                ),
                rx.cond(ContactState.archived, tag("Archived")),
                class_name="muted contact-about",
            ),
            class_name="contact-words",
        ),
        rx.el.div(
            rx.cond(
                ContactState.archived,
                button("Restore", key="contact-shelf", look="primary", on_click=ContactState.restore),
                rx.fragment(
                    button("Merge", key="contact-merge", look="quiet", on_click=ContactState.ask_merge),
                    button("Archive", key="contact-shelf", look="quiet", on_click=ContactState.archive),
                ),
            ),
            rx.cond(ContactState.editing, None, button("Edit", key="contact-edit", on_click=ContactState.edit)),
            rx.cond(
                (ContactState.emails.length() > 0) & ~ContactState.archived,
                link(
                    rx.icon("square-pen", size=15, aria_hidden=True),
                    wording.writing.COMPOSE,
                    to=ContactState.emails[0].href,
                    aria_label=_compose_to(ContactState.name),
                    class_name="button button-primary",
                ),
            ),
            class_name="contact-actions",
        ),
        class_name="contact-head",
    )


def _details() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Details", class_name="outbox-title"),
        rx.el.dl(
            fact("Email", rx.el.ul(rx.foreach(ContactState.emails, _email)), ContactState.emails.length() > 0),
            fact(
                "Phone",
                rx.el.a(ContactState.phone, href=f"tel:{ContactState.phone}", class_name="link"),
                ContactState.phone != "",
            ),
            fact("Notes", rx.el.p(ContactState.notes, class_name="contact-notes"), ContactState.notes != ""),
            fact(
                "Contact since",
                rx.el.span(moment(ContactState.created_at, "exact"), rx.el.span(f" · {ContactState.source}")),
                ContactState.source != "",
            ),
            class_name="card facts",
        ),
        aria_label="Details",
    )


def fact(name: str, value: rx.Component, shown: rx.Var[bool]) -> rx.Component:
    """A line of the details, where there is something to show."""
    return rx.cond(shown, rx.el.div(rx.el.dt(name), rx.el.dd(value), class_name="fact"))


def _email(item: EmailItem) -> rx.Component:
    return rx.el.li(
        link(item.email, to=item.href, class_name="link break-all", aria_label=_compose_to(item.email)),
        CopyButton.create(
            text=item.email,
            label="Copy",
            class_name="button button-quiet button-small",
            custom_attrs={"aria-label": f"Copy {item.email}"},
        ),
        class_name="fact-email",
    )


def _form() -> rx.Component:
    return record_form(
        ContactState,
        "contact",
        _field("Name", "name", auto_focus=True),
        text_area(
            "Email addresses",
            "emails",
            scope="contact",
            hint="One on each line. The first is the one to write to.",
            error=wrong_in(ContactState, "emails"),
            default_value=ContactState.emails_text,
            rows="3",
            spell_check=False,
        ),
        rx.cond(
            ContactState.taken_href != "",
            rx.el.p(link(f"Open {ContactState.taken}", to=ContactState.taken_href), class_name="small"),
        ),
        _field("Job title", "title"),
        _field("Company", "company", auto_complete="off", list="company-names"),
        rx.el.datalist(
            rx.foreach(ContactState.company_names, lambda name: rx.el.option(value=name)), id="company-names"
        ),
        _field("Phone", "phone", type="tel"),
        create="Create contact",
    )


def _compose_to(whom: rx.Var[str]) -> rx.Var[str]:
    """What a link is called that begins a message to somebody."""
    return rx.Var.create(f"{wording.writing.COMPOSE} to {whom}")

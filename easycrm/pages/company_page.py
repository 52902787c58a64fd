"""One company: details, its people, and the timeline of mail with all of them."""

from functools import partial

import reflex as rx

from easycrm.pages.company_state import CompanyState
from easycrm.pages.contact_line import person_line
from easycrm.pages.contact_page import back, fact
from easycrm.pages.parts.button import button
from easycrm.pages.parts.feedback import tag
from easycrm.pages.record_form import record_field, record_form, record_missing
from easycrm.pages.timeline_list import timeline_list

_field = partial(record_field, CompanyState, "company")


def company_page() -> rx.Component:
    """The company that is open, or the form for a new one."""
    return rx.fragment(
        back("Companies", "/contacts?tab=companies"),
        rx.cond(
            CompanyState.missing != "",
            record_missing(CompanyState, "Company", "building-2", "All companies", "/contacts?tab=companies"),
            rx.cond(
                CompanyState.creating,
                rx.fragment(rx.el.h1("New company", class_name="contact-title"), _form()),
                rx.fragment(
                    _head(),
                    rx.el.div(
                        rx.el.div(rx.cond(CompanyState.editing, _form(), _details()), _people(), class_name="stack"),
                        timeline_list(),
                        class_name="contact-columns",
                    ),
                ),
            ),
        ),
    )


def _head() -> rx.Component:
    return rx.el.div(
        rx.el.span(CompanyState.initial, class_name="avatar avatar-large", aria_hidden=True),
        rx.el.div(
            rx.el.h1(CompanyState.name, class_name="contact-title"),
            rx.el.p(
                CompanyState.domain, rx.cond(CompanyState.archived, tag("Archived")), class_name="muted contact-about"
            ),
            class_name="contact-words",
        ),
        rx.el.div(
            rx.cond(
                CompanyState.archived,
                button("Restore", key="company-shelf", look="primary", on_click=CompanyState.restore),
                button("Archive", key="company-shelf", look="quiet", on_click=CompanyState.archive),
            ),
            rx.cond(CompanyState.editing, None, button("Edit", key="company-edit", on_click=CompanyState.edit)),
            class_name="contact-actions",
        ),
        class_name="contact-head",
    )


def _details() -> rx.Component:
    return rx.cond(
        (CompanyState.website != "") | (CompanyState.notes != ""),
        rx.el.section(
            rx.el.h2("Details", class_name="outbox-title"),
            rx.el.dl(
                fact(
                    "Website",
                    rx.el.a(
                        CompanyState.website,
                        href=CompanyState.website,
                        target="_blank",
                        rel="noopener noreferrer",
                        class_name="link break-all",
                    ),
                    CompanyState.website != "",
                ),
                fact("Notes", rx.el.p(CompanyState.notes, class_name="contact-notes"), CompanyState.notes != ""),
                class_name="card facts",
            ),
            aria_label="Details",
        ),
    )


def _people() -> rx.Component:
    return rx.el.section(
        rx.el.h2("People", class_name="outbox-title"),
        rx.cond(
            CompanyState.people.length() > 0,
            rx.el.ul(rx.foreach(CompanyState.people, person_line), class_name="card people people-narrow"),
            rx.el.p("Nobody yet. Enter this company on the page of a contact.", class_name="muted small"),
        ),
        aria_label="People",
    )


def _form() -> rx.Component:
    return record_form(
        CompanyState,
        "company",
        _field("Name", "name", auto_focus=True),
        _field(
            "Domain",
            "domain",
            hint="Such as example.com. People you write to there are put with this company.",
            auto_complete="off",
            spell_check=False,
        ),
        _field("Website", "website", auto_complete="off", spell_check=False),
        create="Create company",
    )

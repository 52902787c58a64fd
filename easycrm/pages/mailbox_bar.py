"""What stands above the list: the mailbox switcher, the search, the filters, and what to do with what is selected."""

import reflex as rx

from easycrm.core import wording
from easycrm.pages.mailbox_state import MailboxState
from easycrm.pages.marks_state import MarksState
from easycrm.pages.parts.button import button, icon_button, link
from easycrm.pages.parts.keys import shortcut

_FILTERS = (("unread", "Unread"), ("starred", "Starred"), ("attachments", "Attachments"))


def mailbox_choice() -> rx.Component:
    """The switcher, where there is more than one mailbox."""
    return rx.cond(
        MailboxState.choices.length() > 1,
        rx.el.select(
            rx.el.option("All mailboxes", value=""),
            rx.foreach(MailboxState.choices, lambda choice: rx.el.option(choice.address, value=choice.id)),
            value=MailboxState.chosen,
            on_change=MailboxState.choose,
            aria_label="Mailbox to show",
            class_name="select threads-choice",
        ),
    )


def search_form() -> rx.Component:
    """The search field; what can be written into it is a press away."""
    return rx.el.form(
        rx.icon("search", size=16, aria_hidden=True, class_name="search-mark"),
        rx.el.input(
            type="search",
            name="q",
            default_value=MailboxState.text,
            key=MailboxState.text,
            placeholder="Search mail",
            aria_label="Search mail",
            auto_complete="off",
            max_length=500,
            class_name="input search-input",
            **shortcut("/"),
        ),
        rx.cond(
            MailboxState.text != "",
            link(
                rx.icon("x", size=16, aria_hidden=True),
                to=MailboxState.filter_hrefs["text"],
                aria_label="End the search",
                class_name="button button-quiet button-icon",
            ),
        ),
        _search_help(),
        on_submit=MailboxState.find,
        role="search",
        class_name="search",
    )


def filter_bar() -> rx.Component:
    """Filters that can be combined, each a link to the list with or without it."""
    return rx.el.div(
        rx.el.input(
            type="checkbox",
            checked=False,
            on_change=MarksState.toggle_all,
            disabled=MailboxState.rows.length() == 0,
            aria_label="Select all on this page",
            class_name="thread-box",
        ),
        *[_filter(name, words) for name, words in _FILTERS],
        _person(),
        role="group",
        aria_label="Filters",
        class_name="filters",
    )


def bulk_bar() -> rx.Component:
    """What can be done with the selected threads."""
    return rx.el.div(
        rx.el.input(
            type="checkbox",
            checked=MarksState.selected.length() >= MailboxState.rows.length(),
            on_change=MarksState.toggle_all,
            aria_label="Select all on this page",
            class_name="thread-box",
        ),
        rx.el.span(MarksState.selected.length(), " selected", role="status", class_name="bulk-count"),
        rx.cond(
            MailboxState.view == "archived",
            _bulk("inbox", "Move to inbox", "inbox"),
            _bulk("archive", "Archive", "archive", key="e"),
        ),
        _bulk("mail-open", "Mark read", "read", key="Shift+I"),
        _bulk("mail", "Mark unread", "unread", key="Shift+U"),
        _bulk("star", "Star", "star", key="s"),
        _bulk("star-off", "Remove star", "unstar"),
        icon_button("x", "Select nothing", on_click=MarksState.clear),
        role="group",
        aria_label="Selected conversations",
        class_name="filters bulk",
    )


def _filter(name: str, words: str) -> rx.Component:
    on = MailboxState.filters.contains(name)
    return rx.cond(
        MailboxState.view == name,
        rx.fragment(),
        link(
            rx.cond(on, rx.icon("check", size=14, aria_hidden=True)),
            words,
            to=MailboxState.filter_hrefs[name],
            aria_current=rx.cond(on, "true", "false"),
            class_name="chip",
        ),
    )


def _person() -> rx.Component:
    return rx.cond(
        MailboxState.text != "",
        rx.fragment(),
        rx.cond(
            MailboxState.person != "",
            link(
                rx.el.span("With ", MailboxState.person, class_name="chip-words"),
                rx.icon("x", size=14, aria_hidden=True),
                to=MailboxState.filter_hrefs["person"],
                aria_label=f"With {MailboxState.person}, remove this filter",
                aria_current="true",
                class_name="chip",
            ),
            rx.fragment(
                rx.el.button(
                    rx.icon("user", size=14, aria_hidden=True),
                    "Person",
                    type="button",
                    class_name="chip",
                    custom_attrs={"popoverTarget": "person-filter"},
                ),
                rx.el.div(
                    rx.el.form(
                        rx.el.label("Mail from or to", html_for="with", class_name="label"),
                        rx.el.input(
                            id="with", name="with", type="email", required=True, placeholder="name@example.com",
                            auto_complete="off", class_name="input",
                        ),
                        button("Show", look="primary", type="submit"),
                        on_submit=MailboxState.narrow,
                        class_name="grid gap-2",
                    ),
                    id="person-filter",
                    class_name="popover popover-person",
                    custom_attrs={"popover": "auto"},
                ),
            ),
        ),
    )  # fmt: skip


def _bulk(icon: str, words: str, what: str, *, key: str = "") -> rx.Component:
    keys = shortcut(key) if key else {}
    return icon_button(icon, words, on_click=MarksState.mark(0, what), **keys)


def _search_help() -> rx.Component:
    return rx.fragment(
        rx.el.button(
            rx.icon("circle-help", size=16, aria_hidden=True),
            type="button",
            aria_label="What can be searched for",
            title="What can be searched for",
            class_name="button button-quiet button-icon",
            custom_attrs={"popoverTarget": "search-help"},
        ),
        rx.el.div(
            rx.el.p("Words are looked for in subjects, people and texts. Narrower:", class_name="small muted"),
            rx.el.dl(
                *[
                    rx.el.div(rx.el.dt(rx.el.code(example)), rx.el.dd(meaning))
                    for example, meaning in wording.mailbox.SEARCH_HELP
                ],
                class_name="help-list",
            ),
            id="search-help",
            role="dialog",
            aria_label="Search help",
            class_name="popover popover-help",
            custom_attrs={"popover": "auto"},
        ),
    )

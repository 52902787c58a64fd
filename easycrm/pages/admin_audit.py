"""Administration → Audit: who did what, when; the filter stands in the address."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import reflex as rx

from easycrm.core import wording
from easycrm.mail import audit_filter
from easycrm.notices import audit_log
from easycrm.notices.audit import AuditEvent
from easycrm.pages.address import number
from easycrm.pages.download import file_link
from easycrm.pages.parts.browser import moment
from easycrm.pages.parts.button import button, link
from easycrm.pages.parts.feedback import empty, skeleton
from easycrm.pages.parts.field import field
from easycrm.pages.session import require
from easycrm.pages.shell import frame, page_heading
from easycrm.providers.registry import PROVIDERS

_PROVIDERS = {key: one.name for key, one in PROVIDERS.items()}
_FIELDS = ("person", "kind", "from", "until", "text")


@dataclass(frozen=True)
class EventItem:
    """An event as the page shows it."""

    id: int
    at: str
    what: str
    who: str
    subject: str
    detail: str


class AdminAuditState(rx.State):
    """A page of the log, and the filter that made it."""

    loaded: bool = False
    events: list[EventItem] = []
    people: list[list[str]] = []
    person: str = ""
    kind: str = ""
    since: str = ""
    until: str = ""
    text: str = ""
    query: str = ""
    older: str = ""
    first: bool = True

    @rx.event
    @require("admin")
    def load(self) -> None:
        """Fill the page by what stands in the address."""
        asked = {name: str(self.router.url.query_parameters.get(name) or "")[:200] for name in _FIELDS}
        before = number(self.router.url.query_parameters.get("before"))
        found, names = audit_log.page(audit_filter.wanted(asked), before), audit_filter.names()
        self.person, self.kind, self.since, self.until, self.text = (asked[name] for name in _FIELDS)
        self.people = [[str(ident), email] for ident, email in names.items()]
        self.events = [_item(one, names) for one in found[: audit_log.PAGE]]
        self.query = urlencode({name: value for name, value in asked.items() if value})
        self.older = str(self.events[-1].id) if len(found) > audit_log.PAGE else ""
        self.first, self.loaded = before == 0, True

    @rx.event
    @require("admin")
    def narrow(self, form: dict[str, Any]):
        """Show what fits; the filter goes into the address, to be kept and shared."""
        chosen = {name: str(form.get(name) or "").strip()[:200] for name in _FIELDS}
        return rx.redirect("/admin/audit?" + urlencode({name: value for name, value in chosen.items() if value}))


def _item(one: AuditEvent, names: dict[int, str]) -> EventItem:
    gone = f"user {one.actor_id}"
    return EventItem(
        id=one.id or 0,
        at=one.at.isoformat(),
        what=wording.audit.event(one.event),
        who=names.get(one.actor_id, gone) if one.actor_id else "EasyCRM",
        subject=_PROVIDERS.get(one.subject, one.subject),
        detail=_PROVIDERS.get(one.detail) or wording.audit.detail(one.event, one.detail),
    )


def admin_audit() -> rx.Component:
    """The page."""
    return frame(
        page_heading("Audit", "Every security-relevant event. Nobody can change the log, and it holds no secrets."),
        rx.el.div(
            _filter(),
            rx.cond(
                AdminAuditState.loaded,
                rx.cond(AdminAuditState.events.length() > 0, _events(), _nothing()),
                skeleton("100%", "420px"),
            ),
            class_name="stack",
        ),
        active="audit",
    )


def _filter() -> rx.Component:
    return rx.el.form(
        _choice("Person", "person", AdminAuditState.person, "Everybody", rx.foreach(AdminAuditState.people, _somebody)),
        _choice(
            "Kind", "kind", AdminAuditState.kind, "Everything",
            *(rx.el.option(words, value=kind) for kind, words in wording.audit.KINDS.items()),
        ),
        field("From", "from", scope="audit", type="date", default_value=AdminAuditState.since),
        field("Until", "until", scope="audit", type="date", default_value=AdminAuditState.until),
        field("Words", "text", scope="audit", type="search", default_value=AdminAuditState.text, auto_complete="off"),
        button("Show", look="primary", type="submit"),
        on_submit=AdminAuditState.narrow,
        key=f"audit-{AdminAuditState.loaded}-{AdminAuditState.query}",
        no_validate=True,
        aria_label="Filter",
        role="search",
        class_name="audit-filter",
    )  # fmt: skip


def _choice(label: str, name: str, value: rx.Var[str], nothing: str, *options: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.label(label, html_for=f"audit-{name}"),
        rx.el.select(
            rx.el.option(nothing, value=""),
            *options,
            id=f"audit-{name}",
            name=name,
            default_value=value,
            class_name="select",
        ),
        class_name="field",
    )


def _somebody(one: rx.Var[list[str]]) -> rx.Component:
    return rx.el.option(one[1], value=one[0])


def _events() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Events"),
            rx.el.div(_download("csv", "CSV"), _download("jsonl", "JSON lines"), class_name="person-actions"),
            class_name="people-head",
        ),
        rx.el.ol(rx.foreach(AdminAuditState.events, _event), class_name="rule-list"),
        rx.cond(~AdminAuditState.first | (AdminAuditState.older != ""), _turning()),
        aria_label="Events",
        class_name="card rules",
    )


def _turning() -> rx.Component:
    """Leads to the newest and to older events."""
    query = AdminAuditState.query
    return rx.el.div(
        rx.cond(AdminAuditState.first, rx.el.span(), link("Newest", to=f"/admin/audit?{query}")),
        rx.cond(AdminAuditState.older != "", link("Older", to=f"/admin/audit?{query}&before={AdminAuditState.older}")),
        class_name="flex justify-between",
    )


def _download(form: str, words: str) -> rx.Component:
    return file_link(
        words,
        to=f"/admin/audit/export.{form}?{AdminAuditState.query}",
        aria_label=f"Download as {words}",
        class_name="button button-plain",
    )


def _event(one: EventItem) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(one.what, class_name="font-medium"),
            rx.cond(one.subject != "", rx.el.span(one.subject, class_name="break-all")),
            rx.cond(one.detail != "", rx.el.span(one.detail, class_name="muted small")),
            class_name="rule-words",
        ),
        rx.el.div(
            rx.el.span(one.who, class_name="break-all"),
            moment(one.at, "exact"),
            class_name="audit-who muted small",
        ),
        key=one.id.to_string(),
        class_name="rule",
    )


def _nothing() -> rx.Component:
    return rx.el.div(
        empty(
            "scroll-text",
            "No such events",
            rx.el.p("Nothing in the log fits this filter."),
            link("Show everything", to="/admin/audit"),
        ),
        class_name="card",
    )

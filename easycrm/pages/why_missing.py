"""The question "Why isn't this email here?": asks the provider, and shows what it and EasyCRM know."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from easycrm.core import wording
from easycrm.core.errors import EasyCRMError
from easycrm.mail import missing
from easycrm.pages.email_state import EmailState
from easycrm.pages.mailbox_item import MailboxItem
from easycrm.pages.parts.browser import moment
from easycrm.pages.parts.button import button
from easycrm.pages.parts.field import field
from easycrm.pages.session import me, require


@dataclass(frozen=True)
class FindingItem:
    """One email that matched; `link` leads to it where EasyCRM has it, `received` is ISO 8601 or empty."""

    subject: str
    sender: str
    received: str
    explanation: str
    link: str


class WhyState(rx.State):
    """The last question and its answer."""

    findings: list[FindingItem] = []
    note: str = ""
    wrong: str = ""
    busy: bool = False

    @rx.event
    @require("member")
    async def look(self, form: dict[str, Any]):
        """Ask about an address or a subject in one mailbox."""
        if self.busy:
            return
        self.busy, self.wrong, self.note, self.findings = True, "", "", []
        yield
        try:
            mailbox = str(form.get("mailbox") or "")
            answer = await missing.why(
                me().user_id, int(mailbox) if mailbox.isdecimal() else 0, str(form.get("text") or "")
            )
        except EasyCRMError as error:
            self.wrong = error.user_message
        else:
            self.note, self.findings = answer.note, [_item(one) for one in answer.findings]
        finally:
            self.busy = False


def _item(one: missing.Finding) -> FindingItem:
    return FindingItem(
        subject=one.subject or "(no subject)",
        sender=one.sender,
        received=one.received_at.isoformat() if one.received_at else "",
        explanation=one.explanation,
        link=f"/mailbox?thread={one.thread_id}" if one.thread_id else "",
    )


def why_missing() -> rx.Component:
    """The card with the question; for people who have a mailbox."""
    return rx.el.section(
        rx.el.details(
            rx.el.summary(wording.syncing.WHY_MISSING),
            rx.el.form(
                rx.el.div(
                    rx.el.label("Mailbox", html_for="why-mailbox"),
                    rx.el.select(
                        rx.foreach(EmailState.providers, lambda provider: rx.foreach(provider.mailboxes, _choice)),
                        id="why-mailbox",
                        name="mailbox",
                        class_name="select",
                    ),
                    class_name="field",
                ),
                field("Address or subject", "text", scope="why", error=WhyState.wrong, auto_complete="off"),
                button(
                    rx.cond(WhyState.busy, rx.el.span(class_name="spinner", aria_hidden=True)),
                    "Look for it",
                    type="submit",
                    disabled=WhyState.busy,
                ),
                on_submit=WhyState.look,
                no_validate=True,
                class_name="why-form",
            ),
            rx.el.div(
                rx.cond(WhyState.note != "", rx.el.p(WhyState.note, class_name="muted")),
                rx.el.ul(rx.foreach(WhyState.findings, _finding), class_name="why-findings"),
                role="status",
            ),
            class_name="why",
        ),
        class_name="card",
    )


def _choice(item: MailboxItem) -> rx.Component:
    return rx.el.option(item.address, value=item.id.to_string())


def _finding(item: FindingItem) -> rx.Component:
    return rx.el.li(
        rx.cond(
            item.link != "",
            rx.el.a(item.subject, href=item.link, class_name="link"),
            rx.el.strong(item.subject, class_name="font-medium"),
        ),
        rx.el.span(
            item.sender,
            rx.cond(item.received != "", rx.fragment(" · ", moment(item.received))),
            class_name="muted small",
        ),
        rx.el.span(item.explanation),
    )

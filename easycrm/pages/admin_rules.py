"""Administration → Rules: mail that nobody's mailbox keeps, and mail among ourselves."""

from typing import Any

import reflex as rx

from easycrm.core import wording
from easycrm.core.errors import InvalidInput
from easycrm.mail import internal_mail
from easycrm.mail.exclusion import EVERYBODY
from easycrm.pages.flash import tell
from easycrm.pages.parts.button import button
from easycrm.pages.parts.feedback import skeleton
from easycrm.pages.parts.field import field, switch
from easycrm.pages.rule_book import RuleBook, remove_button, rule_dialogs, rule_form, rule_list
from easycrm.pages.session import me, require
from easycrm.pages.shell import frame, page_heading


class AdminRulesState(RuleBook, rx.State):
    """Everybody's rules, and which domains are our own."""

    loaded: bool = False
    saved: int = 0
    hides_internal: bool = True
    own_domains: str = ""
    mailbox_domains: str = ""
    wrong_domains: str = ""

    @rx.event
    @require("admin")
    def load(self) -> None:
        """Fill the page."""
        self._close()
        self._show(EVERYBODY)
        self._show_internal()
        self.loaded = True

    @rx.event
    @require("admin")
    def propose(self, form: dict[str, Any]) -> None:
        """Ask before a rule is made."""
        self._ask(EVERYBODY, form)

    @rx.event
    @require("admin")
    async def confirm_rule(self) -> None:
        """Make the rule that was asked about."""
        if self.asked_value:
            await self._add(EVERYBODY, me().user_id)

    @rx.event
    @require("admin")
    def ask_end(self, rule_id: int, value: str) -> None:
        """Ask before a rule is removed."""
        self.ending, self.ending_value = rule_id, value

    @rx.event
    @require("admin")
    async def confirm_end(self) -> None:
        """Remove the rule that was asked about."""
        if self.ending:
            await self._end(EVERYBODY, me().user_id)

    @rx.event
    @require("admin")
    def keep(self) -> None:
        """Answer either question with no."""
        self._close()

    @rx.event
    @require("admin")
    async def save_internal(self, form: dict[str, Any]) -> None:
        """Write down whether timelines hide internal mail, and which further domains are our own."""
        self.wrong_domains = ""
        try:
            internal_mail.save(me().user_id, hide=bool(form.get("hide")), domains=str(form.get("domains") or ""))
        except InvalidInput as error:
            self.wrong_domains = error.user_message
            return
        self._show_internal()
        self.saved += 1
        await tell(self, "Saved")

    def _show_internal(self) -> None:
        self.hides_internal, self.own_domains, found = internal_mail.settings_for_admin()
        self.mailbox_domains = ", ".join(found)


def admin_rules() -> rx.Component:
    """The page."""
    return frame(
        page_heading("Rules", "Decide which emails stay out of EasyCRM for the whole company."),
        rx.cond(
            AdminRulesState.loaded,
            rx.el.div(_rules(), _internal(), class_name="stack"),
            rx.el.div(skeleton("100%", "220px"), skeleton("100%", "260px"), class_name="stack"),
        ),
        rule_dialogs(AdminRulesState, "company-rules"),
        active="rules",
    )


def _rules() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Emails that nobody keeps"),
            rx.el.p(wording.rules.RULES_LEAD, class_name="muted"),
            class_name="grid gap-2",
        ),
        rule_form(AdminRulesState, "company-rules"),
        rx.cond(
            AdminRulesState.rules.length() > 0,
            rule_list(AdminRulesState.rules, remove_button(AdminRulesState)),
            rx.el.p("There are no rules for everybody. People may have rules of their own.", class_name="muted small"),
        ),
        aria_label="Emails that nobody keeps",
        class_name="card rules",
    )


def _internal() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Mail among ourselves"),
            rx.el.p(
                "An email whose sender and recipients are all in our own domains is internal. It stays in its owner's "
                "mailbox either way.",
                class_name="muted",
            ),
            class_name="grid gap-2",
        ),
        rx.el.form(
            switch(
                "Hide internal mail from contact timelines",
                "hide",
                scope="internal",
                default_checked=AdminRulesState.hides_internal,
            ),
            field(
                "Further own domains",
                "domains",
                scope="internal",
                hint="Separated by commas. The domains of connected mailboxes count anyway.",
                error=AdminRulesState.wrong_domains,
                default_value=AdminRulesState.own_domains,
                auto_complete="off",
                spell_check=False,
            ),
            rx.cond(
                AdminRulesState.mailbox_domains != "",
                rx.el.p("From mailboxes: ", AdminRulesState.mailbox_domains, class_name="muted small break-all"),
            ),
            rx.el.div(button("Save", look="primary", type="submit"), class_name="flex justify-end"),
            on_submit=AdminRulesState.save_internal,
            key=f"internal-{AdminRulesState.saved}",
            no_validate=True,
            class_name="grid gap-4",
        ),
        aria_label="Mail among ourselves",
        class_name="card rules",
    )

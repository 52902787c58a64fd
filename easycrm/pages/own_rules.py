"""One's own exclusion rules, on the Email Integration page; the company's stand beside them, to be read."""

from typing import Any

import reflex as rx

from easycrm.core import wording
from easycrm.mail import exclusion
from easycrm.mail.exclusion import EVERYBODY
from easycrm.pages.rule_book import RuleBook, RuleItem, items, remove_button, rule_dialogs, rule_form, rule_list
from easycrm.pages.session import me, require


class OwnRulesState(RuleBook, rx.State):
    """One's own rules, and the company's."""

    company: list[RuleItem] = []

    @rx.event
    @require("member")
    def load(self) -> None:
        """Fill the card."""
        self._close()
        fill(self, me().user_id)

    @rx.event
    @require("member")
    def propose(self, form: dict[str, Any]) -> None:
        """Ask before a rule is made."""
        self._ask(me().user_id, form)

    @rx.event
    @require("member")
    async def confirm_rule(self) -> None:
        """Make the rule that was asked about."""
        if self.asked_value:
            await self._add(me().user_id, me().user_id)

    @rx.event
    @require("member")
    def ask_end(self, rule_id: int, value: str) -> None:
        """Ask before a rule is removed."""
        self.ending, self.ending_value = rule_id, value

    @rx.event
    @require("member")
    async def confirm_end(self) -> None:
        """Remove the rule that was asked about."""
        if self.ending:
            await self._end(me().user_id, me().user_id)

    @rx.event
    @require("member")
    def keep(self) -> None:
        """Answer either question with no."""
        self._close()


def fill(state: OwnRulesState, user_id: int) -> None:
    """Copy the rules into the state."""
    state._show(user_id)
    company = items(exclusion.listed(EVERYBODY, viewer_id=user_id))
    if company != state.company:
        state.company = company


def own_rules() -> rx.Component:
    """The card."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Emails to leave out"),
            rx.el.p(wording.rules.RULES_LEAD, class_name="muted"),
            class_name="grid gap-2",
        ),
        rule_form(OwnRulesState, "own-rules"),
        rx.cond(
            OwnRulesState.rules.length() > 0,
            rule_list(OwnRulesState.rules, remove_button(OwnRulesState)),
            rx.el.p("You have no rules. All emails of the imported folders are here.", class_name="muted small"),
        ),
        rx.cond(
            OwnRulesState.company.length() > 0,
            rx.el.div(rx.el.h3("Set by your company"), rule_list(OwnRulesState.company), class_name="grid gap-2"),
        ),
        rule_dialogs(OwnRulesState, "own-rules"),
        aria_label="Emails to leave out",
        class_name="card rules",
    )

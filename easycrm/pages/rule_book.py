"""Exclusion rules on a page, one's own or everybody's: what is shown, what is asked, and the card for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx

from easycrm import worker
from easycrm.core import wording
from easycrm.core.errors import EasyCRMError, InvalidInput
from easycrm.mail import exclusion
from easycrm.mail.exclusion import Kind
from easycrm.pages.flash import tell
from easycrm.pages.parts.browser import count
from easycrm.pages.parts.button import button
from easycrm.pages.parts.confirm import confirm
from easycrm.pages.parts.feedback import tag
from easycrm.pages.parts.field import field, select

KINDS = [(Kind.DOMAIN.value, "Domain"), (Kind.ADDRESS.value, "Address")]


@dataclass(frozen=True)
class RuleItem:
    """A rule as the page shows it."""

    id: int
    kind: str
    value: str
    kept_out: int
    busy: bool


class RuleBook(rx.State, mixin=True):
    """The rules of one owner, and the question that is open."""

    rules: list[RuleItem] = []
    added: int = 0
    wrong: str = ""
    asked_kind: str = ""
    asked_value: str = ""
    asked_text: str = ""
    ending: int = 0
    ending_value: str = ""

    def _show(self, owner_id: int) -> None:
        rules = items(exclusion.listed(owner_id))
        if rules != self.rules:
            self.rules = rules

    def _close(self) -> None:
        self.asked_value, self.ending, self.wrong = "", 0, ""

    def _ask(self, owner_id: int, form: dict[str, Any]) -> None:
        """Say what the rule would remove, before it is made."""
        self._close()
        kind = Kind.ADDRESS if form.get("kind") == Kind.ADDRESS.value else Kind.DOMAIN
        try:
            found = exclusion.preview(owner_id, kind, str(form.get("value") or ""))
        except InvalidInput as error:
            self.wrong = error.user_message
            return
        self.asked_kind, self.asked_value = found.kind.value, found.value
        self.asked_text = wording.rules.removed_by_choice(found.count)

    async def _add(self, owner_id: int, actor_id: int) -> None:
        value, kind = self.asked_value, Kind.ADDRESS if self.asked_kind == Kind.ADDRESS.value else Kind.DOMAIN
        self._close()
        try:
            exclusion.add(owner_id, actor_id, kind, value)
        except EasyCRMError as error:
            self.wrong = error.user_message
        else:
            worker.request_rules()
            self.added += 1
            await tell(self, wording.rules.rule_added(value))
        self._show(owner_id)

    async def _end(self, owner_id: int, actor_id: int) -> None:
        rule_id, value = self.ending, self.ending_value
        self._close()
        try:
            exclusion.remove(owner_id, actor_id, rule_id)
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
        else:
            worker.request_rules()
            await tell(self, wording.rules.rule_removed(value))
        self._show(owner_id)


def items(rows: list[exclusion.RuleRow]) -> list[RuleItem]:
    """Rows for the page."""
    return [RuleItem(row.id, row.kind, row.value, row.kept_out, row.busy) for row in rows]


def rule_form(state: Any, scope: str) -> rx.Component:
    """The form that makes a rule; a new key after each one empties it."""
    return rx.el.form(
        select("Leave out", "kind", KINDS, scope=scope),
        field("Domain or address", "value", scope=scope, error=state.wrong, auto_complete="off", spell_check=False),
        button("Leave out …", type="submit"),
        on_submit=state.propose,
        key=f"{scope}-{state.added}",
        no_validate=True,
        class_name="rule-form",
    )


def rule_list(rules: Any, end: Callable[[Any], rx.Component] | None = None) -> rx.Component:
    """Rules with what they keep out; `end` makes the button that removes one."""
    return rx.el.ul(rx.foreach(rules, lambda rule: _rule(rule, end)), class_name="rule-list")


def _rule(rule: Any, end: Callable[[Any], rx.Component] | None) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(rule.value, class_name="font-medium break-all"),
            rx.cond(rule.kind == Kind.DOMAIN.value, tag("Domain and subdomains"), tag("Address")),
            rx.el.span(
                rx.cond(
                    rule.busy,
                    "Removing what is here",
                    rx.fragment("Keeps out ", count(rule.kept_out), rx.cond(rule.kept_out == 1, " email", " emails")),
                ),
                class_name="muted small",
            ),
            class_name="rule-words",
        ),
        end(rule) if end else rx.fragment(),
        key=rule.id.to_string(),
        class_name="rule",
    )


def remove_button(state: Any) -> Callable[[Any], rx.Component]:
    """Makes the button that asks before a rule is removed."""
    return lambda rule: button(
        "Remove",
        look="quiet",
        aria_label=f"Remove the rule for {rule.value}",
        on_click=state.ask_end(rule.id, rule.value),
    )


def rule_dialogs(state: Any, scope: str) -> rx.Component:
    """The questions before a rule is made, and before one is removed."""
    return rx.fragment(
        confirm(
            rx.el.p(state.asked_value, class_name="font-medium break-all"),
            rx.el.p(state.asked_text),
            name=f"{scope}-add",
            question="Leave these emails out?",
            open=state.asked_value != "",
            yes="Leave out",
            on_yes=state.confirm_rule,
            on_no=state.keep,
        ),
        confirm(
            rx.el.p(state.ending_value, class_name="font-medium break-all"),
            rx.el.p(wording.rules.RULE_END_MEANS),
            name=f"{scope}-end",
            question="Remove this rule?",
            open=state.ending > 0,
            yes="Remove rule",
            on_yes=state.confirm_end,
            on_no=state.keep,
        ),
    )

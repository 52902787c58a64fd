"""Verify setup: what the provider says of what was entered, step by step, and a test with the admin's own mailbox."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from easycrm.core import wording
from easycrm.core.errors import EasyCRMError
from easycrm.mail import consent, setup_test, verify_setup
from easycrm.pages.admin_providers_state import SetupItem
from easycrm.pages.consent import ConsentState
from easycrm.pages.flash import tell
from easycrm.pages.parts.browser import moment
from easycrm.pages.parts.button import button
from easycrm.pages.parts.feedback import notice
from easycrm.pages.session import me, require


@dataclass(frozen=True)
class CheckItem:
    """A step with its outcome: passed, failed or later."""

    name: str
    outcome: str
    hint: str


class AdminVerifyState(rx.State):
    """Outcomes by provider, and which provider is being asked."""

    checks: dict[str, list[CheckItem]] = {}
    busy: str = ""

    @rx.event
    @require("admin")
    async def load(self) -> None:
        """Start with nothing known; after a test, with what it has shown."""
        self.checks, self.busy = {}, ""
        provider = self.router.url.query_parameters.get("verify", "")
        if provider:
            await self._verify(provider)
        else:
            (await self.get_state(ConsentState)).test_problem_provider = ""

    @rx.event
    @require("admin")
    async def verify(self, provider: str) -> Any:
        """Ask the provider, step by step."""
        if self.busy:
            return
        self.busy = provider
        yield
        await self._verify(provider)
        self.busy = ""

    @rx.event
    @require("admin")
    async def test(self, provider: str) -> Any:
        """Go to the provider's consent screen; the tokens will be thrown away."""
        person = me()
        self.busy = provider
        yield
        try:
            url = await consent.begin(
                user_id=person.user_id,
                session_id=person.session_id,
                provider=provider,
                return_path=f"{setup_test.ADMIN_PAGE}?verify={provider}",
                tests_setup=True,
            )
        except EasyCRMError as error:
            self.busy = ""
            await tell(self, error.user_message, "bad")
            return
        yield rx.redirect(url)

    async def _verify(self, provider: str) -> None:
        try:
            found = await verify_setup.verify(provider)
        except EasyCRMError as error:
            await tell(self, error.user_message, "bad")
            return
        self.checks = {**self.checks, provider: [CheckItem(one.name, one.outcome, one.hint) for one in found]}


def verify_panel(item: SetupItem) -> rx.Component:
    """Buttons, outcomes, and the link that lets a whole organisation in."""
    asked = AdminVerifyState.busy == item.key
    return rx.el.div(
        rx.cond(
            ConsentState.test_problem_provider == item.key,
            notice(ConsentState.test_problem, tone="bad", role="alert"),
        ),
        rx.el.div(
            button(
                rx.cond(asked, rx.el.span(class_name="spinner", aria_hidden=True)),
                wording.setup.VERIFY_SETUP,
                on_click=AdminVerifyState.verify(item.key),
                disabled=(AdminVerifyState.busy != "") | ~item.complete,
            ),
            button(
                wording.setup.TEST_WITH_MY_MAILBOX,
                look="quiet",
                on_click=AdminVerifyState.test(item.key),
                disabled=(AdminVerifyState.busy != "") | ~item.complete,
            ),
            rx.cond(
                item.admin_consent != "",
                rx.el.a("Let EasyCRM in for the whole organisation", href=item.admin_consent, class_name="link"),
            ),
            class_name="verify-actions",
        ),
        rx.el.p(
            rx.cond(item.complete, wording.setup.TEST_MEANS, wording.setup.SAVE_FIRST),
            rx.cond(item.tested_at != "", rx.fragment(" Last test ", moment(item.tested_at))),
            class_name="hint",
        ),
        rx.el.div(
            rx.cond(
                AdminVerifyState.checks.contains(item.key),
                rx.el.ol(
                    rx.foreach(AdminVerifyState.checks[item.key], _check),
                    aria_label=f"Setup of {item.name}, verified",
                    class_name="checks",
                ),
            ),
            role="status",
        ),
        class_name="verify",
    )


def _check(check: CheckItem) -> rx.Component:
    return rx.el.li(
        rx.match(
            check.outcome,
            ("passed", rx.icon("circle-check", size=18, aria_hidden=True)),
            ("failed", rx.icon("circle-x", size=18, aria_hidden=True)),
            rx.icon("circle-dashed", size=18, aria_hidden=True),
        ),
        rx.el.div(
            rx.el.span(check.name, class_name="font-medium"),
            rx.el.span(
                rx.match(check.outcome, ("passed", "passed"), ("failed", "failed"), "not known yet"),
                class_name="check-outcome",
            ),
            rx.cond(check.hint != "", rx.el.p(check.hint, class_name="hint")),
        ),
        class_name=f"check check-{check.outcome}",
    )

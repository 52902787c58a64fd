"""The way to a provider's consent screen and back: the buttons that begin it, the page it comes back to."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import reflex as rx

from easycrm import worker
from easycrm.core import wording
from easycrm.core.errors import EasyCRMError
from easycrm.core.log import logger
from easycrm.mail import consent
from easycrm.mail.consent import Completed, ConsentRefused
from easycrm.mail.setup_test import ADMIN_PAGE
from easycrm.pages.address import number, page_path
from easycrm.pages.answer_buttons import COMPOSE, draft_path
from easycrm.pages.flash import tell
from easycrm.pages.parts.feedback import waiting
from easycrm.pages.parts.mark import brand_mark
from easycrm.pages.session import me, require

SETTINGS = "/settings/email"
OUTBOX = "/outbox"
EVERYTHING = "everything"
WINDOWS = [
    ("7", "last 7 days"),
    ("30", "last 30 days"),
    ("90", "last 90 days"),
    ("180", "last 180 days"),
    (EVERYTHING, "everything"),
]

_log = logger(__name__)


class ConsentState(rx.State):
    """Which consent is on its way, and why the last one came to nothing."""

    leaving: str = ""
    problem: str = ""
    problem_action: str = wording.TRY_AGAIN
    problem_provider: str = ""
    problem_connection: int = 0
    test_problem: str = ""
    test_problem_provider: str = ""
    _just_failed: bool = False
    _problem_return_path: str = ""

    @rx.event
    @require("member")
    def arrive(self) -> None:
        """Forget an earlier failure, but for the one that led here."""
        self.leaving = ""
        if not self._just_failed:
            self.problem = ""
        self._just_failed = False

    @rx.event
    @require("member")
    async def connect(self, form: dict[str, Any]) -> Any:
        """Go to the form's provider to connect another mailbox."""
        provider = str(form.get("provider", ""))
        async for step in self._leave(provider, f"connect:{provider}", window_days=_window(form.get("window"))):
            yield step

    @rx.event
    @require("member")
    async def reconnect(self, provider: str, connection_id: int) -> Any:
        """Go to the provider to renew the consent for a mailbox that is known already, and return to what needs it."""
        here = self._here()
        async for step in self._leave(
            provider, f"reconnect:{connection_id}", reconnects=connection_id, return_path=here
        ):
            yield step

    @rx.event
    @require("member")
    async def try_again(self) -> Any:
        """Begin the consent anew that failed last."""
        provider, connection_id = self.problem_provider, self.problem_connection
        there = self._problem_return_path or SETTINGS
        async for step in self._leave(provider, "again", reconnects=connection_id or None, return_path=there):
            yield step

    @rx.event
    @require("member")
    def dismiss(self) -> None:
        """Take the reason of the last failure away."""
        self.problem = ""

    @rx.event
    @require("member")
    async def finish_consent(self, provider: str) -> Any:
        """Complete the consent with what the provider sent back; a failure is told on the settings page."""
        person = me()
        answer = parse_qsl(urlsplit(str(self.router.url)).query, keep_blank_values=True)
        self.test_problem = self.test_problem_provider = ""
        if "admin_consent" in dict(answer):
            return await self._let_in("error" not in dict(answer))
        there = SETTINGS
        try:
            done = await consent.complete(
                user_id=person.user_id, session_id=person.session_id, provider=provider, answer=answer
            )
            self.problem = ""
            there = done.return_path
            if not done.repeated:
                await self._arrived(done)
        except EasyCRMError as error:
            there = self._fail(provider, error)
        except Exception as error:  # whatever happens, the code must leave the address bar
            _log.error("consent.page_failed", error=type(error).__name__)
        return rx.redirect(there, replace=True)

    async def _arrived(self, done: Completed) -> None:
        if done.connection_id:
            await tell(self, f"{wording.connected_as(done.address)}. Your email is on its way")
            worker.sync_mailbox(done.connection_id)
        else:
            await tell(self, wording.setup.TEST_DONE)

    async def _let_in(self, agreed: bool) -> Any:
        """An admin of the organisation has decided at the provider; nothing of ours depends on the answer."""
        told = wording.setup.ADMIN_CONSENT_GIVEN if agreed else wording.setup.ADMIN_CONSENT_DENIED
        await tell(self, told, "good" if agreed else "bad")
        return rx.redirect(ADMIN_PAGE if me().is_admin else SETTINGS, replace=True)

    def _here(self) -> str:
        """The draft or the outbox, where a new consent is asked for there; else the settings page."""
        page, draft_id = page_path(self), number(self.router.url.query_parameters.get("draft"))
        if page == COMPOSE and draft_id:
            return draft_path(draft_id)
        return OUTBOX if page == OUTBOX else SETTINGS

    async def _leave(self, provider: str, what: str, *, return_path: str = SETTINGS, **begin: Any) -> Any:
        if self.leaving:
            return
        self.leaving = what
        yield
        person = me()
        try:
            url = await consent.begin(
                user_id=person.user_id,
                session_id=person.session_id,
                provider=provider,
                return_path=return_path,
                **begin,
            )
        except EasyCRMError as error:
            self.leaving = ""
            await tell(self, error.user_message, "bad")
            return
        self.problem = ""
        yield rx.redirect(url)

    def _fail(self, provider: str, error: EasyCRMError) -> str:
        """Keep the reason for the page that is gone to, whose address is returned."""
        if getattr(error, "tested_setup", False):
            self.test_problem, self.test_problem_provider = error.user_message, provider
            return f"{ADMIN_PAGE}?verify={provider}"
        self.problem, self.problem_provider, self._just_failed = error.user_message, provider, True
        self.problem_action = "Start again" if error.user_message.endswith("start again") else wording.TRY_AGAIN
        refused = isinstance(error, ConsentRefused)
        self.problem_connection = (error.reconnects or 0) if refused else 0
        self._problem_return_path = error.return_path if refused else ""
        return SETTINGS


def callback_page() -> rx.Component:
    """What is seen while the provider's answer is checked."""
    return rx.el.main(
        rx.el.div(brand_mark(40), rx.el.h1("Connecting your mailbox"), waiting("Checking with the provider…")),
        class_name="callback",
    )


def _window(choice: object) -> int | None:
    if choice == EVERYTHING:
        return None
    return next((int(days) for days, _ in WINDOWS if days == choice), 30)

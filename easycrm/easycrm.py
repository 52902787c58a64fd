"""The application: pages, endpoints and lifespan tasks, put together; nothing else."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from easycrm.core import wording
from easycrm.endpoints.app import around
from easycrm.pages import live, theme
from easycrm.pages.access_link import invitation, new_password
from easycrm.pages.account import AccountState, account
from easycrm.pages.admin_audit import AdminAuditState, admin_audit
from easycrm.pages.admin_health import admin_health
from easycrm.pages.admin_health_state import AdminHealthState
from easycrm.pages.admin_keys import AdminKeysState, admin_keys
from easycrm.pages.admin_providers import admin_providers
from easycrm.pages.admin_providers_state import AdminProvidersState
from easycrm.pages.admin_rules import AdminRulesState, admin_rules
from easycrm.pages.admin_users import admin_users
from easycrm.pages.admin_users_state import AdminUsersState
from easycrm.pages.admin_verify import AdminVerifyState
from easycrm.pages.company_state import CompanyState
from easycrm.pages.compose import compose_page
from easycrm.pages.compose_state import ComposeState
from easycrm.pages.consent import SETTINGS, ConsentState, callback_page
from easycrm.pages.contact_state import ContactState
from easycrm.pages.contacts import contacts
from easycrm.pages.contacts_state import ContactsState
from easycrm.pages.email_integration import email_integration
from easycrm.pages.email_state import EmailState
from easycrm.pages.failure import something_went_wrong
from easycrm.pages.fresh_tab import FreshTab
from easycrm.pages.lost import connection_lost, not_found, page_broke
from easycrm.pages.mailbox import mailbox
from easycrm.pages.mailbox_state import MailboxState
from easycrm.pages.marks_state import MarksState
from easycrm.pages.outbox import outbox_page
from easycrm.pages.outbox_state import OutboxState
from easycrm.pages.own_rules import OwnRulesState
from easycrm.pages.privacy import keep_secrets_out_of_stored_states
from easycrm.pages.refresh import refresh
from easycrm.pages.session import OneSessionOneState
from easycrm.pages.shell import ShellState
from easycrm.pages.sign_in import setup, sign_in
from easycrm.pages.thread_state import ThreadState
from easycrm.pages.timeline_state import TimelineState
from easycrm.pages.trusted_senders import TrustedSendersState
from easycrm.pages.written_here import WrittenState
from easycrm.providers.registry import PROVIDERS

keep_secrets_out_of_stored_states()

app = rx.App(
    stylesheets=theme.STYLESHEETS,
    head_components=theme.head(),
    html_lang="en",
    toaster=None,
    app_wraps={
        (55, "ErrorBoundary"): lambda _stateful: page_broke(),
        (5, "Overlay"): lambda stateful: connection_lost() if stateful else None,
    },
    backend_exception_handler=something_went_wrong,
    api_transformer=around,
)


def add(component: Callable[[], rx.Component], route: str, title: str, *on_load: Any) -> None:
    """Register a page; `on_load` are the handlers that fill it, in order."""
    app.add_page(component, route=route, title=f"{title} · EasyCRM" if title else "EasyCRM", on_load=list(on_load))


coming_back: Any = ConsentState.finish_consent

add(callback_page, "/", "", rx.redirect("/mailbox", replace=True))
add(sign_in, "/sign-in", "Sign in")
add(setup, "/setup", "Set up")
add(invitation, "/invitation", "Invitation")
add(new_password, "/reset-password", "New password")
add(
    mailbox,
    "/mailbox",
    "Mailbox",
    ShellState.load,
    MailboxState.load,
    ThreadState.load,
    WrittenState.load,
    MarksState.load,
)
add(
    contacts,
    "/contacts",
    "Contacts",
    ShellState.load,
    ContactState.load,
    CompanyState.load,
    TimelineState.load,
    ContactsState.load,
)
add(compose_page, "/compose", wording.writing.COMPOSE, ShellState.load, ComposeState.load)
add(outbox_page, "/outbox", "Outbox", ShellState.load, OutboxState.load)
add(
    email_integration,
    SETTINGS,
    wording.EMAIL_INTEGRATION,
    ConsentState.arrive,
    ShellState.load,
    EmailState.load,
    OwnRulesState.load,
    TrustedSendersState.load,
)
for key in PROVIDERS:
    add(callback_page, f"{SETTINGS}/callback/{key}", "Connecting", coming_back(key))
add(account, "/settings/account", "Your account", ShellState.load, AccountState.load)
add(admin_audit, "/admin/audit", "Audit", ShellState.load, AdminAuditState.load)
add(admin_keys, "/admin/keys", "Keys", ShellState.load, AdminKeysState.load)
add(admin_users, "/admin/users", "Users", ShellState.load, AdminUsersState.load)
add(admin_providers, "/admin/providers", "Providers", ShellState.load, AdminProvidersState.load, AdminVerifyState.load)
add(admin_health, "/admin/health", "Health", ShellState.load, AdminHealthState.load)
add(admin_rules, "/admin/rules", "Rules", ShellState.load, AdminRulesState.load)
add(not_found, "404", "Not found")
app.add_middleware(OneSessionOneState(), index=0)
app.add_middleware(FreshTab(), index=1)
app.register_lifespan_task(live.pusher(app, ShellState, refresh))

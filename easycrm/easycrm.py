"""The application: pages, endpoints and lifespan tasks, put together; nothing else."""

import reflex as rx

from easycrm.core import wording
from easycrm.endpoints.app import around
from easycrm.pages import live, theme
from easycrm.pages.admin_providers import AdminProvidersState, admin_providers
from easycrm.pages.consent import SETTINGS, ConsentState, callback_page
from easycrm.pages.email_integration import email_integration
from easycrm.pages.email_state import EmailState
from easycrm.pages.failure import something_went_wrong
from easycrm.pages.lost import connection_lost, not_found, page_broke
from easycrm.pages.mailbox import mailbox
from easycrm.pages.mailbox_state import MailboxState
from easycrm.pages.privacy import keep_secrets_out_of_stored_states
from easycrm.pages.refresh import refresh
from easycrm.pages.shell import ShellState
from easycrm.pages.sign_in import setup, sign_in

PROVIDERS = ("google", "microsoft")

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

app.add_page(callback_page, route="/", title="EasyCRM", on_load=rx.redirect("/mailbox", replace=True))
app.add_page(sign_in, route="/sign-in", title="Sign in · EasyCRM")
app.add_page(setup, route="/setup", title="Set up · EasyCRM")
app.add_page(mailbox, route="/mailbox", title="Mailbox · EasyCRM", on_load=[ShellState.load, MailboxState.load])
app.add_page(
    email_integration,
    route=SETTINGS,
    title=f"{wording.EMAIL_INTEGRATION} · EasyCRM",
    on_load=[ConsentState.arrive, ShellState.load, EmailState.load],
)
for key in PROVIDERS:
    app.add_page(
        callback_page,
        route=f"{SETTINGS}/callback/{key}",
        title="Connecting · EasyCRM",
        on_load=ConsentState.finish_consent(key),
    )
app.add_page(
    admin_providers,
    route="/admin/providers",
    title="Providers · EasyCRM",
    on_load=[ShellState.load, AdminProvidersState.load],
)
app.add_page(not_found, route="404", title="Not found · EasyCRM")
app.register_lifespan_task(live.pusher(app, ShellState, refresh))

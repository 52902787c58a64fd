"""Step-by-step help for the providers' consoles, folded away until it is needed."""

import reflex as rx

_GOOGLE_STEPS = [
    ("Open console.cloud.google.com", "and choose or create a project."),
    ("Enable two interfaces", "under APIs & Services: the Gmail API and the People API."),
    (
        "Set up the consent screen",
        "as Internal, so that it serves your Workspace only. An external screen in Testing "
        "loses every connection after 7 days.",
    ),
    ("Add the scopes", "listed below."),
    ("Create credentials", "of the kind OAuth client ID, application type Web application."),
    ("Paste the redirect URI", "from below under Authorized redirect URIs."),
    ("Copy the client ID and the client secret", "into the fields below, switch on Enabled and save."),
]
_GOOGLE_SCOPES = ["openid", "email", "profile", "gmail.readonly", "gmail.send", "contacts.readonly"]
_MICROSOFT_STEPS = [
    ("Open entra.microsoft.com", "and go to App registrations, New registration."),
    ("Choose who may sign in:", "this organisation only (then enter its tenant ID as Tenant), or any organisation."),
    ("Add the redirect URI", "from below with the platform Web."),
    (
        "Add delegated permissions",
        "of Microsoft Graph: those listed below. Grant admin consent if your tenant demands it.",
    ),
    (
        "Create a client secret",
        "under Certificates & secrets. It lives for 24 months at most; copy its Value, not its ID.",
    ),
    ("Copy the application (client) ID and the secret", "into the fields below, switch on Enabled and save."),
]
_MICROSOFT_SCOPES = [
    "openid",
    "profile",
    "email",
    "offline_access",
    "User.Read",
    "Mail.Read",
    "Mail.Send",
    "Contacts.Read",
]


def console_help(provider: rx.Var[str]) -> rx.Component:
    """The help for one provider."""
    return rx.match(
        provider,
        ("google", _help("How to register EasyCRM at Google", _GOOGLE_STEPS, _GOOGLE_SCOPES)),
        ("microsoft", _help("How to register EasyCRM at Microsoft", _MICROSOFT_STEPS, _MICROSOFT_SCOPES)),
        rx.fragment(),
    )


def _help(title: str, steps: list[tuple[str, str]], scopes: list[str]) -> rx.Component:
    return rx.el.div(
        rx.el.details(
            rx.el.summary(rx.icon("chevron-right", size=16, class_name="turn", aria_hidden=True), title),
            rx.el.ol(*[rx.el.li(rx.el.strong(what), f" {how}") for what, how in steps]),
            rx.el.p("Scopes to tick", class_name="label mb-2"),
            rx.el.div(*[rx.el.span(scope, class_name="scope") for scope in scopes], class_name="scopes"),
            class_name="fold",
        ),
        class_name="setup-help",
    )

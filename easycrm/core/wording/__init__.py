"""Every sentence that people and QA rely on, once: here those of the whole product, in the modules those of an area."""

from easycrm.core.wording import (
    audit,
    connecting,
    consoles,
    contacts,
    health,
    mailbox,
    operating,
    people,
    reading,
    rules,
    setup,
    syncing,
    writing,
)

__all__ = [
    "audit",
    "connecting",
    "consoles",
    "contacts",
    "health",
    "mailbox",
    "operating",
    "people",
    "reading",
    "rules",
    "setup",
    "syncing",
    "writing",
]

EMAIL_INTEGRATION = "Email Integration"
CONNECT_ACCOUNT = "Connect Account"
RECONNECT = "Reconnect"
DISCONNECT = "Disconnect"
REQUIRES_REAUTHENTICATION = "Requires Re-authentication"
NEEDS_REAUTHENTICATION = "Your email connection needs re-authentication"
CONFIRM_DISCONNECT = "Disconnect email? Synced emails will remain, but new syncing will stop"
NOT_CONNECTED = "Not connected"
CONSENT_DENIED = "Email connection was not authorized. Please try again and grant the required permissions"
NOT_CONFIGURED = "Email integration is not yet configured. Please contact your administrator"
GOOGLE_WORKSPACE = "Google Workspace"
MICROSOFT_365 = "Microsoft 365"
TRY_AGAIN = "Try again"
PROVIDER_PROBLEM = "Provider problem, your administrator has been notified"
KEY_UNAVAILABLE = "key unavailable"


def connected_as(address: str) -> str:
    """The status of a connected mailbox."""
    return f"Connected as {address}"


NO_SUBJECT = "(no subject)"

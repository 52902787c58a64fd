"""Every sentence that people and QA rely on, once."""

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
SYNC_DELAYED = "Sync delayed"
KEY_UNAVAILABLE = "key unavailable"

CONSENT_EXPIRED = "This sign-in took longer than ten minutes. Please start again"
CONSENT_UNKNOWN = "This link does not belong to a connection that you started here. Please start again"
CONSENT_REPEATED = "This sign-in was already used. Please start again"
CONSENT_MALFORMED = "The provider's answer could not be read. Please start again"
CONSENT_PROVIDER_ERROR = "The provider ended the sign-in with an error. Please try again later"
CONSENT_NO_REFRESH_TOKEN = "The provider did not allow EasyCRM to stay connected. Please try again"  # noqa: S105 (a sentence)
CONSENT_IDENTITY_UNPROVEN = "The provider's proof of identity was not valid, so nothing was connected. Please try again"
CONSENT_PROFILE_MISMATCH = "The mailbox does not belong to the account that signed in, so nothing was connected"
CONSENT_ADDRESS_NOT_ALLOWED = "Your administrator allows only mailboxes of certain domains to be connected"
NO_MAILBOX = "This account has no mailbox in Exchange Online, so there is nothing to connect"
WRONG_CREDENTIALS = "Email or password is not correct"
TOO_MANY_ATTEMPTS = "Too many attempts. Please wait a few minutes and try again"


def connected_as(address: str) -> str:
    """The status of a connected mailbox."""
    return f"Connected as {address}"


def missing_permissions(names: list[str]) -> str:
    """What to say when the person left out a permission that EasyCRM needs."""
    return f"EasyCRM was not given permission to {' and to '.join(names)}. Please try again and leave every box ticked"


def wrong_mailbox(expected: str, actual: str) -> str:
    """What to say when a reconnect came back with another mailbox."""
    return f"Expected {expected} / You signed in as {actual}. Nothing was changed"

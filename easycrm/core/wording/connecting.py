"""Sentences about connecting, refused grants, and goodbye."""

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
NO_GMAIL = "Gmail is not switched on for this account, so there is no mail to read"
CONSENT_WRONG_PROVIDER = "The answer came from another provider than the one you chose. Please start again"
GRANT_ENDED = "The permission expired or was withdrawn"
DEACTIVATED = "The user was deactivated"
CONNECTION_ENDED = "The mailbox was disconnected or connected anew in the meantime"


def missing_permissions(names: list[str]) -> str:
    """What to say when the person left out a permission that EasyCRM needs."""
    return f"EasyCRM was not given permission to {' and to '.join(names)}. Please try again and leave every box ticked"


def wrong_mailbox(expected: str, actual: str) -> str:
    """What to say when a reconnect came back with another mailbox."""
    return f"Expected {expected} / You signed in as {actual}. Nothing was changed"


def reauthentication_notice(address: str, provider_name: str, reason: str) -> str:
    """The notification's body: which mailbox, why, and what to do."""
    return f"{address} ({provider_name}) is no longer syncing: {reason[:1].lower()}{reason[1:]}. Reconnect it to go on"


def incident_title(provider_name: str) -> str:
    """What the admins are told when a provider refuses EasyCRM itself."""
    return f"{provider_name} does not accept EasyCRM at the moment"


def contacts_not_importable(provider_name: str) -> str:
    """What the admins are told when contacts cannot be read, though mail can."""
    return f"{provider_name} does not let EasyCRM read contacts at the moment"


INCIDENTS = {
    "invalid_client": "The client ID or the client secret is not accepted. Check both, and whether the secret expired",
    "unauthorized_client": "The application may not use this way of signing in. Check its type in the console",
    "deleted_client": "The application was deleted in the provider's console",
    "disabled_client": "The application was disabled in the provider's console",
    "invalid_scope": "A permission that EasyCRM needs is not registered for the application. Add what the help on the "
    "page Providers lists",
    "accessNotConfigured": "The Gmail API is not enabled for the project. Enable it in Google's console under "
    "APIs & Services → Library",
    "contactsNotConfigured": "The People API is not enabled for the project. Enable it in Google's console under "
    "APIs & Services → Library. Email goes on; contacts are imported when it is enabled",
    "client_secret_unreadable": "The stored client secret cannot be opened with the present keys. Enter it again",
    "not_configured": "The client ID or the client secret was removed. Enter both again",
}


def incident_explanation(code: str) -> str:
    """What an admin can do about a fault, by the provider's code."""
    return INCIDENTS.get(code, f"The provider answered {code or 'with an unknown error'}. Check the application there")


STOPPED = "Syncing has stopped. Your synced emails are still here"
NOTHING_TO_REVOKE = "EasyCRM held no tokens of this mailbox any more"
LEFT_IN_PLACE = (
    "The permission was left in place, because another EasyCRM user is connected to this mailbox and depends on it"
)
SHARED_GRANT = (
    "Another EasyCRM user is connected to this mailbox too, by the same permission. It stays in place for that user; "
    "your own tokens are destroyed"
)


def revocation_asked(provider_name: str) -> str:
    """The receipt's line while the provider has not confirmed."""
    return (
        f"{provider_name} is asked to withdraw EasyCRM's permission. If it does not answer, EasyCRM asks again for "
        "24 hours and then destroys its last token"
    )


def revocation_done(provider_name: str) -> str:
    """The receipt's line when the provider has withdrawn the permission, now or before."""
    return f"{provider_name} has withdrawn EasyCRM's permission"


def revocation_not_offered(provider_name: str) -> str:
    """The receipt's line for a provider where only the person can withdraw the permission."""
    return (
        f"EasyCRM has destroyed its tokens. {provider_name} lets only you remove the permission itself, "
        "on the page linked here"
    )


def access_lives_on(minutes: int) -> str:
    """The receipt's line about an access token that nobody can call back."""
    unit = "minute" if minutes == 1 else "minutes"
    return f"An access token issued earlier stays valid for up to {minutes} {unit}; EasyCRM no longer has it"


def permission_page(provider_name: str) -> str:
    """The words of the link to where a person removes permissions."""
    return f"See your permissions at {provider_name}"

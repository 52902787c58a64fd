"""Sentences about setting up a provider."""

from datetime import date

from easycrm.core.wording.connecting import INCIDENTS

KNOWN_AFTER_FIRST_CONNECTION = "Known after the first connection. A test with your own mailbox shows it now"
NOT_A_DATE = "Enter a day such as 2027-03-31"
VERIFY_SETUP = "Verify setup"
TEST_WITH_MY_MAILBOX = "Test with my own mailbox"
TEST_MEANS = (
    "You sign in at the provider and agree, as your users will. EasyCRM asks three questions with your permission and "
    "throws it away; your mailbox is not connected."
)
SAVE_FIRST = "Enter and save client ID and client secret first"
TEST_DONE = "Tested with your own mailbox. The permission was thrown away"
WILL_DISCONNECT = "With another application these mailboxes have to be reconnected. Tick the box and save again"
APPLICATION_CHANGED = "The administrator registered EasyCRM anew at the provider"
ADMIN_CONSENT_GIVEN = "The provider reports that an administrator has let EasyCRM in for the whole organisation"
ADMIN_CONSENT_DENIED = "The provider reports that EasyCRM was not let in for the organisation"

_STEPS = {
    "reachable": "{provider} can be reached",
    "tenant": "The tenant exists",
    "client": "The application is known",
    "secret": "The client secret is accepted",
    "redirect": "The redirect URI is one that {provider} takes",
    "registered": "The redirect URI is registered, and people may agree",
    "permissions": "All permissions are asked for and given",
    "api": "Mail can be read",
    "contacts": "Contacts can be read",
}
_GOOGLE_CLIENTS = "Google Auth Platform → Clients"
_ENTRA_APP = "Entra ID → App registrations → your application"
HINTS = {
    **INCIDENTS,
    "unreachable": "EasyCRM could not reach the provider. Check the server's network, HTTPS_PROXY and certificates",
    "after_reachable": "Not asked, because an earlier step failed",
    "after_client": "Not asked, because the application is not known",
    "not_understood": "The provider's answer says nothing about this. A test with your own mailbox shows it",
    "google_invalid_client": "Google does not know this pair of client ID and client secret. Copy the client ID "
    f"again from {_GOOGLE_CLIENTS}, in the right project. Google shows a secret only once: if it is lost, open the "
    "client there and press Add secret",
    "google_unauthorized_client": "This client may not be used by a web server. Under "
    f"{_GOOGLE_CLIENTS} create one of the type Web application",
    "google_disabled_client": f"The client was disabled. Enable it again under {_GOOGLE_CLIENTS}",
    "google_deleted_client": f"The client was deleted. Restore it, or create a new one under {_GOOGLE_CLIENTS}",
    "microsoft_no_tenant": "Microsoft knows no such tenant. Copy the Directory (tenant) ID from "
    f"{_ENTRA_APP} → Overview, or enter organizations",
    "microsoft_not_found": "Microsoft knows no such application in this tenant. Copy the Application (client) ID from "
    f"{_ENTRA_APP} → Overview, and check the tenant",
    "microsoft_disabled": "The application was disabled. Under Entra ID → Enterprise apps → your application → "
    "Properties set Enabled for users to sign-in to Yes",
    "microsoft_wrong_secret": "This is not the secret's value. Under Certificates & secrets create a new secret and "
    "copy its Value at once, not its Secret ID",
    "microsoft_expired_secret": "The client secret has expired. Under Certificates & secrets create a new one, enter "
    "its Value here and note when it expires",
    "many_tenants": "With accounts of any organisation Microsoft judges the application only when somebody signs in. "
    "A test with your own mailbox shows it now",
    "redirect_http": "Providers take http only for localhost. Set EASYCRM_PUBLIC_URL to the https address in use",
    "redirect_ip": "Providers take no IP address or single-word host. Set EASYCRM_PUBLIC_URL to a full domain name",
    "permissions_missing": "Not every permission came back. Add the scopes listed in the help above, and leave every "
    "box ticked when you agree",
    "test_NoMailbox": "The account that was tested has no mailbox",
    "test_PermissionMissing": "The permission for this was not given. Add the scopes listed in the help above",
    "test_IdentityMismatch": "The mailbox does not belong to the account that signed in",
    "test_RateLimited": "The provider asked EasyCRM to slow down. Test again in a minute",
    "test_ProviderUnavailable": "The provider did not answer properly. Test again in a few minutes",
    "test_UnexpectedRefusal": "The provider refused for a reason it did not name. Check that the interface is enabled",
}


def step_name(key: str, provider_name: str) -> str:
    """What a step of Verify setup finds out."""
    return _STEPS[key].format(provider=provider_name)


def secret_expires(provider_name: str, day: date, *, over: bool) -> str:
    """The title of the warning before a client secret runs out."""
    when = "has expired" if over else f"expires on {day.day} {day:%B %Y}"
    return f"The client secret of {provider_name} {when}"


def secret_affects(people: int) -> str:
    """Its body: how many people it concerns, and what to do."""
    who = "1 person" if people == 1 else f"{people} people"
    return f"{who} would stop receiving email. Create a new secret in the console and enter it under Providers"

"""How EasyCRM is registered in each provider's console: what to open, what to enter, and how one sees that it worked.

Sources: https://support.google.com/cloud/answer/15544987 (and its pages on Audience, Clients and Data Access),
https://learn.microsoft.com/entra/identity-platform/quickstart-register-app.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One step: what it is for, what to do, what is on screen when it worked, and where it is done.

    Words of the console stand between asterisks.
    """

    what: str
    how: tuple[str, ...]
    seen: str
    links: tuple[tuple[str, str], ...] = ()


_GOOGLE_CONSOLE = "https://console.cloud.google.com"
GOOGLE_TITLE = "How to register EasyCRM at Google"
GOOGLE = (
    Step(
        "Make a project",
        (
            "Sign in to the Google Cloud console with an account of your Workspace. Choose *New project* in the "
            "project menu at the top, name it EasyCRM, and see that *Organization* names your company.",
        ),
        "The menu at the top shows the new project; it must do so in every step that follows.",
        (("New project", f"{_GOOGLE_CONSOLE}/projectcreate"),),
    ),
    Step(
        "Enable the Gmail API and the People API",
        ("Under *APIs & Services → Library* search for each by its name, open it and press *Enable*.",),
        "Both are listed under *APIs & Services → Enabled APIs & services*.",
        (
            ("Gmail API", f"{_GOOGLE_CONSOLE}/apis/library/gmail.googleapis.com"),
            ("People API", f"{_GOOGLE_CONSOLE}/apis/library/people.googleapis.com"),
        ),
    ),
    Step(
        "Describe the application",
        (
            "Open *Google Auth Platform* and press *Get started*. *App name*: EasyCRM. *User support email* and "
            "contact information: yours.",
            "*Audience*: *Internal*, if all mailboxes belong to your own Workspace. Then nothing has to be verified.",
            "*External* is for mailboxes of other organisations, and for projects without an organisation. In "
            "*Testing*, only the test users listed under *Audience* can connect, and every connection ends after 7 "
            "days. *Publish app* puts it *In production*; as reading email is a restricted scope, Google then wants "
            "to verify the application, with a security assessment. Until it has, people are warned that Google has "
            "not verified it, and no more than 100 can agree.",
        ),
        "The menu on the left has *Branding*, *Audience*, *Clients* and *Data Access*. *Audience* says *Internal*, or"
        " *External* and *In production*.",
        (("Google Auth Platform", f"{_GOOGLE_CONSOLE}/auth/overview"),),
    ),
    Step(
        "Add the scopes",
        (
            "Under *Google Auth Platform → Data Access* press *Add or remove scopes*. Paste the list from below into "
            "*Manually add scopes*, press *Add to table*, *Update*, and on the page itself *Save*.",
        ),
        "gmail.readonly is listed under *Your restricted scopes*; gmail.send and contacts.readonly under *Your "
        "sensitive scopes*.",
        (("Data Access", f"{_GOOGLE_CONSOLE}/auth/scopes"),),
    ),
    Step(
        "Create the client",
        (
            "Under *Google Auth Platform → Clients* press *Create client*. *Application type*: *Web application*. "
            "Leave *Authorized JavaScript origins* empty. Under *Authorized redirect URIs* press *Add URI* and paste "
            "the redirect URI from below, letter by letter. Press *Create*.",
        ),
        "A window shows *Client ID* and *Client secret*. Copy both before you close it: Google never shows the secret"
        " again. If it is lost, open the client and press *Add secret*.",
        (("Clients", f"{_GOOGLE_CONSOLE}/auth/clients"),),
    ),
    Step(
        "Enter it here",
        (
            "*Client ID* (it ends with .apps.googleusercontent.com) and *Client secret* go into the fields below. "
            "Switch on *Enabled*, save, then press *Verify setup* and *Test with my own mailbox*.",
            "If Google says *Access blocked* and admin_policy_enforced, your Workspace lets in only applications that"
            " it knows: in the Admin console (admin.google.com) under *Security → Access and data control → API "
            "controls* trust internal apps, or trust this *Client ID* under *Manage app access*.",
        ),
        "After the test, every step of *Verify setup* says passed. A new client may take some minutes until Google "
        "knows it.",
    ),
)
GOOGLE_SCOPES = (
    "openid",
    "https://www.googleapis.com/auth/userinfo.email",
    "https://www.googleapis.com/auth/userinfo.profile",
    "https://www.googleapis.com/auth/gmail.readonly",
    "https://www.googleapis.com/auth/gmail.send",
    "https://www.googleapis.com/auth/contacts.readonly",
)

_ENTRA = "https://entra.microsoft.com"
MICROSOFT_TITLE = "How to register EasyCRM at Microsoft"
MICROSOFT = (
    Step(
        "Register the application",
        (
            "Sign in to the Microsoft Entra admin center. Under *Entra ID → App registrations* press *New "
            "registration*. *Name*: EasyCRM.",
            "*Supported account types*: *Single tenant* for your own organisation (*Accounts in this organizational "
            "directory only*). For several organisations: *Multiple Entra ID tenants* (*Accounts in any "
            "organizational directory*). Not one with personal Microsoft accounts.",
            "*Redirect URI*: choose the platform *Web*, not *Single-page application*, and paste the redirect URI "
            "from below, letter by letter. Press *Register*.",
        ),
        "The application's *Overview* opens. Under *Authentication* the redirect URI stands with the platform *Web*; "
        "if it does not, press *Add Redirect URI* there (*Add a platform* in older views).",
        (("Microsoft Entra admin center", _ENTRA),),
    ),
    Step(
        "Copy two IDs from Overview",
        (
            "*Application (client) ID* goes into *Client ID* below; *Object ID* is another number.",
            "*Single tenant*: *Directory (tenant) ID* goes into *Tenant*. Several organisations: *Tenant* stays "
            "organizations.",
        ),
        "Both are 36 characters long, with four hyphens.",
    ),
    Step(
        "Add the permissions",
        (
            "Under *API permissions* press *Add a permission → Microsoft Graph → Delegated permissions*, not "
            "*Application permissions*. Search for each of those listed below, tick it, and press *Add permissions*.",
        ),
        "The table lists all of them, with *Delegated* as their type.",
    ),
    Step(
        "Agree for the organisation",
        (
            "Many organisations do not let their people agree to this by themselves; people then read *Need admin "
            "approval*. On the same page an administrator (Cloud Application Administrator or above) presses *Grant "
            "admin consent for* your organisation, and *Yes*.",
            "Another organisation's administrator opens the link *Let EasyCRM in for the whole organisation*, which "
            "is shown below once *Client ID* is saved. There people cannot agree by themselves before your publisher "
            "is verified, under *Branding & properties*.",
        ),
        "*Status* says *Granted* for your organisation.",
    ),
    Step(
        "Create a client secret",
        (
            "Under *Certificates & secrets → Client secrets* press *New client secret*, choose when it expires (24 "
            "months at most), and press *Add*.",
            "Copy *Value* at once, not *Secret ID*: it is shown until you leave the page, and never again.",
        ),
        "*Value* goes into *Client secret* below, the day under *Expires* into *Secret expires on*.",
    ),
    Step(
        "Enter it here",
        ("Switch on *Enabled*, save, then press *Verify setup* and *Test with my own mailbox*.",),
        "After the test, every step of *Verify setup* says passed.",
    ),
)
MICROSOFT_SCOPES = (
    "openid",
    "profile",
    "email",
    "offline_access",
    "User.Read",
    "Mail.Read",
    "Mail.Send",
    "Contacts.Read",
)
COPY_SCOPES = "Copy all scopes"

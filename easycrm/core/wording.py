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
CONSENT_WRONG_PROVIDER = "The answer came from another provider than the one you chose. Please start again"
GRANT_ENDED = "The permission expired or was withdrawn"
DEACTIVATED = "The user was deactivated"
NOT_YOURSELF = "You cannot deactivate your own account"
CONNECTION_ENDED = "The mailbox was disconnected or connected anew in the meantime"
WRONG_CREDENTIALS = "Email or password is not correct"
TOO_MANY_ATTEMPTS = "Too many attempts. Please wait a few minutes and try again"
SETUP_LINK_OVER = "This setup link is not valid any more. Start EasyCRM again to get a new one"
NOT_AN_ADDRESS = "This is not an email address"
PASSWORD_LENGTH = "A password has 12 to 200 characters"  # noqa: S105 (a sentence)
PASSWORD_IS_ADDRESS = "The password must not be the email address"  # noqa: S105 (a sentence)


def connected_as(address: str) -> str:
    """The status of a connected mailbox."""
    return f"Connected as {address}"


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
    "invalid_scope": "A permission that EasyCRM needs is not registered for the application",
    "accessNotConfigured": "An interface that EasyCRM needs is not enabled in the provider's console",
    "contactsNotConfigured": "The People API is not enabled for the project in Google's console. Email goes on; "
    "contacts are imported when it is enabled",
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


def delayed(reason: str) -> str:
    """What to say of a mailbox that is late."""
    return f"{SYNC_DELAYED}: {reason[:1].lower()}{reason[1:]}" if reason else SYNC_DELAYED


def recovered(count: int, period: str) -> str:
    """What a reconnect has brought back."""
    return f"Recovered {count:,} {'email' if count == 1 else 'emails'} from {period}"


STORAGE_FAULT = "EasyCRM cannot store mail at the moment"
STORAGE_CAUSES = {
    "full": "The disk that holds the database is full. Make room there",
    "locked": "Something keeps the database locked, such as a backup or another program",
    "silent": "The database does not answer, or refuses to write",
}


def storage_alert(cause: str) -> str:
    """What the admins are told while mail cannot be stored."""
    return f"{STORAGE_CAUSES[cause]}. No mail is lost: syncing goes on where it stopped"


def storage_over(start: str, end: str, cause: str) -> str:
    """What the admins are told when mail can be stored again."""
    return f"From {start} to {end} UTC. {STORAGE_CAUSES[cause]}. Syncing goes on where it stopped; no mail is lost"


STORAGE_OVER = "EasyCRM could not store mail for a while"
CURSOR_KEEPS_EXPIRING = "The provider keeps asking for the mailbox to be read again"


def import_started(address: str) -> str:
    """Told when the first import of a mailbox begins."""
    return f"Import of {address} has started"


def import_finished(address: str, count: int) -> str:
    """Told when the first import of a mailbox has ended."""
    emails = "1 email" if count == 1 else f"{count:,} emails"
    return f"Import finished: {emails} from {address} {'is' if count == 1 else 'are'} here"


DELETE_SYNCED_EMAILS = "Delete synced emails"
CONFIRM_DELETE = (
    "Delete all emails that were synced from this mailbox, and the contacts imported from it? "
    "They stay at the provider, but not in EasyCRM"
)
DELETE_ONLY_WHEN_DISCONNECTED = "Disconnect the mailbox first. Only then can its synced emails be deleted"


def emails_deleted(count: int) -> str:
    """Told when synced emails have been deleted."""
    return f"{count:,} {'email' if count == 1 else 'emails'} deleted"


NOT_SEARCHED = "This mailbox is not connected, so EasyCRM could look only at what it has stored"
SEARCH_FOR = "Enter an address or a subject of at most 200 characters"
HERE = "It is here, in EasyCRM's mailbox"
NOT_YET = "It is in the mailbox and will come with the next sync"
IN_SPAM = "It is in spam, which EasyCRM does not import"
IN_TRASH = "It is in the trash, which EasyCRM does not import"
IS_A_DRAFT = "It is a draft, which EasyCRM does not import"
OLDER_THAN_WINDOW = "It is older than the period that you chose to import"
NOT_THERE = "Neither the mailbox nor EasyCRM has an email that matches"
NOT_STORED_HERE = "EasyCRM has stored no email that matches"


def could_not_be_stored(reason: str) -> str:
    """Why a message stands in the ledger and not in the mailbox."""
    return f"EasyCRM could not import it: {reason}"


WHY_MISSING = "Why isn't this email here?"


def not_fetched(file_name: str) -> str:
    """What an export says of an attachment that was never fetched."""
    return f"{file_name or 'An attachment'}: still in your mailbox; reconnect to download"


DOWNLOAD_STORED = "Download synced emails"
DOWNLOAD_EVERYTHING = "Download everything first"


NO_RECIPIENTS = "Enter at least one recipient"
NO_SENDER = "Choose the mailbox to send from"
DRAFT_CHANGED = "This draft was changed in another tab or window. Reload it to see the newest text"
NOT_A_DRAFT = "This message is on its way and can no longer be changed"
TOO_LATE_TO_UNDO = "It is too late to undo: the message has been handed to the provider"
NOT_RESENDABLE = "Only a message that failed, or whose outcome is unknown, can be sent again"
TIME_IS_PAST = "Choose a time that lies ahead"
TIME_TOO_FAR = "Choose a time within the next year"
TEXT_TOO_LONG = "The text is too long to be sent as an email"
FILE_NOT_COMPLETE = "A file has not been uploaded completely. Remove it or add it again"
SEND_NOT_ALLOWED = "This mailbox did not give EasyCRM the permission to send. Grant it again in the settings"
SEND_NOT_CONNECTED = "This mailbox is not connected. Connect it again, or send from another one"
SEND_UNKNOWN = (
    "The connection broke while the message was handed over. EasyCRM is looking for it among the sent messages"
)
SEND_STILL_UNKNOWN = (
    "The connection broke while the message was handed over, and it has not turned up among the sent messages since. "
    "It may or may not have been sent: look into the mailbox before you send it again"
)
SEND_GIVEN_UP = "It could not be handed to the provider for a day"
ATTACHMENT_GONE = "A file to be forwarded is no longer in the mailbox. Remove it and try again"


def no_recipient(text: str) -> str:
    """What to say of something that stands among the recipients and is no address."""
    return f"\u201c{text}\u201d is not an email address"


def too_many_recipients(most: int) -> str:
    """What to say of a message to very many."""
    return f"A message can go to at most {most} recipients"


def control_characters(field: str) -> str:
    """What to say of a line break or control character in a field of one line."""
    return f"Line breaks and control characters are not allowed here: {field}"


def too_large_to_send(most_bytes: int, provider_name: str) -> str:
    """What to say of a message that its provider would not take."""
    return f"With its files the message is too large: {provider_name} takes about {most_bytes // 1_000_000} MB"


FILE_WITHOUT_NAME = "A file needs a name"


def files_too_large(most_bytes: int) -> str:
    """What to say when the files of a message are more than any provider takes."""
    return f"The files of a message can have {most_bytes // 1_000_000} MB together"


def too_many_files(most: int) -> str:
    """What to say of a message with very many files."""
    return f"A message can have at most {most} files"


RULE_EMPTY = "Enter an address or a domain"
RULE_WILDCARD = "Wildcards are not needed: a domain such as example.com covers every address in it and its subdomains"
RULE_NEEDS_ADDRESS = "This is not an address such as ada@example.com"
RULE_NEEDS_DOMAIN = "This is not a domain such as example.com"
RULES_LEAD = (
    "Emails with these people are not kept, whether they are sender, recipient, in copy or in Reply-To. A domain "
    "covers its subdomains. A mailbox\u2019s own address does not count, and at the provider nothing changes."
)
RULE_END_MEANS = "Emails that it kept out, within the imported period, will be fetched again"
FOLDERS_LEAD = "Emails in the other folders are not kept. A new folder is imported until you switch it off here."
LABELS_LEAD = (
    "An email that carries a label which is switched off is not kept, whatever other labels it has. A new label is "
    "imported until you switch it off here."
)
RULE_EXISTS = "There is such a rule already"
TOO_MANY_RULES = "There can be at most 500 rules. A domain rule may stand for many addresses"
FOLDERS_NEED_ONE = "Inbox and Sent cannot both be left out: nothing that matters would be left"


def excluded_by_rule(kind: str, value: str, *, company: bool) -> str:
    """Why a message is not here: which rule leaves it out, and whose it is."""
    return f"It is left out by {'a rule of your company' if company else 'your rule'} for the {kind} {value}"


def rule_covers(kind: str, value: str, *, company: bool) -> str:
    """What is said of a searched address that a rule leaves out."""
    whose = "A rule of your company" if company else "Your rule"
    return f"{whose} for the {kind} {value} leaves emails with this address out"


EXCLUDED_BY_ENDED_RULE = "It was left out by a rule that has been removed, and will come with the next sync"


def in_folder_left_out(name: str, *, label: bool) -> str:
    """Why a message is not here: its owner left out the folder, or at Google the label."""
    return (
        f"It carries the label \u201c{name}\u201d, which you left out"
        if label
        else (f"It is in the folder \u201c{name}\u201d, which you left out")
    )


def rule_added(value: str) -> str:
    """Told when a rule has been made."""
    return f"Emails with {value} are left out from now on"


def rule_removed(value: str) -> str:
    """Told when a rule has been removed."""
    return f"The rule for {value} is removed. Its emails are being fetched again"


def emails(count: int) -> str:
    """A number of emails."""
    return f"{count:,} {'email' if count == 1 else 'emails'}"


def removed_by_choice(count: int) -> str:
    """What will happen to mail that is here, before a rule or a folder choice is confirmed."""
    if count == 0:
        return "EasyCRM has no such emails at the moment"
    return f"{emails(count)} will be removed from EasyCRM. In the mailbox itself nothing changes"


RULE_NEEDS_DOMAIN_NOT_ADDRESS = "This is an address. Choose \u201cAddress\u201d, or enter only what stands after the @"
NO_SUBJECT = "(no subject)"


NO_SUCH_VISIBILITY = "Choose what colleagues see from the list"

"""Sentences about accounts, sign-in and passwords."""

NOT_YOURSELF = "You cannot deactivate your own account"
WRONG_CREDENTIALS = "Email or password is not correct"
TOO_MANY_ATTEMPTS = "Too many attempts. Please wait a few minutes and try again"
SETUP_LINK_OVER = "This setup link is not valid any more. Start EasyCRM again to get a new one"
NOT_AN_ADDRESS = "This is not an email address"
ADDRESS_TAKEN = "This address has an account already. Enter another one"
PASSWORD_LENGTH = "A password has 12 to 200 characters"  # noqa: S105 (a sentence)
PASSWORD_IS_ADDRESS = "The password must not be the email address"  # noqa: S105 (a sentence)
WRONG_PASSWORD = "This is not your current password"  # noqa: S105 (a sentence)
PASSWORDS_DIFFER = "The two new passwords are not the same"
CHANGED_MEANWHILE = "This was changed in another window meanwhile. Reload the page and try again"
NAME_LENGTH = "A name has 1 to 200 characters"
LINK_OVER = "This link is not valid any more. Ask your administrator for a new one"
REACTIVATE_FIRST = "This account is deactivated. Reactivate it first"
OWN_ROLE = "You cannot change your own role. Ask another administrator"
NO_LONGER_ADMIN = "You are not an administrator any more"
NOT_YOURSELF_ERASED = "You cannot delete your own account. Ask another administrator"
BEING_ERASED = "The data of this person is being deleted"
RESET_TOLD = "An administrator has made a link to reset your password"
RESET_TOLD_MORE = "If you did not ask for it, talk to your administrator: whoever has the link can sign in as you"


def has_account(address: str) -> str:
    """What to say where an address is taken."""
    return f"{address} has an account already"


def mailboxes(connected: int, waiting: int, ended: int) -> str:
    """A person's mailboxes in a few words."""
    parts = (
        f"{connected} connected" if connected else "",
        f"{waiting} to be reconnected" if waiting else "",
        f"{ended} disconnected" if ended else "",
    )
    return ", ".join(part for part in parts if part) or "No mailbox"


def sessions_ended(number: int) -> str:
    """Told after signing out elsewhere."""
    return f"Signed out of {number} other {'session' if number == 1 else 'sessions'}"


DEACTIVATE_MEANS = (
    "They are signed out at once and cannot sign in. Their mailboxes are disconnected and the tokens destroyed; their "
    "emails stay. You can reactivate them later"
)
ERASE_MEANS = (
    "Everything that EasyCRM holds of this person is deleted for good: the account, their mailboxes with all synced "
    "emails and contacts, drafts and rules. Contacts that they added for the team and other people's mail stay. "
    "The audit log keeps one line with a number in place of the name"
)
ERASE_TYPE = "Type the email address to confirm"
ERASE_DIFFERS = "This is not the email address of the person"
ERASING = "The data is being deleted. This may take a few minutes"
EXPORT_BY_ADMIN = (
    "The file holds profile, mailboxes by name and the audit log about them, but no emails, contacts and drafts: only "
    "they themselves may read those, and download everything under Your account"
)
EXPORT_OWN = (
    "A ZIP file with your profile, mailboxes with their folders and syncs, contacts, drafts with their files, rules, "
    "trusted senders and all synced emails as mbox, and what the audit log holds about you. Attachments of emails stay "
    "in your mailbox"
)

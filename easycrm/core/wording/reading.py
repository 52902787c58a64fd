"""Sentences of the reading pane, and of what is fetched from the provider when somebody asks for it."""

QUOTED_TEXT = "Quoted text"
IMAGES_BLOCKED = "Remote images are blocked: they would tell the sender that you opened this."
STILL_IN_YOUR_MAILBOX = "This is still in your mailbox; reconnect to download"
SIGN_IN_FIRST = "Your mail is shown to you alone"
GONE = "This is no longer in the mailbox: it was deleted there, or moved to where EasyCRM cannot see it"
NOT_NOW = "It is still in your mailbox: please try again in a moment"
ORIGINAL_CUT = "EasyCRM shows only the beginning of a message this large. Download the original for all of it."
TOO_LONG = "This message is too long to be shown in full. Show the original for all of it."
NO_TEXT = "This message has no text."
NO_TEXT_BUT_FILES = "This message has no text, only attachments."
ENCRYPTED = (
    "This message is encrypted, and EasyCRM has no key to it. Open it in your mail program, or download the original."
)
SIGNED = "This message is digitally signed. EasyCRM shows it, but does not check the signature."
OUTLOOK_ONLY = (
    "This message was sent in a form that only Outlook reads (winmail.dat). Its attachments are inside that file: "
    "open it with Outlook, or ask the sender to send plain email."
)
FILES_NOT_LISTED = "The attachments cannot be listed at the moment"
NO_SUCH_SENDER = "This message has no sender whose images could be shown"

TRUSTED_SENDERS = "Senders whose images are always shown"
TRUSTED_SENDERS_LEAD = (
    "Remote images tell a sender that you opened their email. EasyCRM fetches those of these senders without asking."
)
NO_TRUSTED_SENDERS = "There are none. To add somebody, choose \u201cAlways show images\u201d above an email of theirs."


def images_blocked_again(email: str) -> str:
    """Told after a sender was taken off the list."""
    return f"Images from {email} are blocked again"


def images_always_shown(email: str) -> str:
    """Told after a sender was put back on the list."""
    return f"Images from {email} are always shown"


def pictures_missing(count: int) -> str:
    """What a message says whose own pictures could not be fetched."""
    what = "1 picture" if count == 1 else f"{count} pictures"
    return f"{what} of this message could not be fetched from the mailbox."

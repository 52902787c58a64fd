"""Sentences about drafts, sending and files."""

# One word for one act, wherever a button, a heading or a line of the help names it.
COMPOSE = "Compose"
REPLY = "Reply"
REPLY_ALL = "Reply all"
FORWARD = "Forward"
UNDO = "Undo"

NO_RECIPIENTS = "Enter at least one recipient"
NO_SENDER = "Choose the mailbox to send from"
DRAFT_CHANGED = "This draft was changed in another tab or window: what stands here is not the newest text"
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
SEND_AFTER_RESTORE = (
    "EasyCRM was restored from a backup. The message may have been sent after the backup was made: look into the "
    "mailbox before you send it again"
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


SIGNATURE_TOO_LONG = "A signature can have at most a page of text"
SCHEDULED = "The message is scheduled"
CANCELLED = "It will not be sent. It is among your drafts"
DISCARDED = "The draft is discarded"
NOT_A_MOMENT = "Choose a date and a time"
FILES_TOO_LARGE = "{provider} would not take the message: remove a file, or send from another mailbox"
# What the page says while something typed is not kept yet, by the state it is in.
UNKEPT = {
    "offline": "EasyCRM cannot be reached. What you type stays in this tab and is saved as soon as it can be",
    "signed-out": "You have been signed out. Sign in again in another tab: what you typed stays here and is saved then",
    "changed": DRAFT_CHANGED,
    "gone": "This draft was discarded or sent elsewhere. What you typed is still here",
}

"""Sentences of the mailbox: its views, its filters, and what is done with conversations."""

VIEWS = {
    "inbox": "Inbox",
    "unread": "Unread",
    "starred": "Starred",
    "sent": "Sent",
    "archived": "Archived",
    "all": "All mail",
}
OWN_MARKS = (
    "Read, star and archive are EasyCRM's own: your mailbox at the provider stays as it is. "
    "When something changes there, the change is shown here."
)
EMPTY = {
    "inbox": ("The inbox is empty", "New mail appears here by itself. What you archived is under Archived."),
    "unread": ("Everything is read", "Unread conversations of all folders are listed here."),
    "starred": ("Nothing is starred", "Star a conversation to find it here again."),
    "sent": ("Nothing was sent", "What you send, here or at your provider, is listed here."),
    "archived": ("Nothing is archived", "Archive a conversation to take it out of the inbox and keep it here."),
    "all": ("There is no mail", "All conversations of your mailboxes are listed here."),
}
EMPTY_FOLDER = ("Nothing in this folder", "Conversations with this label or folder are listed here.")
EMPTY_FILTERED = ("No conversation matches", "Take a filter away to see more.")
EMPTY_SEARCH = (
    "Nothing was found",
    "Check the spelling, or use fewer words. Mail older than the imported period is not searched.",
)
SEARCH_HELP = (
    ("from:grace", "who wrote it"),
    ("to:ada", "who got it"),
    ("subject:figures", "words of the subject"),
    ("has:attachment", "with files"),
    ("after:2026-01-31", "received on that day or later"),
    ("before:2026-02-28", "received before that day"),
    ("is:unread", "also is:read and is:starred"),
    ("in:sent", "a folder or label, by its name"),
    ('"exact words"', "words that stand side by side"),
    ("-word", "not with this word"),
)


def too_many(most: int) -> str:
    """Told to whoever marks more at once than a page can show."""
    return f"Mark at most {most} conversations at a time"


def archived(count: int) -> str:
    """Told after conversations were archived."""
    return f"{_conversations(count)} archived here. Your mailbox at the provider stays as it is"


def in_inbox(count: int) -> str:
    """Told after conversations were moved to the inbox."""
    return f"{_conversations(count)} moved to the inbox"


def put_back(from_archive: bool) -> str:
    """Told after archiving, or moving to the inbox, was undone."""
    return f"Undone: back in the {'inbox' if from_archive else 'archive'}"


def nothing_to_archive(count: int) -> str:
    """Told when what was to be archived does not lie in the inbox."""
    return f"{'It is' if count == 1 else 'They are'} not in the inbox, so there is nothing to archive"


def _conversations(count: int) -> str:
    return "1 conversation" if count == 1 else f"{count:,} conversations"

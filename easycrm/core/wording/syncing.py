"""Sentences about the import, the sync, and mail that is missed."""

STORAGE_FAULT = "EasyCRM cannot store mail at the moment"
OWN_FAULT = "Something went wrong in EasyCRM itself"
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
ASKED_TO_WAIT = "The provider asked EasyCRM to wait. It looks for new email again as soon as it may"
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
IN_NO_IMPORTED_FOLDER = "It is in a folder that EasyCRM does not import, such as one in the deleted items"
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


SYNC_DELAYED = "Sync delayed"


def delayed(reason: str) -> str:
    """What to say of a mailbox that is late."""
    return f"{SYNC_DELAYED}: {reason[:1].lower()}{reason[1:]}" if reason else SYNC_DELAYED


def recovered(count: int, period: str) -> str:
    """What a reconnect has brought back."""
    return f"Recovered {count:,} {'email' if count == 1 else 'emails'} from {period}"


def emails(count: int) -> str:
    """A number of emails."""
    return f"{count:,} {'email' if count == 1 else 'emails'}"

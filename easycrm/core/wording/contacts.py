"""Sentences about contacts and what colleagues see."""

from collections.abc import Sequence

NO_SUCH_VISIBILITY = "Choose what colleagues see from the list"
YOU = "you"
_NAMED = 3

VISIBILITIES = {
    "private": ("Nothing", "Colleagues do not learn that there was any email."),
    "metadata": ("That you wrote", "Colleagues see who wrote to whom and when, but no subject and no text."),
    "subject": ("Subjects", "Colleagues see who wrote to whom, when, and the subject, but no text."),
    "everything": ("Everything", "Colleagues see the subject and may read the email. They cannot answer or change it."),
}
VISIBILITY_LEAD = (
    "On the page of a contact, your team sees the email that its members had with that person. Decide what others see "
    "of this mailbox. Email with people who are nobody\u2019s contact is never shown to anybody but you."
)
INTERNAL_LEFT_OUT = "Email among ourselves, where everybody is in our own domains, is left out of contact pages."
CREATE_CONTACTS = "Create contacts from people I write to"
CREATE_CONTACTS_MEANS = (
    "From now on, whoever you write to becomes a contact of the team. Left out are our own domains, people whom a rule "
    "leaves out, addresses that nobody reads, and emails to more than 20 people."
)
NAME_OR_ADDRESS = "Enter a name or an email address"
NAME_TOO_LONG = "A name may have at most 200 characters"
FIELD_TOO_LONG = "This is too long"
TOO_MANY_ADDRESSES = "A contact may have at most 50 email addresses"
COMPANY_NEEDS_NAME = "Enter the name of the company"
NOT_A_WEBSITE = "Enter an address such as https://example.com"
CHANGED_MEANWHILE = "Somebody else has changed this in the meantime. Copy what you typed, then open it anew"
MERGE_WITH_ITSELF = "Choose another contact to merge with"
MERGE_ARCHIVED = "Restore the archived contact first"
NEVER_IMPORTED = "Contacts of this mailbox have not been imported yet"
SUBJECT_NOT_SHARED = "Subject not shared"
NO_SHARED_MAIL = "No email with this person that you may see"


def not_an_address(piece: str) -> str:
    """A line of the field with addresses that is none."""
    return f"\u201c{piece}\u201d is not an email address. Write one address on each line"


def address_taken(email: str, name: str) -> str:
    """An address that another contact has."""
    return f"{email} belongs to the contact {name}"


def company_exists(name: str) -> str:
    """A company that is there already."""
    return f"There is a company {name} already"


def created(name: str) -> str:
    """Told when a contact or company has been made."""
    return f"{name} is created"


def merged(name: str) -> str:
    """Told when two contacts have become one."""
    return f"Merged into {name}"


def added_to_team(new: int, known: int) -> str:
    """Told when imported contacts have been added to the team's."""
    if not new:
        return "The team has this contact already" if known == 1 else "The team has these contacts already"
    return "1 contact added to the team" if new == 1 else f"{new:,} contacts added to the team"


def imported(count: int) -> str:
    """How many contacts a mailbox has brought."""
    return "1 contact imported" if count == 1 else f"{count:,} contacts imported"


def import_delayed(reason: str) -> str:
    """Why contacts are not up to date."""
    return f"Contacts are delayed: {reason[:1].lower()}{reason[1:]}" if reason else "Contacts are delayed"


def wrote(sender: str, recipients: Sequence[str]) -> str:
    """Who wrote to whom, in a line."""
    first = "You" if sender == YOU else sender
    names = [one for one in recipients if one != sender]
    if len(names) > _NAMED + 1:
        names = [*names[:_NAMED], f"{len(names) - _NAMED} others"]
    return f"{first} to {', '.join(names)}" if names else first

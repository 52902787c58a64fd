"""Contacts as providers hand them over: pages of contacts and removals, frozen."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FetchedContact:
    """One entry of an address book; addresses are as written there.

    `folder` is the provider's id of the folder it lies in (Graph), or that it left when `removed`.
    """

    provider_contact_id: str
    name: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    company: str = ""
    title: str = ""
    folder: str = ""
    removed: bool = False


@dataclass(frozen=True)
class ContactPage:
    """What one step of reading an address book brought.

    Args:
        cursor: on the last page, what to read on from next time; empty on those before it.
        whole: the run tells every contact there is, so that what it does not list is gone.
        folders: on the last page of a provider with folders, those that there are: what lies in others is gone.
    """

    contacts: tuple[FetchedContact, ...]
    cursor: str = ""
    whole: bool = False
    folders: frozenset[str] | None = None

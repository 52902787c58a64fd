"""Where a message lies as people see it: in the inbox, in the archive, or elsewhere (sent, or in a folder)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from sqlmodel import Session, col, select

from easycrm.mail.connection import Connection
from easycrm.mail.folder import MailFolder
from easycrm.providers.registry import provider

_TELLING = ("inbox", "sent", "archive")


class Place(StrEnum):
    """The places, in an order in which the greatest of a thread's messages is the thread's."""

    ELSEWHERE = ""
    ARCHIVE = "archive"
    INBOX = "inbox"


@dataclass(frozen=True)
class Places:
    """What the folders of one mailbox say about places.

    `by_label`: a message may have many labels, and received mail that has left the inbox is what such a provider calls
    archived. Elsewhere only the archive folder is: what lies in another folder was filed there.
    """

    kinds: dict[str, str] = field(default_factory=dict[str, str])
    by_label: bool = False

    def of(self, labels: Iterable[str]) -> Place:
        """Where a message with these labels lies; in the inbox, as long as no folder is known."""
        found = {self.kinds.get(label, "") for label in labels}
        if "inbox" in found or not self.kinds:
            return Place.INBOX
        archived = "archive" in found or (self.by_label and "sent" not in found)
        return Place.ARCHIVE if archived else Place.ELSEWHERE


def places(session: Session, connection: Connection) -> Places:
    """The places of a mailbox, as its folders are known now."""
    query = select(MailFolder.provider_folder_id, MailFolder.kind).where(
        MailFolder.connection_id == connection.id, col(MailFolder.kind).in_(_TELLING)
    )
    return Places(dict(session.exec(query).all()), provider(connection.provider).folder_word == "label")

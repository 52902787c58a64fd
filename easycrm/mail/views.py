"""What a person can choose from beside the list: folders and labels, and how much is unread."""

from dataclasses import dataclass

from sqlalchemy import select as columns_of
from sqlalchemy import union_all
from sqlmodel import col, select

from easycrm.core.db import reading
from easycrm.mail.connection import Connection
from easycrm.mail.contact import Contact
from easycrm.mail.folder import MailFolder
from easycrm.mail.thread_filter import Filters, count, ranges

COUNTED = 100
_SHOWN = ("user", "category")


@dataclass(frozen=True)
class FolderChoice:
    """A folder or label of one of the user's mailboxes."""

    id: int
    name: str
    connection_id: int
    address: str


def folders(user_id: int, mailbox: int = 0) -> list[FolderChoice]:
    """The folders and labels that are imported, by mailbox and name; inbox, sent and archive are views."""
    query = select(MailFolder.id, MailFolder.name, Connection.id, Connection.address).where(
        Connection.user_id == user_id,
        col(MailFolder.connection_id) == col(Connection.id),
        col(MailFolder.kind).in_(_SHOWN),
        ~col(MailFolder.excluded),
        MailFolder.name != "",
    )
    if mailbox:
        query = query.where(Connection.id == mailbox)
    with reading() as session:
        found = [FolderChoice(ident or 0, name, of or 0, address) for ident, name, of, address in session.exec(query)]
    return sorted(found, key=lambda one: (one.connection_id, one.name.casefold()))


def unread(user_id: int, mailbox: int = 0) -> int:
    """How many threads of the inbox are unread; counts no further than COUNTED."""
    with reading() as session:
        wanted = ranges(session, user_id, Filters(mailbox=mailbox, unread=True))
        if not wanted:
            return 0
        each = [ids.limit(COUNTED).subquery() for _, ids in wanted]
        some = union_all(*(columns_of(one.c.id) for one in each)).limit(COUNTED).subquery()
        return count(session, some)


def contact_name(contact_id: int) -> str:
    """The name of a contact of the team; empty where there is none."""
    with reading() as session:
        return session.exec(select(Contact.name).where(Contact.id == contact_id)).first() or ""

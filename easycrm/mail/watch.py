"""Whether anything on a user's pages has changed: one cheap question for many users at once."""

from collections.abc import Sequence

from sqlalchemy import Executable, func, select
from sqlmodel import col

from easycrm.core.db import reading
from easycrm.mail.company import Company
from easycrm.mail.connection import Connection
from easycrm.mail.contact import Contact
from easycrm.mail.outbox_message import OutboxMessage, State
from easycrm.mail.visibility import Visibility
from easycrm.notices.notice import Notice


def fingerprints(user_ids: Sequence[int]) -> dict[int, str]:
    """For each user a text that differs as soon as a mailbox's status, progress or mail, a notice, or what is sent,
    changes."""
    found: dict[int, str] = {}
    with reading() as session:
        for query in (_mailboxes(user_ids), _notices(user_ids), _outbox(user_ids)):
            for user_id, *values in session.connection().execute(query):
                found[user_id] = f"{found.get(user_id, '')}|{values}"
    return found


def team() -> str:
    """A text that differs as soon as a contact or company, or mail that colleagues see something of, changes."""
    shown = col(Connection.visibility) != Visibility.PRIVATE
    queries = (
        select(func.count(col(Connection.id)), func.sum(col(Connection.changed_seq))).where(shown),
        select(func.count(col(Contact.id)), func.sum(col(Contact.version))),
        select(func.count(col(Company.id)), func.sum(col(Company.version))),
    )
    with reading() as session:
        return "".join(f"|{tuple(row)}" for query in queries for row in session.connection().execute(query))


def _mailboxes(user_ids: Sequence[int]) -> Executable:
    signs = (
        func.count(col(Connection.id)),
        func.sum(col(Connection.changed_seq)),
        func.sum(col(Connection.import_done)),
        func.max(col(Connection.last_success_at)),
    )
    owner = col(Connection.user_id)
    return select(owner, *signs).where(owner.in_(user_ids)).group_by(owner)


def _notices(user_ids: Sequence[int]) -> Executable:
    signs = (func.count(col(Notice.id)), func.max(col(Notice.id)), func.count(col(Notice.read_at)))
    owner = col(Notice.user_id)
    return select(owner, *signs).where(owner.in_(user_ids), col(Notice.resolved_at).is_(None)).group_by(owner)


def _outbox(user_ids: Sequence[int]) -> Executable:
    signs = (func.count(col(OutboxMessage.id)), func.max(col(OutboxMessage.updated_at)))
    owner = col(OutboxMessage.user_id)
    on_its_way = col(OutboxMessage.state) != State.DRAFT
    return select(owner, *signs).where(owner.in_(user_ids), on_its_way).group_by(owner)

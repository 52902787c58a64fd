"""Whether anything on a user's pages has changed: one cheap question for many users at once."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import col, select

from easycrm.core.db import reading
from easycrm.mail.connection import Connection
from easycrm.notices.notice import Notice


def fingerprints(user_ids: Sequence[int]) -> dict[int, str]:
    """For each user a text that differs as soon as a mailbox's status, progress or mail, or a notice, changes."""
    mailboxes = (
        select(
            Connection.user_id,
            func.count(col(Connection.id)),
            func.sum(Connection.changed_seq),
            func.sum(Connection.import_done),
            func.max(Connection.last_success_at),
        )
        .where(col(Connection.user_id).in_(user_ids))
        .group_by(col(Connection.user_id))
    )
    notices = (
        select(Notice.user_id, func.count(col(Notice.id)), func.max(Notice.id), func.count(col(Notice.read_at)))
        .where(col(Notice.user_id).in_(user_ids), col(Notice.resolved_at).is_(None))
        .group_by(col(Notice.user_id))
    )
    with reading() as session:
        rows = [*session.execute(mailboxes), *session.execute(notices)]
    found: dict[int, str] = {}
    for user_id, *values in rows:
        found[user_id] = f"{found.get(user_id, '')}|{values}"
    return found

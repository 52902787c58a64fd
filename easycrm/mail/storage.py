"""What to do when EasyCRM's own database cannot be written: locked for too long, full, or not there."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlmodel import Session, col, select

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.core.log import logger
from easycrm.mail import schedule
from easycrm.mail.schedule import Lease
from easycrm.notices import audit, bell
from easycrm.notices.notice import Notice
from easycrm.people.user import User

FAULTS = (OperationalError, InterfaceError)
ALERT = "storage"
OVER = "storage-over"
DATABASE = "database"
Cause = Literal["full", "locked", "silent"]
_log = logger(__name__)


@dataclass
class _Outage:
    """What this process knows of an outage; an alert left behind by an earlier process is looked for once."""

    since: datetime | None = None
    cause: Cause = "silent"
    failed: set[int] = field(default_factory=set[int])
    looked_for: bool = False


_outage = _Outage()


def fault(connection_id: int, lease: Lease | None, error: DBAPIError) -> None:
    """Put the mailbox off and alert the admins, as far as the database lets us; the log has it in any case.

    Whatever the failed transaction did is undone, its cursor included. Where not even this can be written, the lease
    runs out by itself, and the alert follows with the first success.
    """
    _outage.cause = cause_of(error)
    _outage.since = _outage.since or now()
    _outage.failed.add(connection_id)
    _log.error("database cannot be written", cause=_outage.cause, connection=connection_id)
    with suppress(*FAULTS):
        if lease is not None:
            schedule.fail(lease, wording.syncing.STORAGE_FAULT)
        with transaction() as session:
            if _tell(
                session, ALERT, DATABASE, wording.syncing.STORAGE_FAULT, wording.syncing.storage_alert(_outage.cause)
            ):
                audit.record(session, "storage.failed", subject=DATABASE, detail=_outage.cause)


def cause_of(error: DBAPIError) -> Cause:
    """Why, by the code of either database."""
    code = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None) or ""
    if code in ("SQLITE_FULL", "53100"):
        return "full"
    return "locked" if code in ("SQLITE_BUSY", "SQLITE_LOCKED", "55P03") else "silent"


def works(connection_id: int) -> None:
    """A mailbox was synced: end the alert if it was one that could not be, and tell the admins what it was.

    Another mailbox proves nothing: on a full disk there may be room for a small change.
    """
    since = _outage.since or (None if _outage.looked_for else _left_behind())
    _outage.looked_for = True
    if since is None or (_outage.failed and connection_id not in _outage.failed):
        return
    with transaction() as session:
        bell.resolve(session, ALERT, DATABASE)
        start, end = f"{since:%Y-%m-%d %H:%M}", f"{now():%H:%M}"
        told = wording.syncing.storage_over(start, end, _outage.cause)
        _tell(session, OVER, f"{DATABASE}:{start}", wording.syncing.STORAGE_OVER, told)
        audit.record(session, "storage.recovered", subject=DATABASE, detail=f"since {start} UTC, {_outage.cause}")
    _outage.since = None
    _outage.failed.clear()


def _left_behind() -> datetime | None:
    with reading() as session:
        query = select(Notice.created_at).where(Notice.kind == ALERT, col(Notice.resolved_at).is_(None))
        return session.exec(query.order_by(col(Notice.id)).limit(1)).first()


def _tell(session: Session, kind: str, subject_key: str, title: str, body: str) -> bool:
    """Tell every admin; whether it is news to any."""
    admins = session.exec(select(User.id).where(User.role == "admin", col(User.active))).all()
    told = [bell.open(session, admin_id or 0, kind, subject_key, title, body) for admin_id in admins]
    return any(told)

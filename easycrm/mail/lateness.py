"""Whether a mailbox is late: of one that is at hand, and as a condition for the database."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import and_, col, or_

from easycrm.core.clock import now
from easycrm.core.settings import settings
from easycrm.mail.connection import Connection, Status

MISSED_INTERVALS = 3


def is_late(connection: Connection) -> bool:
    """Whether a mailbox has gone without a success for longer than three intervals, and not because it is idle."""
    if connection.status != Status.CONNECTED:
        return False
    since, proof = _patient_since(), _last_proof(connection)
    if connection.failing_since is not None:
        # An idle mailbox is looked at less often: up to the look that failed it missed none.
        proof = max(proof, connection.failing_since - _interval())
    if proof >= since:
        return False
    return connection.failures > 0 or connection.next_sync_at is None or connection.next_sync_at < since


def late() -> ColumnElement[bool]:
    """The condition that `is_late` is true of a row."""
    since = _patient_since()
    return and_(
        col(Connection.status) == Status.CONNECTED,
        col(Connection.connected_at) < since,
        or_(col(Connection.last_success_at).is_(None), col(Connection.last_success_at) < since),
        or_(col(Connection.failing_since).is_(None), col(Connection.failing_since) < since + _interval()),
        or_(col(Connection.failures) > 0, col(Connection.next_sync_at).is_(None), col(Connection.next_sync_at) < since),
    )


def _last_proof(connection: Connection) -> datetime:
    """The last moment at which the mailbox was known to be complete, or was connected."""
    return max(connection.last_success_at or connection.connected_at, connection.connected_at)


def _patient_since() -> datetime:
    return now() - MISSED_INTERVALS * _interval()


def _interval() -> timedelta:
    return timedelta(seconds=settings().sync_interval_seconds)

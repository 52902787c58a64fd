"""The database: whole transactions, times that keep their zone, readers that wait for nobody."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlmodel import col, func, select, update

from easycrm.core.db import reading, transaction
from easycrm.notices.audit import AuditEvent, record

pytestmark = pytest.mark.usefixtures("database")


def _count() -> int:
    with reading() as session:
        return session.exec(select(func.count()).select_from(AuditEvent)).one()


def test_a_transaction_that_fails_leaves_nothing() -> None:
    def fail_halfway() -> None:
        with transaction() as session:
            record(session, "lost")
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert _count() == 0


def test_a_moment_comes_back_as_the_same_moment_in_utc() -> None:
    moment = datetime(2026, 3, 1, 12, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    with transaction() as session:
        session.add(AuditEvent(event="test", at=moment))
    with reading() as session:
        stored = session.exec(select(AuditEvent)).one().at
    assert stored == moment
    assert stored.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(Exception, match="time zone"), transaction() as session:
        session.add(AuditEvent(event="test", at=datetime(2026, 3, 1)))  # noqa: DTZ001 (that is the point)


def test_rows_stay_readable_after_the_transaction() -> None:
    with transaction() as session:
        event = AuditEvent(event="kept")
        session.add(event)
    assert event.id is not None
    assert event.event == "kept"


def test_a_reader_does_not_wait_for_a_writer() -> None:
    with transaction() as session:
        record(session, "unfinished")
        session.flush()
        assert _count() == 0
    assert _count() == 1


def test_writers_that_read_first_take_their_turn() -> None:
    with transaction() as session:
        session.add(AuditEvent(id=1, event="0"))

    def increment(_: int) -> None:
        with transaction() as session:
            event = session.exec(select(AuditEvent).where(AuditEvent.id == 1).with_for_update()).one()
            session.exec(update(AuditEvent).where(col(AuditEvent.id) == 1).values(event=str(int(event.event) + 1)))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(increment, range(40)))
    with reading() as session:
        assert session.exec(select(AuditEvent)).one().event == "40"

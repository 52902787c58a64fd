"""A database that is locked or full: nothing is lost, the admins are alerted, and syncing goes on where it stopped."""

import contextlib
from collections.abc import Callable, Generator
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import Engine, event, text
from sqlmodel import col, select

from easycrm.core import db, wording
from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.mail import overview, schedule, sync
from easycrm.mail.connection import Status
from easycrm.mail.folder import MailFolder
from easycrm.mail.store import LEASE
from easycrm.notices import bell
from easycrm.notices.audit import AuditEvent
from easycrm.people.user import User
from easycrm.providers import microsoft_delta
from tests.conftest import forget_settings
from tests.connected import Mailbox, prepare
from tests.simulator_process import Simulator

MESSAGES = 400
ADMIN = "admin@example.com"


@pytest.fixture(params=["google", "microsoft"])
async def mailbox(
    request: pytest.FixtureRequest,
    simulator: Simulator,
    database: Engine,
    full: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> Mailbox:
    """A mailbox of each provider in turn, in the middle of its import; a lock is waited for 30 s in a full run."""
    del database
    if not full:
        monkeypatch.setattr(db, "BUSY_TIMEOUT_SECONDS", 0.2)
        forget_settings()
    monkeypatch.setattr(sync, "SLICE_MESSAGES", 30)  # more than the first page has
    monkeypatch.setattr(microsoft_delta, "BURST_PAGES", 1)
    email = f"box@{request.param}.example.org"
    simulator.post("people", provider=request.param, email=email, messages=MESSAGES)
    made = prepare(simulator, request.param, email)
    with transaction() as session:
        session.add(User(email=ADMIN, role="admin", password_hash="unused"))
    await made.connect()
    await made.sync(most_slices=1)
    assert 0 < len(made.stored()) < MESSAGES
    made.make_due()
    return made


@contextlib.contextmanager
def locked(engine: Engine) -> Generator[None]:
    """Somebody else holds what a sync has to write, and does not let go."""
    with engine.connect().execution_options(writes=True) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE message IN ACCESS EXCLUSIVE MODE"))
        else:
            connection.execute(text("SELECT 1"))
        yield
        connection.rollback()


@contextlib.contextmanager
def full_disk(engine: Engine) -> Generator[None]:
    """No room for anything new."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            raising = "BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END"
            connection.execute(text(f"CREATE FUNCTION no_room() RETURNS trigger AS $$ {raising} $$ LANGUAGE plpgsql"))
            connection.execute(text("CREATE TRIGGER no_room BEFORE INSERT ON message EXECUTE FUNCTION no_room()"))
        yield
        with engine.begin() as connection:
            connection.execute(text("DROP TRIGGER no_room ON message"))
        return

    def limit(connection: object, _record: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # pyright: ignore (at least what is used already)

    event.listen(engine, "connect", limit)
    engine.dispose()
    yield
    event.remove(engine, "connect", limit)
    engine.dispose()


def cursors(mailbox: Mailbox) -> dict[str, str]:
    with reading() as session:
        query = select(MailFolder.provider_folder_id, MailFolder.cursor)
        return dict(session.exec(query.where(MailFolder.connection_id == mailbox.connection_id)).all())


def told() -> list[str]:
    """The titles of what the admin's bell has."""
    with reading() as session:
        admin_id = session.exec(select(User.id).where(User.email == ADMIN)).one() or 0
    return [notice.title for notice in bell.of_user(admin_id)]


async def slices(mailbox: Mailbox) -> None:
    """What the worker does with a mailbox that is due, without any help to make it so."""
    while await sync.sync_mailbox(mailbox.connection_id) is not None:
        pass


def later(**span: float) -> time_machine.travel:
    return time_machine.travel(now() + timedelta(**span), tick=True)


@pytest.mark.parametrize("trouble", [locked, full_disk], ids=lambda one: one.__name__)
async def test_threat_43_nothing_is_lost_while_the_database_cannot_be_written(
    mailbox: Mailbox, trouble: Callable[[Engine], contextlib.AbstractContextManager[None]]
) -> None:
    before, had = cursors(mailbox), set(mailbox.stored())

    with trouble(db.engine()):
        await slices(mailbox)
    assert (cursors(mailbox), set(mailbox.stored())) == (before, had)

    row = mailbox.row()
    assert (row.status, row.import_finished_at) == (Status.CONNECTED, None)
    with later(hours=2):
        shown = overview.mailboxes(mailbox.user_id)[0]
        assert shown.delayed_text.startswith(wording.syncing.SYNC_DELAYED)
    assert wording.NEEDS_REAUTHENTICATION not in told_owner(mailbox)

    with later(seconds=LEASE.total_seconds() + 60):
        assert schedule.due(10) == [mailbox.connection_id]
        await slices(mailbox)
        mailbox.assert_equal()
        assert mailbox.row().failures == 0


def told_owner(mailbox: Mailbox) -> list[str]:
    return [notice.title for notice in bell.of_user(mailbox.user_id)]


async def test_threat_43_the_admins_are_alerted_while_it_lasts_and_afterwards(mailbox: Mailbox) -> None:
    with full_disk(db.engine()):
        await slices(mailbox)
        during = told()
        with later(minutes=10):
            await slices(mailbox)
            assert told() == during
    assert during == [wording.syncing.STORAGE_FAULT]
    assert mailbox.row().last_error == wording.syncing.STORAGE_FAULT

    with later(hours=2):
        await slices(mailbox)

    assert told() == [wording.syncing.STORAGE_OVER]
    with reading() as session:
        query = select(AuditEvent.event).where(col(AuditEvent.event).startswith("storage."))
        assert session.exec(query.order_by(col(AuditEvent.id))).all() == ["storage.failed", "storage.recovered"]


async def test_threat_43_an_alert_that_could_not_be_written_follows(mailbox: Mailbox) -> None:
    with locked(db.engine()):
        await slices(mailbox)
    # PostgreSQL locks a table, SQLite the whole database: there nobody can be told yet.
    assert told() == ([] if db.engine().dialect.name == "sqlite" else [wording.syncing.STORAGE_FAULT])

    with later(hours=2):
        await slices(mailbox)

    assert told() == [wording.syncing.STORAGE_OVER]

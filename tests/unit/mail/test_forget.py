"""Deleting what was synced: only after a disconnect, only one's own, and completely."""

import pytest
from sqlalchemy import Engine, event
from sqlmodel import func, select

from easycrm.core.db import reading
from easycrm.core.errors import NotFound, Refused
from easycrm.mail import disconnect
from easycrm.mail.forget import forget
from easycrm.mail.message import Attachment, Message, MessageBody, Participant
from easycrm.mail.thread import Thread
from easycrm.notices import bell
from easycrm.notices.audit import AuditEvent
from tests.connected import Mailbox, prepare
from tests.simulator_process import Simulator


@pytest.fixture(params=["google", "microsoft"])
async def mailbox(request: pytest.FixtureRequest, simulator: Simulator, database: object) -> Mailbox:
    """An imported mailbox of each provider in turn."""
    del database
    email = {"google": "linus@example.org", "microsoft": "barbara@example.org"}[request.param]
    made = prepare(simulator, request.param, email)
    await made.connect()
    await made.sync()
    return made


def rows() -> list[int]:
    with reading() as session:
        tables = (Message, MessageBody, Participant, Attachment, Thread)
        return [session.exec(select(func.count()).select_from(table)).one() for table in tables]


async def test_nothing_is_left_and_the_mailbox_can_be_imported_anew(mailbox: Mailbox) -> None:
    count = len(mailbox.stored())
    disconnect.disconnect(mailbox.user_id, mailbox.connection_id)

    assert forget(mailbox.user_id, mailbox.connection_id) == count

    assert rows() == [0] * 5
    with reading() as session:
        told = session.exec(select(AuditEvent).where(AuditEvent.event == "emails.deleted")).one()
    assert told.detail == f"{count} emails"
    await mailbox.connect()
    await mailbox.sync()
    mailbox.assert_equal()


async def test_a_connected_mailbox_keeps_its_emails(mailbox: Mailbox) -> None:
    before = rows()

    with pytest.raises(Refused):
        forget(mailbox.user_id, mailbox.connection_id)

    assert rows() == before


async def test_threat_23_another_users_emails_cannot_be_deleted(mailbox: Mailbox) -> None:
    disconnect.disconnect(mailbox.user_id, mailbox.connection_id)
    stranger = prepare(mailbox.simulator, mailbox.provider, mailbox.email).user_id
    before = rows()

    with pytest.raises(NotFound):
        forget(stranger, mailbox.connection_id)

    assert rows() == before


@pytest.mark.parametrize("steps", [1, 2, 4])
async def test_a_deletion_cut_short_loses_nothing_after_a_reconnect(
    mailbox: Mailbox, database: Engine, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    monkeypatch.setattr("easycrm.mail.forget._AT_ONCE", 10)
    disconnect.disconnect(mailbox.user_id, mailbox.connection_id)
    count = len(mailbox.stored())
    seen: list[int] = []

    def fail(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.extend([1] * statement.startswith("DELETE FROM message "))
        if len(seen) > steps:
            raise OSError("the disk is gone")

    event.listen(database, "before_cursor_execute", fail)
    with pytest.raises(OSError, match="the disk is gone"):
        forget(mailbox.user_id, mailbox.connection_id)
    event.remove(database, "before_cursor_execute", fail)
    assert len(mailbox.stored()) == mailbox.row().import_done == count - 10 * steps
    with reading() as session:
        assert session.exec(select(AuditEvent.actor_id).where(AuditEvent.event == "emails.deletion_begun")).all() == [
            mailbox.user_id
        ]
        assert session.exec(select(AuditEvent).where(AuditEvent.event == "emails.deleted")).all() == []

    await mailbox.connect()
    await mailbox.sync()

    mailbox.assert_equal()
    assert mailbox.row().import_done == count


async def test_the_period_chosen_on_connecting_again_counts(mailbox: Mailbox) -> None:
    disconnect.disconnect(mailbox.user_id, mailbox.connection_id)
    await mailbox.connect(window_days=7)
    assert mailbox.row().window_days == 30
    disconnect.disconnect(mailbox.user_id, mailbox.connection_id)

    await mailbox.connect(window_days=90)
    assert mailbox.row().import_done == len(mailbox.stored())
    await mailbox.sync()
    mailbox.assert_equal()
    disconnect.disconnect(mailbox.user_id, mailbox.connection_id)
    forget(mailbox.user_id, mailbox.connection_id)
    await mailbox.connect(window_days=7)
    await mailbox.sync()

    assert mailbox.row().window_days == 7
    mailbox.assert_equal()


async def test_the_bell_speaks_of_no_import_that_has_ended(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [notice.kind for notice in bell.of_user(mailbox.user_id)] == ["imported"]
    disconnect.disconnect(mailbox.user_id, mailbox.connection_id)
    forget(mailbox.user_id, mailbox.connection_id)
    assert bell.of_user(mailbox.user_id) == []
    await mailbox.connect()
    monkeypatch.setattr("easycrm.mail.sync.SLICE_MESSAGES", 5)
    await mailbox.sync(most_slices=1)
    assert [notice.kind for notice in bell.of_user(mailbox.user_id)] == ["import"]

    disconnect.disconnect(mailbox.user_id, mailbox.connection_id)

    assert bell.of_user(mailbox.user_id) == []

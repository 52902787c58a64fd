"""The daily comparison finds and mends what no cursor told."""

from datetime import timedelta

import pytest
from sqlmodel import col, select, update

from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.mail import removal
from easycrm.mail.connection import Connection
from easycrm.mail.message import Message
from easycrm.mail.sync_run import SkippedMessage, SyncRun
from tests.connected import Mailbox, prepare
from tests.simulator_process import Simulator


@pytest.fixture(params=["google", "microsoft"])
async def mailbox(request: pytest.FixtureRequest, simulator: Simulator, database: object) -> Mailbox:
    """A mailbox of each provider in turn, imported a day ago."""
    del database
    email = {"google": "linus@example.org", "microsoft": "barbara@example.org"}[request.param]
    made = prepare(simulator, request.param, email)
    await made.connect()
    await made.sync()
    with transaction() as session:
        row = session.get_one(Connection, made.connection_id)
        row.last_reconciled_at = now() - timedelta(hours=25)
    return made


def runs() -> list[tuple[int, int]]:
    with reading() as session:
        query = select(SyncRun.stored, SyncRun.removed).where(SyncRun.kind == "reconcile")
        return list(session.exec(query).all())


async def test_equal_mailboxes_are_left_alone(mailbox: Mailbox) -> None:
    before = set(mailbox.stored())

    await mailbox.sync()

    assert set(mailbox.stored()) == before
    assert runs() == []
    reconciled = mailbox.row().last_reconciled_at
    assert reconciled is not None
    assert now() - reconciled < timedelta(minutes=1)


async def test_a_message_that_was_lost_here_comes_back(mailbox: Mailbox) -> None:
    lost = list(mailbox.stored())[3:8]
    with transaction() as session:
        removal.remove(session, mailbox.connection_id, lost)

    await mailbox.sync()

    mailbox.assert_equal()
    assert runs() == [(5, 0)]


async def test_marks_that_no_cursor_told_are_followed(mailbox: Mailbox) -> None:
    with transaction() as session:
        wrong = update(Message).where(col(Message.id) % 2 == 0)
        unread, starred = ~col(Message.provider_unread), ~col(Message.provider_starred)
        session.exec(wrong.values(unread=unread, provider_unread=unread, starred=starred, provider_starred=starred))
    before = mailbox.row().changed_seq

    await mailbox.sync()

    mailbox.assert_equal()
    assert mailbox.row().changed_seq > before
    assert runs() == []


async def test_a_message_of_the_ledger_that_is_gone_there_leaves_the_ledger(mailbox: Mailbox) -> None:
    with transaction() as session:
        session.add(SkippedMessage(connection_id=mailbox.connection_id, provider_message_id="gone", reason="too large"))

    await mailbox.sync()

    assert mailbox.ledger() == {}


async def test_a_message_that_is_gone_there_goes_here_too(mailbox: Mailbox) -> None:
    for ident in list(mailbox.wanted())[2:5]:
        mailbox.simulator.post("message", email=mailbox.email, id=ident, action="delete")
    mailbox.simulator.post("cursors/drop", email=mailbox.email)

    await mailbox.sync()

    mailbox.assert_equal()


async def test_the_comparison_is_made_once_a_day(mailbox: Mailbox) -> None:
    await mailbox.sync()
    mailbox.simulator.requests(reset=True)

    await mailbox.sync()

    assert mailbox.simulator.requests()["total"] == 1


async def test_a_listing_that_lacks_a_message_once_removes_nothing(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from easycrm.providers.registry import PROVIDERS

    provider = PROVIDERS[mailbox.provider]
    real, calls = provider.listing, []

    async def forgetful(access: object, window: object):
        calls.append(1)
        async for states in real(access, window):  # pyright: ignore
            yield states[1:] if len(calls) == 1 else states

    monkeypatch.setattr(provider, "listing", forgetful)
    before = set(mailbox.stored())

    await mailbox.sync()

    assert set(mailbox.stored()) == before
    assert len(calls) == 2

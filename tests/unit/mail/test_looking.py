"""Looks at quiet mailboxes: one cheap request each, no writing but of the success, the unusual left to the sync."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import select

from easycrm import worker
from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.mail import disconnect, looking, schedule
from easycrm.mail.connection import Connection, Status
from easycrm.mail.folder import MailFolder
from tests.connected import Mailbox, prepare
from tests.simulator_process import Simulator


@pytest.fixture(params=["google", "microsoft"])
async def mailbox(request: pytest.FixtureRequest, simulator: Simulator, database: object) -> Mailbox:
    """A mailbox that was read to the end and is due again."""
    del database
    email = {"google": "linus@example.org", "microsoft": "barbara@example.org"}[request.param]
    found = prepare(simulator, request.param, email)
    await found.connect()
    await found.sync()
    found.make_due()
    simulator.requests(reset=True)
    return found


def cursors(mailbox: Mailbox) -> dict[str, str]:
    with reading() as session:
        query = select(MailFolder).where(MailFolder.connection_id == mailbox.connection_id)
        return {row.provider_folder_id: row.cursor for row in session.exec(query)}


def change(mailbox: Mailbox, **values: object) -> None:
    with transaction() as session:
        row = session.get_one(Connection, mailbox.connection_id)
        for name, value in values.items():
            setattr(row, name, value)


async def test_a_look_that_finds_nothing_is_one_request_and_a_success(mailbox: Mailbox) -> None:
    before, read = mailbox.row(), cursors(mailbox)

    looked = await looking.look()

    after = mailbox.row()
    assert looked == looking.Looked(1, ())
    told = mailbox.simulator.requests()
    assert told["total"] == 1
    assert told["units"].get(mailbox.email, 0) == (2 if mailbox.provider == "google" else 0)
    assert (after.lease_owner, after.lease_until) == ("", None)
    assert after.last_success_at > before.last_success_at
    assert after.changed_seq == before.changed_seq + 1
    assert timedelta(minutes=4) < after.next_sync_at - now() < timedelta(minutes=25)
    assert cursors(mailbox) == read
    assert await looking.look() == looking.Looked(0, ())


async def test_new_mail_is_left_to_the_sync_which_finds_it(mailbox: Mailbox) -> None:
    mailbox.simulator.post("deliver", email=mailbox.email, subject="Fresh")

    looked = await looking.look()

    assert looked == looking.Looked(0, (mailbox.connection_id,))
    assert mailbox.row().lease_owner == ""
    await mailbox.sync()
    mailbox.assert_equal()


@pytest.mark.parametrize(
    "unusual",
    [
        {"failures": 1},
        {"import_finished_at": None},
        {"last_reconciled_at": None},
        {"sift_wanted": 1},
        {"status": Status.REQUIRES_REAUTHENTICATION},
        {"next_sync_at": None},
        {"lease_owner": "somebody who was killed"},
    ],
)
async def test_what_needs_more_than_a_look_gets_none(mailbox: Mailbox, unusual: dict[str, object]) -> None:
    change(mailbox, **unusual)

    assert await looking.look() == looking.Looked(0, ())
    assert mailbox.simulator.requests()["total"] == 0


async def test_who_asks_for_a_sync_during_a_look_gets_one(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    finish: Callable[..., None] = looking._finish

    def asked_meanwhile(*args: object) -> None:
        schedule.request_now(mailbox.user_id, mailbox.connection_id)
        finish(*args)

    monkeypatch.setattr(looking, "_finish", asked_meanwhile)
    await looking.look()

    assert mailbox.row().lease_owner == ""
    assert schedule.due(10) == [mailbox.connection_id]


async def test_a_run_that_did_not_come_to_its_end_is_taken_up_by_the_sync(mailbox: Mailbox) -> None:
    lease = schedule.claim(mailbox.connection_id)
    assert lease is not None
    schedule.release(lease)

    assert await looking.look() == looking.Looked(0, ())
    assert schedule.due(10) == [mailbox.connection_id]


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 429}, {"kind": "html"}, {"kind": "reset"}])
async def test_a_look_that_fails_says_nothing_and_the_sync_deals_with_it(
    mailbox: Mailbox, fault: dict[str, object]
) -> None:
    mailbox.simulator.post("faults", match="gmail|graph", **fault)

    looked = await looking.look()

    assert looked.to_sync == (mailbox.connection_id,)
    assert mailbox.row().failures == 0
    await mailbox.sync()
    assert mailbox.row().failures == 1


async def test_a_dropped_cursor_is_left_to_the_sync(mailbox: Mailbox) -> None:
    mailbox.simulator.post("cursors/drop", email=mailbox.email)

    assert (await looking.look()).to_sync == (mailbox.connection_id,)
    await mailbox.sync()
    mailbox.assert_equal()


async def test_threat_36_a_look_does_not_outlive_a_disconnect(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish: Callable[..., None] = looking._finish

    def disconnected_meanwhile(*args: object) -> None:
        disconnect.disconnect(mailbox.user_id, mailbox.connection_id)
        finish(*args)

    monkeypatch.setattr(looking, "_finish", disconnected_meanwhile)
    before = mailbox.row().last_success_at

    await looking.look()

    row = mailbox.row()
    assert (row.status, row.next_sync_at, row.last_success_at) == (Status.NOT_CONNECTED, None, before)


def test_the_tick_looks_before_it_asks_for_syncs(
    simulator: Simulator, database: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    del database
    asked: list[int] = []
    monkeypatch.setattr(worker, "sync_mailbox", asked.append)
    mailbox = prepare(simulator, "google", "linus@example.org")
    worker.run(mailbox.connect())
    worker.run(mailbox.sync())
    mailbox.make_due()

    worker.look_around()
    assert asked == []

    mailbox.make_due()
    simulator.post("deliver", email=mailbox.email, subject="Fresh")
    worker.look_around()
    assert asked == [mailbox.connection_id]

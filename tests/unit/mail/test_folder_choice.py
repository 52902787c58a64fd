"""Folders and labels that their owner leaves out are not here, and come back when they are chosen again."""

import secrets
from datetime import timedelta

import pytest
from sqlmodel import select

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.core.errors import InvalidInput, NotFound
from easycrm.mail import disconnect, exclusion, folder_choice, forget, sweep
from easycrm.mail.connection import Connection
from easycrm.mail.exclusion import Kind
from easycrm.mail.folder import MailFolder
from easycrm.people.user import User
from tests.connected import Mailbox, prepare
from tests.excluded import assert_equal, carry_out, choose
from tests.simulator_process import Simulator


@pytest.fixture(params=["google", "microsoft"])
async def mailbox(request: pytest.FixtureRequest, simulator: Simulator, database: object) -> Mailbox:
    """An imported mailbox of each provider in turn, with mail in a folder "Customers"."""
    del database
    email = f"box-{secrets.token_hex(4)}@example.org"
    simulator.post("people", provider=request.param, email=email, name="Box", threads=14)
    simulator.post("deliver", email=email, count=3, folder="Label_1")
    made = prepare(simulator, request.param, email)
    await made.connect()
    await made.sync()
    return made


def names(mailbox: Mailbox) -> list[str]:
    return [row.name for row in folder_choice.listed(mailbox.user_id, mailbox.connection_id)]


def ident(mailbox: Mailbox, start: str) -> int:
    rows = folder_choice.listed(mailbox.user_id, mailbox.connection_id)
    return next(row.id for row in rows if row.name.startswith(start))


async def test_the_folders_that_people_know_are_listed(mailbox: Mailbox) -> None:
    assert names(mailbox)[0] == "Inbox"
    assert names(mailbox)[1].startswith("Sent")
    assert "Customers" in names(mailbox)
    assert not {"Unread", "Starred", "Important", "UNREAD", "", "Drafts"} & set(names(mailbox))


async def test_a_folder_left_out_goes_and_comes_back(mailbox: Mailbox) -> None:
    before, wish = set(mailbox.stored()), {ident(mailbox, "Customers"): False}
    announced = folder_choice.concerned(mailbox.user_id, mailbox.connection_id, wish)

    choose(mailbox, Customers=False)
    await carry_out(mailbox)

    assert_equal(mailbox, folders=["Customers"])
    assert len(before) - len(mailbox.stored()) == announced >= 3

    choose(mailbox, Customers=True)
    await carry_out(mailbox)

    assert_equal(mailbox)
    assert set(mailbox.stored()) == before


async def test_what_arrives_there_is_not_stored_and_what_is_moved_in_or_out_is_followed(mailbox: Mailbox) -> None:
    choose(mailbox, Customers=False)
    await carry_out(mailbox)
    post = mailbox.simulator.post
    arrived = post("deliver", email=mailbox.email, count=2, folder="Label_1")["ids"]
    post("deliver", email=mailbox.email, count=2)
    await mailbox.sync()
    assert_equal(mailbox, folders=["Customers"])

    moved_in = next(iter(mailbox.stored()))
    post("message", email=mailbox.email, id=moved_in, action="move", folder="Label_1")
    post("message", email=mailbox.email, id=arrived[0], action="move", folder="inbox")
    await mailbox.sync()
    assert_equal(mailbox, folders=["Customers"])
    assert moved_in not in mailbox.stored()

    post("message", email=mailbox.email, id=moved_in, action="move", folder="archive")
    await mailbox.sync()
    assert_equal(mailbox, folders=["Customers"])
    assert moved_in in mailbox.stored()


async def test_the_daily_comparison_leaves_it_out_too(mailbox: Mailbox) -> None:
    choose(mailbox, Customers=False)
    await carry_out(mailbox)
    with transaction() as session:
        session.get_one(Connection, mailbox.connection_id).last_reconciled_at = now() - timedelta(hours=25)

    await mailbox.sync()

    assert_equal(mailbox, folders=["Customers"])
    mailbox.simulator.requests(reset=True)
    await mailbox.sync()
    assert mailbox.simulator.requests()["total"] == 1


async def test_a_choice_in_the_middle_of_an_import(mailbox: Mailbox, simulator: Simulator) -> None:
    simulator.post("deliver", email=mailbox.email, count=30, folder="Label_1")
    with transaction() as session:
        connection = session.get_one(Connection, mailbox.connection_id)
        sweep.read_again(session, connection)
        connection.import_finished_at = None
    await mailbox.sync(most_slices=1)

    choose(mailbox, Customers=False)
    await carry_out(mailbox)

    assert_equal(mailbox, folders=["Customers"])


async def test_a_sync_that_was_under_way_writes_nothing_any_more(mailbox: Mailbox) -> None:
    with transaction() as session:
        connection = session.get_one(Connection, mailbox.connection_id)
        connection.lease_owner, connection.lease_until = "a worker", now() + timedelta(seconds=60)

    choose(mailbox, Customers=False)

    row = mailbox.row()
    assert (row.lease_owner, row.lease_until) == ("", None)
    assert row.next_sync_at is not None
    assert row.next_sync_at <= now()


async def test_a_provider_that_asked_to_wait_is_not_hurried(mailbox: Mailbox) -> None:
    later = now() + timedelta(hours=1)
    with transaction() as session:
        connection = session.get_one(Connection, mailbox.connection_id)
        connection.failures, connection.next_sync_at = 2, later

    choose(mailbox, Customers=False)

    assert mailbox.row().next_sync_at == later


async def test_inbox_and_sent_cannot_both_be_left_out(mailbox: Mailbox) -> None:
    wish = {ident(mailbox, "Inbox"): False, ident(mailbox, "Sent"): False}
    for act in (folder_choice.choose, folder_choice.concerned):
        with pytest.raises(InvalidInput, match=wording.rules.FOLDERS_NEED_ONE):
            act(mailbox.user_id, mailbox.connection_id, wish)

    choose(mailbox, Inbox=False)
    await carry_out(mailbox)
    assert_equal(mailbox, folders=["Inbox"])
    with pytest.raises(InvalidInput):
        choose(mailbox, Sent=False)


async def test_rules_and_folders_together(mailbox: Mailbox) -> None:
    exclusion.add(mailbox.user_id, mailbox.user_id, Kind.DOMAIN, "example.org")
    choose(mailbox, Customers=False)
    await carry_out(mailbox)
    assert_equal(mailbox, ["example.org"], ["Customers"])

    exclusion.remove(mailbox.user_id, mailbox.user_id, exclusion.listed(mailbox.user_id)[0].id)
    await carry_out(mailbox)
    assert_equal(mailbox, folders=["Customers"])

    choose(mailbox, Customers=True)
    await carry_out(mailbox)
    assert_equal(mailbox)


async def test_new_and_renamed_folders_appear_by_themselves(mailbox: Mailbox) -> None:
    mailbox.simulator.post("folder", email=mailbox.email, id="Label_11", name="Suppliers")
    mailbox.simulator.post("folder", email=mailbox.email, id="Label_1", name="Clients")
    await mailbox.sync()
    assert "Suppliers" not in names(mailbox)

    with transaction() as session:
        session.get_one(Connection, mailbox.connection_id).folders_at = now() - timedelta(hours=2)
    await mailbox.sync()
    assert {"Suppliers", "Clients"} <= set(names(mailbox))
    assert "Customers" not in names(mailbox)

    mailbox.simulator.post("folder", email=mailbox.email, id="Label_12", name="Partners")
    await folder_choice.refresh(mailbox.user_id, mailbox.connection_id)
    assert "Partners" in names(mailbox)


async def test_the_choice_survives_the_deletion_of_synced_emails(mailbox: Mailbox) -> None:
    choose(mailbox, Customers=False)
    await carry_out(mailbox)
    disconnect.disconnect(mailbox.user_id, mailbox.connection_id)
    forget.forget(mailbox.user_id, mailbox.connection_id)

    await mailbox.connect()
    await mailbox.sync()

    assert_equal(mailbox, folders=["Customers"])


async def test_threat_23_folders_of_others_are_not_found(mailbox: Mailbox) -> None:
    with transaction() as session:
        mallory = User(email="mallory@example.com", password_hash="unused")
        session.add(mallory)
        session.flush()
        user_id = mallory.id or 0
    wish = {ident(mailbox, "Customers"): False}
    with pytest.raises(NotFound):
        folder_choice.listed(user_id, mailbox.connection_id)
    with pytest.raises(NotFound):
        await folder_choice.refresh(user_id, mailbox.connection_id)
    for act in (folder_choice.choose, folder_choice.concerned):
        with pytest.raises(NotFound):
            act(user_id, mailbox.connection_id, wish)
        with pytest.raises(NotFound):
            act(mailbox.user_id, mailbox.connection_id, {0: False})
    with reading() as session:
        assert not [one for one in session.exec(select(MailFolder)) if one.excluded]

"""Imported contacts are what the address book has: at first, after changes, and after whatever came between."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import func, select, update

from easycrm import worker
from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.mail import contact_import, contact_store, disconnect, imported, outage, schedule
from easycrm.mail.connection import Connection, ConnectionEnded
from easycrm.mail.forget import forget
from easycrm.mail.imported import ContactImport, ImportedAddress, ImportedContact
from easycrm.notices import bell, incident
from easycrm.people.user import User
from easycrm.providers.contacts import ContactPage, FetchedContact
from easycrm.providers.errors import ProviderMisconfigured
from tests.connected import Mailbox, prepare
from tests.simulator_process import Simulator

PEOPLE = {"google": "linus@example.org", "microsoft": "barbara@example.org"}
Cards = dict[str, dict[str, Any]]


@pytest.fixture(params=["google", "microsoft"])
async def mailbox(request: pytest.FixtureRequest, simulator: Simulator, database: object) -> Mailbox:
    """A connected mailbox of each provider in turn, its contacts not yet read."""
    del database
    made = prepare(simulator, request.param, PEOPLE[request.param])
    await made.connect()
    return made


def there(mailbox: Mailbox) -> Cards:
    """What the provider has, by id."""
    return {one["id"]: one for one in mailbox.simulator.get("contacts", email=mailbox.email)["contacts"]}


def stored(mailbox: Mailbox) -> dict[str, ImportedContact]:
    with reading() as session:
        rows = session.exec(select(ImportedContact).where(ImportedContact.connection_id == mailbox.connection_id))
        return {row.provider_contact_id: row for row in rows}


def emails_of(contact: ImportedContact) -> list[str]:
    with reading() as session:
        query = select(ImportedAddress.email).where(ImportedAddress.imported_contact_id == contact.id)
        return list(session.exec(query.order_by(ImportedAddress.id)))


def state(mailbox: Mailbox) -> ContactImport:
    with reading() as session:
        return session.get_one(ContactImport, mailbox.connection_id)


def make_due(mailbox: Mailbox) -> None:
    with transaction() as session:
        session.exec(update(ContactImport).values(due_at=now() - timedelta(seconds=1)))


async def read(mailbox: Mailbox) -> None:
    make_due(mailbox)
    await contact_import.import_contacts(mailbox.connection_id)


def assert_equal(mailbox: Mailbox) -> None:
    """Nothing lost, nothing doubled, everything as it is there."""
    mine, theirs = stored(mailbox), there(mailbox)
    assert set(mine) == set(theirs)
    for ident, card in theirs.items():
        row = mine[ident]
        assert (row.name, row.company, row.title) == (card["name"], card["company"], card["title"])
        assert sorted(row.phones) == sorted(card["phones"])
        assert emails_of(row) == card["emails"]


async def test_the_first_import_brings_every_contact(mailbox: Mailbox) -> None:
    assert contact_import.due(10) == [mailbox.connection_id]

    await read(mailbox)

    assert len(there(mailbox)) >= 36
    assert_equal(mailbox)
    assert contact_import.due(10) == []
    assert state(mailbox).due_at > now() + timedelta(hours=5)


async def test_what_changes_is_followed_without_reading_all_again(mailbox: Mailbox) -> None:
    await read(mailbox)
    changed, deleted = list(there(mailbox))[:2]
    call = mailbox.simulator.post
    call("contacts", email=mailbox.email, name="Новый Контакт", emails=["New@Example.com"], phones=["+1 555 0100"])
    call("contacts", email=mailbox.email, id=changed, name="Renamed", emails=["a@example.com", "b@example.com"])
    call("contacts/delete", email=mailbox.email, id=deleted)
    run = state(mailbox).run
    before = stored(mailbox)[changed].id

    await read(mailbox)

    assert deleted not in stored(mailbox)
    assert stored(mailbox)[changed].id == before
    assert state(mailbox).run == run
    new = next(row for row in stored(mailbox).values() if row.name == "Новый Контакт")
    assert emails_of(new) == ["new@example.com"]
    assert set(stored(mailbox)) == set(there(mailbox))


async def test_an_expired_cursor_doubles_nothing_and_drops_what_is_gone(mailbox: Mailbox) -> None:
    await read(mailbox)
    ids = {ident: row.id for ident, row in stored(mailbox).items()}
    gone = next(iter(ids))
    mailbox.simulator.post("contacts/delete", email=mailbox.email, id=gone)
    mailbox.simulator.post("contacts", email=mailbox.email, name="While away")
    mailbox.simulator.post("contacts/cursors/drop", email=mailbox.email)

    await read(mailbox)

    assert_equal(mailbox)
    assert gone not in stored(mailbox)
    kept = {ident: row.id for ident, row in stored(mailbox).items() if ident in ids}
    assert kept == {ident: number for ident, number in ids.items() if ident != gone}


async def test_five_thousand_contacts_come_in_pages(simulator: Simulator, mailbox: Mailbox) -> None:
    simulator.post("contacts", email=mailbox.email, count=5000)

    await read(mailbox)

    assert set(stored(mailbox)) == set(there(mailbox))
    assert len(stored(mailbox)) == 5000 + 40
    with reading() as session:
        addresses = sum(len(card["emails"]) for card in there(mailbox).values())
        assert session.exec(select(func.count()).select_from(ImportedAddress)).one() == addresses


ODD: list[tuple[dict[str, Any], str | None, list[str]]] = [
    ({"emails": ["only@example.com"]}, "only@example.com", ["only@example.com"]),
    ({"phones": ["+1 555 0199"]}, "+1 555 0199", []),
    ({"company": "example.com"}, "example.com", []),
    ({}, None, []),
    ({"name": "Zero\x00Byte", "emails": ["z\x00@example.com"]}, "Zero Byte", []),
    ({"name": "x" * 10_240}, "x" * 200, []),
    ({"name": "Two\nlines\t here"}, "Two lines here", []),
    ({"name": "No address", "emails": ["nonsense", "/o=Exchange/cn=Recipients", "@", "a b@example.com"]},
     "No address", []),
    ({"name": "Twice", "emails": ["A@Example.com", "a@example.com"]}, "Twice", ["a@example.com"]),
    ({"name": "Long", "emails": ["x" * 320 + "@example.com"]}, "Long", []),
    ({"name": "Many", "emails": [f"m{n}@example.com" for n in range(70)]}, "Many",
     [f"m{n}@example.com" for n in range(50)]),
]  # fmt: skip


async def test_odd_contacts_are_kept_as_far_as_they_can_be(mailbox: Mailbox) -> None:
    await read(mailbox)
    made = [mailbox.simulator.post("contacts", email=mailbox.email, **card)["ids"][0] for card, _, _ in ODD]

    await read(mailbox)

    rows = stored(mailbox)
    for ident, (card, name, emails) in zip(made, ODD, strict=True):
        row = rows.get(ident)
        assert (row.name if row else None) == name, card
        assert (emails_of(row) if row else []) == emails, card


async def test_a_disconnect_in_mid_import_lets_nothing_be_written_after_it(mailbox: Mailbox) -> None:
    turn = contact_store.claim(mailbox.connection_id)
    assert turn is not None
    contact_store.commit_page(turn, ContactPage((FetchedContact("one", "One"),), whole=True), first=True)
    disconnect.disconnect(mailbox.user_id, mailbox.connection_id)

    with pytest.raises(ConnectionEnded):
        contact_store.commit_page(turn, ContactPage((FetchedContact("two", "Two"),), "next", whole=True), first=False)

    assert list(stored(mailbox)) == ["one"]
    assert state(mailbox).cursor == ""
    assert contact_import.due(10) == []


async def test_a_run_that_was_killed_is_repeated_and_leaves_no_trace(mailbox: Mailbox) -> None:
    turn = contact_store.claim(mailbox.connection_id)
    assert turn is not None
    contact_store.commit_page(turn, ContactPage((FetchedContact("ghost", "Ghost"),), whole=True), first=True)
    assert contact_store.claim(mailbox.connection_id) is None

    await read(mailbox)

    assert_equal(mailbox)
    with pytest.raises(ConnectionEnded):
        contact_store.commit_page(turn, ContactPage((FetchedContact("late", "Late"),), "old"), first=False)


async def test_of_many_workers_one_reads(mailbox: Mailbox) -> None:
    mailbox.simulator.requests(reset=True)

    await asyncio.gather(*(contact_import.import_contacts(mailbox.connection_id) for _ in range(5)))

    assert_equal(mailbox)
    asked = [one for one in mailbox.simulator.requests()["recent"] if "delta" in one["path"] or "people" in one["path"]]
    assert len(asked) == 1


async def test_a_reconnect_reads_on_at_once_from_where_it_was_left(mailbox: Mailbox) -> None:
    await read(mailbox)
    run, ids = state(mailbox).run, {row.id for row in stored(mailbox).values()}
    disconnect.disconnect(mailbox.user_id, mailbox.connection_id)
    assert {row.id for row in stored(mailbox).values()} == ids
    mailbox.simulator.post("contacts", email=mailbox.email, name="Meanwhile")

    await mailbox.connect()
    assert contact_import.is_due(mailbox.connection_id)
    await contact_import.import_contacts(mailbox.connection_id)

    assert_equal(mailbox)
    assert state(mailbox).run == run


async def test_sync_now_asks_for_contacts_too(mailbox: Mailbox) -> None:
    await read(mailbox)
    schedule.request_now(mailbox.user_id, mailbox.connection_id)
    assert not contact_import.is_due(mailbox.connection_id)

    schedule.request_now(mailbox.user_id, mailbox.connection_id, contacts=True)

    assert contact_import.is_due(mailbox.connection_id)


async def test_trouble_with_contacts_does_not_touch_the_mail(mailbox: Mailbox) -> None:
    mailbox.simulator.post("faults", match=r"people/me/connections|/contacts/delta", status=503)

    await read(mailbox)
    await mailbox.sync()

    mailbox.assert_equal()
    row = mailbox.row()
    assert (row.failures, row.last_error) == (0, "")
    assert (state(mailbox).failures, bool(state(mailbox).last_error)) == (1, True)
    mailbox.simulator.post("faults/clear")
    await read(mailbox)
    assert_equal(mailbox)
    assert (state(mailbox).failures, state(mailbox).last_error) == (0, "")


async def test_a_permission_that_is_gone_is_respected(mailbox: Mailbox) -> None:
    await read(mailbox)
    scope = {"google": "contacts.readonly", "microsoft": "contacts.read"}[mailbox.provider]
    mailbox.simulator.post("grants/drop-scope", email=mailbox.email, scope=scope)
    mailbox.simulator.post("grants/expire-access", email=mailbox.email)

    await read(mailbox)

    make_due(mailbox)
    assert not contact_import.is_due(mailbox.connection_id)
    mailbox.simulator.requests(reset=True)
    await contact_import.import_contacts(mailbox.connection_id)
    assert mailbox.simulator.requests()["total"] == 0
    await mailbox.sync()
    mailbox.assert_equal()


async def test_while_the_provider_is_paused_contacts_wait_and_leave_the_probe_to_the_mail(mailbox: Mailbox) -> None:
    outage.provider_fault(mailbox.provider, ProviderMisconfigured(code="invalid_client"))
    with transaction() as session:
        incident.probe_now(session, mailbox.provider)
    mailbox.simulator.requests(reset=True)

    await contact_import.import_contacts(mailbox.connection_id)

    assert mailbox.simulator.requests()["total"] == 0
    assert contact_import.due(10) == []
    with transaction() as session:
        assert incident.may_probe(session, mailbox.provider)


async def test_the_people_api_being_off_is_the_admins_turn_and_stops_no_mail(
    simulator: Simulator, database: Engine
) -> None:
    mailbox = prepare(simulator, "google", PEOPLE["google"])
    await mailbox.connect()
    with transaction() as session:
        admin = User(email="admin@example.com", role="admin", password_hash="unused")
        session.add(admin)
        session.flush()
        admin_id = admin.id or 0
    client = "easycrm-demo.apps.googleusercontent.com"
    simulator.post("clients", provider="google", client_id=client, people_api_enabled=False)

    await read(mailbox)
    await read(mailbox)

    (notice,) = bell.of_user(admin_id)
    assert notice.title == wording.connecting.contacts_not_importable("Google Workspace")
    assert bell.of_user(mailbox.user_id) == []
    await mailbox.sync()
    mailbox.assert_equal()
    simulator.post("clients", provider="google", client_id=client, people_api_enabled=True)
    await read(mailbox)
    assert_equal(mailbox)
    assert bell.of_user(admin_id) == []


async def test_delete_synced_emails_deletes_imported_contacts_of_that_mailbox_alone(mailbox: Mailbox) -> None:
    other = prepare(mailbox.simulator, mailbox.provider, mailbox.email)
    await other.connect()
    await read(mailbox)
    await read(other)
    disconnect.disconnect(mailbox.user_id, mailbox.connection_id)

    forget(mailbox.user_id, mailbox.connection_id)

    assert stored(mailbox) == {}
    assert_equal(other)
    with reading() as session:
        assert session.get(ContactImport, mailbox.connection_id) is None
        count = select(func.count()).where(ImportedAddress.connection_id == mailbox.connection_id)
        assert session.exec(count).one() == 0


async def test_threat_23_imported_contacts_are_their_owners_alone(mailbox: Mailbox) -> None:
    await read(mailbox)
    stranger = prepare(mailbox.simulator, mailbox.provider, mailbox.email).user_id
    with reading() as session:
        mine = imported.of_user(session, mailbox.user_id, text="jonas")
        assert [one.emails[0] for one in mine if one.emails] == ["jonas.weber@example.net"]
        assert imported.one_of_user(session, mailbox.user_id, mine[0].id) == mine[0]
        assert imported.by_address(session, mailbox.user_id, ["Jonas.Weber+x@example.net"]) == {
            "jonas.weber@example.net": mine[0]
        }

        assert imported.of_user(session, stranger) == []
        assert imported.one_of_user(session, stranger, mine[0].id) is None
        assert imported.by_address(session, stranger, ["jonas.weber@example.net"]) == {}


async def test_pages_of_ones_own_contacts_leave_nothing_out(mailbox: Mailbox) -> None:
    await read(mailbox)
    found: list[imported.ImportedPerson] = []
    with reading() as session:
        while page := imported.of_user(
            session,
            mailbox.user_id,
            after=(found[-1].name.casefold(), found[-1].id) if found else None,
            limit=7,
        ):
            found += page

    assert len({one.id for one in found}) == len(found) == len(stored(mailbox))


async def test_folders_of_contacts_are_followed(simulator: Simulator, database: Engine) -> None:
    mailbox = prepare(simulator, "microsoft", PEOPLE["microsoft"])
    await mailbox.connect()
    await read(mailbox)
    call = simulator.post
    call("contacts/folder", email=mailbox.email, key="customers", name="Customers")
    inside = call("contacts", email=mailbox.email, name="Inside", folder="customers")["ids"][0]
    moved, stays = list(there(mailbox))[:2]
    call("contacts", email=mailbox.email, id=moved, folder="customers")
    await read(mailbox)
    assert_equal(mailbox)
    assert {inside, moved} <= set(stored(mailbox))

    call("contacts", email=mailbox.email, id=moved, folder="")
    await read(mailbox)
    assert_equal(mailbox)

    call("contacts/folder", email=mailbox.email, key="customers", delete=True)
    await read(mailbox)
    assert_equal(mailbox)
    assert inside not in stored(mailbox)
    assert {moved, stays} <= set(stored(mailbox))


async def test_a_removal_told_by_a_folder_that_was_left_before_is_void(mailbox: Mailbox) -> None:
    turn = contact_store.claim(mailbox.connection_id)
    assert turn is not None
    contact_store.commit_page(turn, ContactPage((FetchedContact("a", "A", folder="new"),), whole=True), first=True)

    contact_store.commit_page(turn, ContactPage((FetchedContact("a", folder="old", removed=True),)), first=False)

    assert list(stored(mailbox)) == ["a"]


def test_the_worker_reads_contacts_after_the_mail(
    simulator: Simulator, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox = prepare(simulator, "google", PEOPLE["google"])
    asyncio.run(mailbox.connect())
    asked: list[tuple[object, ...]] = []

    class Doorbell:
        def enqueue(self, *task: object, delay: float = 0) -> None:
            asked.append(task)

    monkeypatch.setattr(worker, "queue", Doorbell)
    while not asked or asked[-1][0] == "sync_one":
        worker.sync_one(mailbox.connection_id)

    assert asked[-1] == ("contacts_one", mailbox.connection_id)
    assert mailbox.row().import_finished_at is not None
    worker.contacts_one(mailbox.connection_id)
    assert_equal(mailbox)
    asked.clear()
    mailbox.make_due()
    worker.sync_one(mailbox.connection_id)
    assert asked == []


async def test_a_mailbox_that_is_not_connected_is_never_due(mailbox: Mailbox) -> None:
    with transaction() as session:
        session.exec(update(Connection).values(status="requires_reauthentication"))

    assert contact_import.due(10) == []
    assert contact_store.claim(mailbox.connection_id) is None

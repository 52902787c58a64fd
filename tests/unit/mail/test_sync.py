"""Import and sync with the real providers against the simulator: what is stored is what the provider has."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.core.errors import Refused
from easycrm.mail import disconnect, outage, schedule, store, sync, thread_list
from easycrm.mail.connection import Connection, ConnectionEnded, Status
from easycrm.mail.folder import MailFolder
from easycrm.mail.message import Message, MessageBody, Participant
from easycrm.mail.reading import messages
from easycrm.mail.thread import Thread
from easycrm.mail.thread_filter import Filters, View
from easycrm.notices import bell, incident
from easycrm.providers.errors import ProviderMisconfigured
from easycrm.providers.pages import Page
from tests.connected import Mailbox, prepare
from tests.simulator_process import Simulator

SAMPLES = Path(__file__).parents[3].parent / "shared" / "mail-samples"
PEOPLE = {"google": "linus@example.org", "microsoft": "barbara@example.org"}


@pytest.fixture(params=["google", "microsoft"])
async def mailbox(request: pytest.FixtureRequest, simulator: Simulator, database: object) -> Mailbox:
    """A connected mailbox of each provider in turn, not yet read."""
    del database
    made = prepare(simulator, request.param, PEOPLE[request.param])
    await made.connect()
    return made


async def test_the_import_stores_what_the_provider_has(mailbox: Mailbox) -> None:
    await mailbox.sync()

    mailbox.assert_equal()
    row = mailbox.row()
    assert row.import_finished_at is not None
    assert row.import_done == row.import_total == len(mailbox.wanted())
    assert row.last_success_at is not None
    assert row.next_sync_at is not None
    assert row.next_sync_at > now()


async def test_every_message_has_its_body_people_and_thread(mailbox: Mailbox) -> None:
    await mailbox.sync()

    with reading() as session:
        bodies = set(session.exec(select(MessageBody.message_id)))
        ids = set(session.exec(select(Message.id)))
        addressed = set(session.exec(select(Participant.message_id)))
        threads = {thread.id: thread for thread in session.exec(select(Thread))}
        counted: dict[int, list[Message]] = {}
        for message in session.exec(select(Message)):
            counted.setdefault(message.thread_id, []).append(message)
    assert bodies == ids == addressed
    assert set(threads) == set(counted)
    for thread_id, members in counted.items():
        newest = max(members, key=lambda message: message.sort_key)
        thread = threads[thread_id]
        assert (thread.messages, thread.unread) == (len(members), sum(one.unread for one in members))
        assert (thread.sort_key, thread.subject) == (newest.sort_key, newest.subject)
        assert thread.people


async def test_start_and_end_of_the_import_are_told(mailbox: Mailbox) -> None:
    await mailbox.sync()

    kinds = {notice.kind for notice in bell.of_user(mailbox.user_id)}
    assert "imported" in kinds
    assert "import" not in kinds


async def test_what_changes_at_the_provider_is_followed(mailbox: Mailbox) -> None:
    await mailbox.sync()
    inbox = [ident for ident, one in mailbox.wanted().items() if one["folder"] == "inbox"]
    moved, deleted, trashed, read, unread = inbox[:5]

    def change(ident: str, action: str, **more: str) -> None:
        mailbox.simulator.post("message", email=mailbox.email, id=ident, action=action, **more)

    mailbox.simulator.post("deliver", email=mailbox.email, subject="Fresh", text="Hello", count=3)
    change(moved, "move", folder="archive")
    change(deleted, "delete")
    change(trashed, "trash")
    change(read, "read")
    change(unread, "unread")
    await mailbox.sync()

    mailbox.assert_equal()
    assert moved in mailbox.stored()
    assert not {deleted, trashed} & set(mailbox.stored())
    page = thread_list.page(mailbox.user_id)
    assert page.rows[0].subject == "Fresh"


async def test_a_message_back_from_the_trash_is_back(mailbox: Mailbox) -> None:
    await mailbox.sync()
    ident = next(ident for ident, one in mailbox.wanted().items() if one["folder"] == "inbox")
    mailbox.simulator.post("message", email=mailbox.email, id=ident, action="trash")
    await mailbox.sync()
    assert ident not in mailbox.stored()

    mailbox.simulator.post("message", email=mailbox.email, id=ident, action="move", folder="inbox")
    await mailbox.sync()

    mailbox.assert_equal()
    assert ident in mailbox.stored()


async def test_a_message_moved_to_and_fro_is_never_lost(mailbox: Mailbox) -> None:
    await mailbox.sync()
    ident = next(ident for ident, one in mailbox.wanted().items() if one["folder"] == "inbox")

    for folder in ("archive", "inbox", "archive"):
        mailbox.simulator.post("message", email=mailbox.email, id=ident, action="move", folder=folder)
        await mailbox.sync()
        assert ident in mailbox.stored()
        mailbox.assert_equal()


async def test_a_slice_ends_and_the_next_goes_on(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("easycrm.mail.sync.SLICE_MESSAGES", 20)
    mailbox.simulator.requests(reset=True)

    await mailbox.sync(most_slices=1)
    first = len(mailbox.stored())
    await mailbox.sync()

    assert 0 < first < len(mailbox.wanted())
    mailbox.assert_equal()


async def test_two_workers_never_work_on_one_mailbox(mailbox: Mailbox) -> None:
    mailbox.make_due()

    assert schedule.claim(mailbox.connection_id) is not None
    assert schedule.claim(mailbox.connection_id) is None


async def test_an_expired_lease_is_taken_over_and_the_old_worker_writes_nothing(mailbox: Mailbox) -> None:
    mailbox.make_due()
    old = schedule.claim(mailbox.connection_id)
    assert old is not None
    mailbox.make_due()
    assert schedule.claim(mailbox.connection_id) is not None

    with pytest.raises(ConnectionEnded):
        store.commit_page(mailbox.connection_id, old.generation, old.owner, Page("mailbox", "cursor"))


async def test_threat_36_nothing_is_written_after_a_disconnect(mailbox: Mailbox, full: bool) -> None:
    for _ in range(100 if full else 5):
        mailbox.make_due()
        lease = schedule.claim(mailbox.connection_id)
        assert lease is not None
        disconnect.disconnect(mailbox.user_id, mailbox.connection_id)
        before = len(mailbox.stored())

        with pytest.raises(ConnectionEnded):
            store.commit_page(lease.connection_id, lease.generation, lease.owner, Page("mailbox", "after the fence"))

        assert len(mailbox.stored()) == before
        with reading() as session:
            assert "after the fence" not in session.exec(select(MailFolder.cursor)).all()
        await mailbox.connect()


async def test_threat_41_a_dropped_cursor_leads_to_one_bounded_resync(mailbox: Mailbox) -> None:
    await mailbox.sync()
    first, second, third, fourth, *_ = mailbox.wanted()
    for ident, action in ((first, "star"), (second, "read"), (third, "unread"), (fourth, "move")):
        mailbox.simulator.post("message", email=mailbox.email, id=ident, action=action, folder="archive")
    mailbox.simulator.post("cursors/drop", email=mailbox.email)
    mailbox.simulator.post("deliver", email=mailbox.email, count=2)

    await mailbox.sync()

    mailbox.assert_equal()
    assert mailbox.row().status == Status.CONNECTED


async def test_threat_40_a_fault_is_retried_and_nobody_is_asked_to_reconnect(mailbox: Mailbox) -> None:
    for fault in ({"kind": "html"}, {"kind": "bad_json"}, {"status": 500}, {"kind": "reset"}, {"kind": "drop_after"}):
        mailbox.simulator.post("faults", match="gmail|graph|oauth2|login", **fault)
        await mailbox.sync()
        mailbox.simulator.post("faults/clear")

    row = mailbox.row()
    assert (row.status, row.failures) == (Status.CONNECTED, 5)
    await mailbox.sync()
    assert mailbox.row().failures == 0
    mailbox.assert_equal()


async def test_threat_39_the_next_try_is_never_earlier_than_asked(mailbox: Mailbox) -> None:
    mailbox.simulator.post("faults", match="gmail|graph", status=429, headers={"Retry-After": "1200"})

    await mailbox.sync()

    due = mailbox.row().next_sync_at
    assert due is not None
    assert due - now() > timedelta(seconds=1190)
    assert not schedule.request_now(mailbox.user_id, mailbox.connection_id)
    with pytest.raises(Refused, match=wording.syncing.ASKED_TO_WAIT):
        schedule.sync_now(mailbox.user_id, mailbox.connection_id)
    assert mailbox.row().next_sync_at == due


@pytest.mark.parametrize("asked", ["99999999", "nan", "-5", "soon", "Wed, 21 Oct 2099 07:28:00 GMT", "0"])
async def test_threat_39_an_absurd_retry_after_is_capped(mailbox: Mailbox, asked: str) -> None:
    mailbox.simulator.post("faults", match="gmail|graph", status=503, headers={"Retry-After": asked})

    await mailbox.sync()

    due = mailbox.row().next_sync_at
    assert due is not None
    assert timedelta(seconds=20) < due - now() < timedelta(minutes=70)


async def test_a_bad_message_goes_to_the_ledger_and_the_rest_arrives(mailbox: Mailbox) -> None:
    bad = mailbox.simulator.post("deliver", email=mailbox.email, subject="Bad", received_at=9_000_000_000_000 / 1000)
    del bad
    await mailbox.sync()

    assert len(mailbox.ledger()) == 1
    mailbox.assert_equal()


@pytest.mark.parametrize("provider", ["google", "microsoft"])
async def test_threat_42_the_real_samples_arrive(provider: str, simulator: Simulator, database: object) -> None:
    del database
    if not SAMPLES.is_dir():
        pytest.skip("../shared/mail-samples is missing")
    email = f"samples@example.{provider}"
    simulator.post("people", provider=provider, email=email, eml_dir=str(SAMPLES))
    mailbox = prepare(simulator, provider, email)
    await mailbox.connect()

    await mailbox.sync()

    assert len(mailbox.wanted()) == len(list(SAMPLES.glob("*.eml"))) == 103
    assert set(mailbox.stored()) | set(mailbox.ledger()) == set(mailbox.wanted())
    opened = 0
    for row in thread_list.page(mailbox.user_id, limit=200).rows:
        opened += len(messages(mailbox.user_id, row.id))
    assert opened == len(mailbox.stored())


async def test_threat_42_a_huge_and_a_deep_message_do_not_stop_the_others(mailbox: Mailbox, full: bool) -> None:
    import base64

    parts = "".join(f"--b\r\nContent-Type: text/plain\r\n\r\npart {number}\r\n" for number in range(1000))
    deep = f"Subject: Deep\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n".encode()
    size = 50_000_000 if full else 5_000_000
    huge = b"Subject: Huge\r\nContent-Type: text/plain\r\n\r\n" + b"0123456789abcde\n" * (size // 16)
    same = b"Message-ID: <same@example.org>\r\nSubject: Same\r\n\r\nTwice.\r\n"
    for raw in (deep, huge, same, same, b"", b"\x00\xff\xfe", b"Subject: =?utf-8?B?%%%?=\r\nFrom: @@@\r\n\r\n\x00"):
        encoded = base64.urlsafe_b64encode(raw).decode()
        mailbox.simulator.post("deliver", email=mailbox.email, raw=encoded)

    await mailbox.sync()

    mailbox.assert_equal()
    assert len([one for one in mailbox.stored().values() if one.subject == "Same"]) == 2


async def test_threat_45_a_lost_queue_is_restored_from_the_database(mailbox: Mailbox) -> None:
    mailbox.make_due()

    assert mailbox.connection_id in schedule.due(10)

    await mailbox.sync()
    assert mailbox.connection_id not in schedule.due(10)


async def test_threat_23_another_users_threads_and_messages_do_not_exist(mailbox: Mailbox) -> None:
    from easycrm.core.errors import NotFound
    from easycrm.mail import reading as reading_view

    await mailbox.sync()
    thread_id = thread_list.page(mailbox.user_id).rows[0].id
    message_id = messages(mailbox.user_id, thread_id)[0].id
    stranger = prepare(mailbox.simulator, mailbox.provider, mailbox.email).user_id

    assert thread_list.page(stranger).rows == []
    assert thread_list.page(stranger, Filters(View.ALL, mailbox=mailbox.connection_id)).rows == []
    with pytest.raises(NotFound):
        messages(stranger, thread_id)
    with pytest.raises(NotFound):
        await reading_view.frame(stranger, message_id, images=True)
    with pytest.raises(NotFound):
        schedule.request_now(stranger, mailbox.connection_id)


async def test_the_list_is_paged_by_key_without_gaps(mailbox: Mailbox) -> None:
    await mailbox.sync()
    seen: list[int] = []
    before = None
    while True:
        page = thread_list.page(mailbox.user_id, Filters(View.ALL), before=before, limit=7)
        seen += [row.id for row in page.rows]
        before = page.older
        if before is None:
            break

    with reading() as session:
        assert sorted(seen) == sorted(ident for ident in session.exec(select(Thread.id)) if ident)


async def test_an_import_beyond_the_quota_goes_on_when_there_is_more(simulator: Simulator, database: object) -> None:
    del database
    mailbox = prepare(simulator, "google", "linus@example.org")
    await mailbox.connect()
    simulator.post("settings", quota=True, gmail_units_per_minute=800)
    stored = 0
    for minute in range(1, 8):
        await mailbox.sync()
        row = mailbox.row()
        if row.import_finished_at is not None:
            break
        assert len(mailbox.stored()) > stored
        stored = len(mailbox.stored())
        assert row.failures == 1
        simulator.post("clock", offset_seconds=61 * minute)

    mailbox.assert_equal()
    assert mailbox.row().import_finished_at is not None


async def test_who_asks_for_a_sync_while_one_is_under_way_gets_another(mailbox: Mailbox) -> None:
    mailbox.make_due()
    lease = schedule.claim(mailbox.connection_id)
    assert lease is not None
    schedule.request_now(mailbox.user_id, mailbox.connection_id)
    schedule.finish(lease, found_something=False)

    assert schedule.due(10) == [mailbox.connection_id]


async def test_a_quiet_mailbox_is_looked_at_less_often(mailbox: Mailbox) -> None:
    await mailbox.sync()
    with transaction() as session:
        row = session.get_one(Connection, mailbox.connection_id)
        row.last_success_at = now() - timedelta(minutes=10)
        row.next_sync_at = now() - timedelta(seconds=1)

    lease = schedule.claim(mailbox.connection_id)
    assert lease is not None
    schedule.finish(lease, found_something=False)

    due = mailbox.row().next_sync_at
    assert due is not None
    assert timedelta(minutes=6) < due - now() < timedelta(minutes=23)


async def test_a_lease_is_prolonged_while_a_slow_answer_is_waited_for(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "BEAT_SECONDS", 0.05)
    mailbox.simulator.post("faults", match="gmail|graph", kind="slow", delay_ms=1500, times=1)
    mailbox.make_due()

    running = asyncio.create_task(sync.sync_mailbox(mailbox.connection_id))
    seen: set[object] = set()
    while not running.done() and mailbox.row().import_done == 0:
        seen.add(mailbox.row().lease_until)
        await asyncio.sleep(0.05)
    await running

    # None before it was taken, once when it was taken, and then at each beat.
    assert len(seen) > 3


async def test_a_fault_of_our_own_is_told_and_tried_again_later(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise LookupError("a fault")

    monkeypatch.setattr("easycrm.mail.store.message_rows.message_row", broken)
    mailbox.make_due()
    with pytest.raises(LookupError):
        await sync.sync_mailbox(mailbox.connection_id)

    row = mailbox.row()
    assert (row.last_error, row.failures, row.lease_owner) == (wording.syncing.OWN_FAULT, 1, "")
    assert row.next_sync_at is not None
    assert row.next_sync_at > now()
    monkeypatch.undo()
    await mailbox.sync()
    assert mailbox.row().failures == 0


async def test_a_slice_that_reads_mail_ends_an_incident_about_mail(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("easycrm.mail.sync.SLICE_MESSAGES", 5)
    outage.provider_fault(mailbox.provider, ProviderMisconfigured(code="accessNotConfigured"))
    with transaction() as session:
        incident.probe_now(session, mailbox.provider)

    await mailbox.sync(most_slices=1)

    with reading() as session:
        assert incident.list_open(session) == []
    assert mailbox.row().import_finished_at is None


async def test_threat_41_an_expiry_without_a_cursor_is_put_off_and_not_tried_in_a_circle(mailbox: Mailbox) -> None:
    mailbox.simulator.post("faults", match="graph.*/inbox/messages|gmail.*/profile", status=410)

    await mailbox.sync(most_slices=10)

    assert mailbox.row().failures == 1


async def test_a_message_moved_into_a_new_folder_is_the_same_message(mailbox: Mailbox) -> None:
    await mailbox.sync()
    ident = next(ident for ident, one in mailbox.wanted().items() if one["folder"] == "inbox")
    before = mailbox.stored()[ident].id
    mailbox.simulator.post("folder", email=mailbox.email, id="Label_19", name="Harvest")
    mailbox.simulator.post("message", email=mailbox.email, id=ident, action="move", folder="Label_19")

    await mailbox.sync()

    mailbox.assert_equal()
    assert mailbox.stored()[ident].id == before


async def test_threat_41_labels_changed_while_the_cursor_was_lost_are_followed(mailbox: Mailbox) -> None:
    await mailbox.sync()
    one, other = [ident for ident, found in mailbox.wanted().items() if found["folder"] == "inbox"][:2]
    for ident, action in ((one, "label"), (other, "label")):
        mailbox.simulator.post("message", email=mailbox.email, id=ident, action=action, label="Label_2")
    await mailbox.sync()
    mailbox.simulator.post("message", email=mailbox.email, id=one, action="unlabel", label="Label_2")
    mailbox.simulator.post("message", email=mailbox.email, id=other, action="label", label="Label_1")
    mailbox.simulator.post("cursors/drop", email=mailbox.email)

    await mailbox.sync()

    if mailbox.provider == "google":
        assert " Label_2 " not in mailbox.stored()[one].labels
        assert {" Label_1 ", " Label_2 "} <= {f" {label} " for label in mailbox.stored()[other].labels.split()}
    mailbox.assert_equal()

"""Sending: at most once, whatever breaks; what fails says why, and nothing that was written is lost."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
import time_machine
from sqlmodel import select
from time_machine import Traveller

from easycrm.core import wording
from easycrm.core.db import reading, transaction
from easycrm.core.errors import InvalidInput, NotFound, Refused
from easycrm.mail import consent, disconnect, draft, outbox, outbox_lease, outbox_list, sending
from easycrm.mail.connection import Connection, Status
from easycrm.mail.draft import DraftFields
from easycrm.mail.outbox_message import OutboxMessage, State
from easycrm.mail.sent_copy import Next
from easycrm.notices import incident
from easycrm.providers.base import Capability
from easycrm.providers.errors import (
    GrantRevoked,
    MessageRefused,
    PermissionMissing,
    ProviderError,
    ProviderMisconfigured,
    ProviderUnavailable,
    RateLimited,
)
from tests.fake_provider import FakeProvider
from tests.unit.mail.conftest import Someone

Connect = Callable[..., Awaitable[consent.Completed]]
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def write(user_id: int, connection_id: int | None, **changes: str) -> int:
    ident = draft.begin(user_id, connection_id=connection_id)
    values = {"to": "grace@example.com", "cc": "", "bcc": "", "subject": "Hello", "html": "<p>Hi</p>"} | changes
    draft.save(user_id, ident, 1, DraftFields(connection_id=connection_id, **values))
    return ident


def row(ident: int) -> OutboxMessage:
    with reading() as session:
        return session.get_one(OutboxMessage, ident)


@pytest.fixture
async def queued(ada: Someone, connected: Connect, google: FakeProvider, clock: Traveller) -> int:
    """A message that is due now."""
    done = await connected()
    ident = write(ada.user_id, done.connection_id)
    outbox.submit(ada.user_id, ident)
    clock.shift(outbox.UNDO)
    return ident


async def run(ident: int, clock: Traveller, *, hours: float = 25) -> None:
    """Work as the worker would, until nothing is left to do or the time is over."""
    until = datetime.now(UTC) + timedelta(hours=hours)
    while (at := row(ident).next_at) is not None and at < until:
        clock.move_to(max(at, datetime.now(UTC)))
        await sending.work(ident)


async def test_a_message_goes_once_after_ten_seconds(
    ada: Someone, connected: Connect, google: FakeProvider, clock: Traveller
) -> None:
    done = await connected()
    ident = write(ada.user_id, done.connection_id, bcc="alan@example.net")
    assert outbox.submit(ada.user_id, ident) == START + timedelta(seconds=10)
    assert await sending.work(ident) == Next()
    assert google.delivered == []
    clock.shift(timedelta(seconds=10))
    assert await sending.work(ident) == Next(None, done.connection_id)
    assert await sending.work(ident) == Next()
    (gone,) = google.delivered
    made = message_from_bytes(gone.raw, policy=policy.default)
    assert (made["To"], made["Bcc"], made["From"]) == ("grace@example.com", "alan@example.net", "Ada <ada@example.com>")
    assert made["X-EasyCRM-Id"] == gone.key == row(ident).key
    assert (row(ident).state, row(ident).provider_message_id) == (State.SENT, f"sent-{gone.key}")


async def test_undo_within_ten_seconds_makes_it_a_draft_again(
    ada: Someone, queued: int, google: FakeProvider, clock: Traveller
) -> None:
    outbox.undo(ada.user_id, queued)
    await run(queued, clock)
    assert google.delivered == []
    assert draft.opened(ada.user_id, queued).state == State.DRAFT
    outbox.submit(ada.user_id, queued)
    clock.shift(outbox.UNDO)
    await run(queued, clock)
    assert len(google.delivered) == 1
    with pytest.raises(Refused) as refused:
        outbox.undo(ada.user_id, queued)
    assert refused.value.user_message == wording.writing.TOO_LATE_TO_UNDO


async def test_undo_wins_or_loses_but_never_both(ada: Someone, queued: int, google: FakeProvider) -> None:
    job = outbox_lease.claim(queued)
    assert job is not None
    outbox.undo(ada.user_id, queued)
    assert not outbox_lease.hand_over(job, "<x@example.com>")
    assert row(queued).state == State.DRAFT


async def test_a_scheduled_message_waits_for_its_time(
    ada: Someone, connected: Connect, google: FakeProvider, clock: Traveller
) -> None:
    done = await connected()
    ident = write(ada.user_id, done.connection_id)
    at = START + timedelta(hours=5)
    assert outbox.submit(ada.user_id, ident, at) == at
    clock.move_to(at - timedelta(seconds=1))
    assert outbox_lease.due(10) == []
    clock.move_to(at)
    assert outbox_lease.due(10) == [ident]
    await run(ident, clock)
    assert len(google.delivered) == 1


async def test_twenty_workers_send_it_once(queued: int, google: FakeProvider) -> None:
    await asyncio.gather(*(sending.work(queued) for _ in range(20)))
    assert len(google.delivered) == 1


@pytest.mark.parametrize("cut", ["before", "after"])
async def test_threat_38_a_cut_connection_never_sends_twice(
    ada: Someone, queued: int, google: FakeProvider, clock: Traveller, cut: str
) -> None:
    google.breaks = cut
    google.lag = 3
    await run(queued, clock)
    assert google.count("send") == 1
    if cut == "after":
        assert (row(queued).state, row(queued).provider_message_id) == (State.SENT, f"sent-{google.delivered[0].key}")
        return
    assert (row(queued).state, row(queued).reason) == (State.UNKNOWN, wording.writing.SEND_STILL_UNKNOWN)
    assert len(outbox_list.rows(ada.user_id)) == 1
    assert draft.opened(ada.user_id, queued).fields.html == "<p>Hi</p>"


async def test_an_unknown_outcome_is_looked_for_during_ten_minutes(
    queued: int, google: FakeProvider, clock: Traveller
) -> None:
    google.breaks = "before"
    began = datetime.now(UTC)
    await run(queued, clock)
    looked = datetime.now(UTC) - began
    assert timedelta(minutes=10) <= looked <= timedelta(minutes=12)
    assert 10 <= google.count("find_sent") <= 20


async def test_a_search_that_fails_does_not_count_as_one_that_found_nothing(
    queued: int, google: FakeProvider, clock: Traveller
) -> None:
    google.breaks = "after"
    google.fails["find_sent"] = ProviderUnavailable()
    await run(queued, clock, hours=1)
    assert row(queued).state == State.UNKNOWN
    del google.fails["find_sent"]
    await run(queued, clock)
    assert row(queued).state == State.SENT


async def test_only_the_person_sends_an_unknown_one_again_and_under_a_new_key(
    ada: Someone, queued: int, google: FakeProvider, clock: Traveller
) -> None:
    google.breaks = "before"
    await run(queued, clock)
    first, google.breaks = row(queued).key, ""
    assert outbox_lease.due(10) == []
    outbox.resend(ada.user_id, queued)
    clock.shift(outbox.UNDO)
    await run(queued, clock)
    assert len(google.delivered) == 1
    assert google.delivered[0].key != first


async def test_one_may_look_again_after_the_ten_minutes(
    ada: Someone, queued: int, google: FakeProvider, clock: Traveller
) -> None:
    google.breaks, google.lag = "after", 1000
    await run(queued, clock)
    google.lag = 0
    outbox.look_again(ada.user_id, queued)
    await run(queued, clock)
    assert row(queued).state == State.SENT


async def test_a_worker_killed_while_it_sends_leaves_an_unknown_outcome(
    queued: int, google: FakeProvider, clock: Traveller
) -> None:
    job = outbox_lease.claim(queued)
    assert job is not None
    assert outbox_lease.hand_over(job, "<x@example.com>")
    assert outbox_lease.due(10) == []
    clock.shift(outbox_lease.LEASE + timedelta(seconds=1))
    assert outbox_lease.due(10) == [queued]
    await run(queued, clock)
    assert google.count("send") == 0
    assert row(queued).state == State.UNKNOWN


async def test_a_worker_killed_before_it_sends_loses_nothing(
    queued: int, google: FakeProvider, clock: Traveller
) -> None:
    assert outbox_lease.claim(queued) is not None
    clock.shift(outbox_lease.LEASE + timedelta(seconds=1))
    await run(queued, clock)
    assert len(google.delivered) == 1


async def test_a_provider_that_tells_no_id_is_asked_for_the_copy(
    queued: int, google: FakeProvider, clock: Traveller
) -> None:
    google.tells_id, google.lag = False, 4
    await run(queued, clock)
    assert row(queued).state == State.SENT
    assert row(queued).provider_message_id == f"sent-{google.delivered[0].key}"
    assert row(queued).message_id_header == "<rewritten@example.com>"


@pytest.mark.parametrize("error", [ProviderUnavailable(), RateLimited(retry_after=90)])
async def test_what_was_certainly_not_accepted_is_tried_again(
    queued: int, google: FakeProvider, clock: Traveller, error: ProviderError
) -> None:
    google.fails["send"] = error
    after = await sending.work(queued)
    assert after.again is not None
    assert after.again >= (error.retry_after or 30)
    assert row(queued).state == State.QUEUED
    del google.fails["send"]
    clock.shift(timedelta(seconds=after.again))
    await run(queued, clock)
    assert len(google.delivered) == 1


async def test_after_a_day_of_trying_it_has_failed(queued: int, google: FakeProvider, clock: Traveller) -> None:
    google.fails["send"] = ProviderUnavailable()
    await run(queued, clock, hours=30)
    assert row(queued).state == State.FAILED
    assert row(queued).reason.startswith(wording.writing.SEND_GIVEN_UP)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (MessageRefused("The address was refused"), "The address was refused"),
        (PermissionMissing(), wording.writing.SEND_NOT_ALLOWED),
        (GrantRevoked(), wording.NEEDS_REAUTHENTICATION),
    ],
)
async def test_what_cannot_go_says_why_and_keeps_the_text(
    ada: Someone, queued: int, google: FakeProvider, clock: Traveller, error: ProviderError, reason: str
) -> None:
    google.fails["send"] = error
    await run(queued, clock)
    assert (row(queued).state, row(queued).reason) == (State.FAILED, reason)
    (listed,) = outbox_list.rows(ada.user_id)
    assert (listed.text, listed.to) == ("Hi", "grace@example.com")
    outbox.undo(ada.user_id, queued)
    assert draft.opened(ada.user_id, queued).fields.html == "<p>Hi</p>"


async def test_a_dead_grant_found_by_sending_asks_for_reauthentication(
    queued: int, google: FakeProvider, clock: Traveller
) -> None:
    google.live.clear()
    clock.shift(timedelta(hours=2))
    await run(queued, clock)
    with reading() as session:
        assert session.get_one(Connection, row(queued).connection_id).status == Status.REQUIRES_REAUTHENTICATION
    assert (row(queued).state, google.count("send")) == (State.FAILED, 0)


async def test_an_admins_fault_pauses_sending_and_is_one_incident(
    queued: int, google: FakeProvider, clock: Traveller
) -> None:
    google.fails["send"] = ProviderMisconfigured(code="accessNotConfigured")
    await sending.work(queued)
    clock.shift(timedelta(minutes=2))
    assert (await sending.work(queued)).again is not None
    assert google.count("send") == 1
    with transaction() as session:
        incident.resolve(session, "google", part="mail")
    del google.fails["send"]
    await run(queued, clock)
    assert len(google.delivered) == 1


async def test_a_mailbox_disconnected_meanwhile_sends_nothing(
    ada: Someone, queued: int, google: FakeProvider, clock: Traveller
) -> None:
    disconnect.disconnect(ada.user_id, row(queued).connection_id or 0)
    await run(queued, clock)
    assert (row(queued).state, row(queued).reason) == (State.FAILED, wording.writing.SEND_NOT_CONNECTED)
    assert google.count("send") == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"to": ""}, "to"),
        ({"to": "nobody"}, "to"),
        ({"cc": "x@"}, "cc"),
        ({"bcc": "a@example.com, b"}, "bcc"),
        ({"subject": "a\r\nBcc: evil@example.org"}, "subject"),
        ({"html": "<p>" + "x" * 900_000 + "</p>"}, "file"),
    ],
)
async def test_what_cannot_be_sent_stays_a_draft(
    ada: Someone, connected: Connect, google: FakeProvider, changes: dict[str, str], field: str
) -> None:
    done = await connected()
    google.most_bytes = 1_000_000
    ident = write(ada.user_id, done.connection_id, **changes)
    with pytest.raises(InvalidInput) as refused:
        outbox.submit(ada.user_id, ident)
    assert refused.value.field == field
    assert row(ident).state == State.DRAFT


async def test_a_mailbox_without_the_permission_to_send_says_so(ada: Someone, connected: Connect) -> None:
    done = await connected()
    with transaction() as session:
        session.get_one(Connection, done.connection_id).capabilities = Capability.READ.name
    ident = write(ada.user_id, done.connection_id)
    with pytest.raises(Refused) as refused:
        outbox.submit(ada.user_id, ident)
    assert refused.value.user_message == wording.writing.SEND_NOT_ALLOWED


async def test_a_past_time_and_a_missing_sender_are_refused(ada: Someone, connected: Connect, clock: Traveller) -> None:
    ident = write(ada.user_id, None)
    with pytest.raises(InvalidInput) as refused:
        outbox.submit(ada.user_id, ident)
    assert refused.value.user_message == wording.writing.NO_SENDER
    done = await connected()
    ident = write(ada.user_id, done.connection_id)
    with pytest.raises(InvalidInput) as refused:
        outbox.submit(ada.user_id, ident, START - timedelta(seconds=1))
    assert refused.value.user_message == wording.writing.TIME_IS_PAST


async def test_what_is_sent_stands_in_its_thread_until_the_copy_comes(
    ada: Someone, queued: int, clock: Traveller
) -> None:
    with transaction() as session:
        session.get_one(OutboxMessage, queued).thread_id = 77
    assert [one.state for one in outbox_list.pending_of_thread(ada.user_id, 77)] == [State.QUEUED]
    await run(queued, clock)
    assert [one.state for one in outbox_list.pending_of_thread(ada.user_id, 77)] == [State.SENT]
    assert [one.id for one in outbox_list.just_sent(ada.user_id)] == [queued]
    assert outbox_list.rows(ada.user_id) == []


async def test_threat_23_a_strangers_message_is_not_found(mallory: Someone, queued: int) -> None:
    for act in (outbox.submit, outbox.undo, outbox.resend, outbox.look_again):
        with pytest.raises(NotFound):
            act(mallory.user_id, queued)
    assert outbox_list.rows(mallory.user_id) == []
    assert outbox_list.pending_of_thread(mallory.user_id, 0) == []
    with reading() as session:
        assert session.exec(select(OutboxMessage.state)).one() == State.QUEUED

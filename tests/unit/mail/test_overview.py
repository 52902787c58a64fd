"""The overview: verbatim statuses, honest freshness, what a reconnect brought back."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlmodel import select

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import transaction
from easycrm.mail import consent, disconnect, gauges, outage, overview, schedule
from easycrm.mail.connection import Connection
from easycrm.mail.message import Message
from easycrm.mail.message_rows import sort_key
from easycrm.mail.overview import MailboxRow
from easycrm.mail.period import period
from easycrm.providers.base import Capability
from easycrm.providers.errors import ProviderMisconfigured
from tests.unit.mail.conftest import Someone

Connect = Callable[..., Awaitable[consent.Completed]]
START = datetime(2026, 3, 12, 12, tzinfo=UTC)


def only(someone: Someone) -> MailboxRow:
    (row,) = overview.mailboxes(someone.user_id)
    return row


def change(**values: object) -> None:
    with transaction() as session:
        row = session.exec(select(Connection)).one()
        for name, value in values.items():
            setattr(row, name, value)
        session.add(row)


def arrive(connection_id: int, generation: int, received_at: datetime) -> None:
    with transaction() as session:
        message = Message(
            connection_id=connection_id,
            thread_id=1,
            generation=generation,
            provider_message_id=received_at.isoformat(),
            received_at=received_at,
            sort_key=sort_key(received_at, received_at.isoformat()),
        )
        session.add(message)


def overdue() -> float:
    """What the metrics say of late mailboxes."""
    return next(one.value for one in gauges.all_gauges() if one.name == "sync_overdue")


async def test_each_status_has_its_exact_words(ada: Someone, connected: Connect) -> None:
    done = await connected()
    assert (only(ada).status_text, only(ada).importing) == ("Connected as ada@example.com", True)
    outage.requires_reauthentication(done.connection_id, 1, wording.connecting.GRANT_ENDED)
    row = only(ada)
    assert (row.status_text, row.reason, row.importing) == (
        "Requires Re-authentication",
        wording.connecting.GRANT_ENDED,
        False,
    )
    disconnect.disconnect(ada.user_id, done.connection_id)
    assert only(ada).status_text == "Not connected"


async def test_a_users_overview_holds_nobody_elses_mailbox(mallory: Someone, connected: Connect) -> None:
    await connected()
    assert overview.mailboxes(mallory.user_id) == []


async def test_sync_is_called_delayed_only_after_three_missed_intervals(ada: Someone, connected: Connect) -> None:
    with time_machine.travel(START, tick=False) as clock:
        await connected()
        change(last_success_at=now(), failures=2, last_error="The provider cannot be reached at the moment")
        clock.shift(timedelta(minutes=15))
        assert only(ada).delayed_text == ""
        clock.shift(timedelta(seconds=1))
        assert only(ada).delayed_text == "Sync delayed: the provider cannot be reached at the moment"
        change(last_success_at=now())
        assert only(ada).delayed_text == ""


async def test_one_failure_after_a_long_idle_time_is_not_late_yet(ada: Someone, connected: Connect) -> None:
    with time_machine.travel(START, tick=False) as clock:
        done = await connected()
        change(last_success_at=now(), next_sync_at=now() + timedelta(minutes=20))
        clock.shift(timedelta(minutes=20))
        lease = schedule.claim(done.connection_id)
        assert lease is not None
        schedule.fail(lease, "The provider cannot be reached at the moment")
        clock.shift(timedelta(minutes=10))
        assert only(ada).delayed_text == ""
        assert overdue() == 0
        clock.shift(timedelta(seconds=1))
        assert only(ada).delayed_text == "Sync delayed: the provider cannot be reached at the moment"
        assert overdue() == 1


async def test_an_idle_mailbox_that_waits_for_its_turn_is_not_late(ada: Someone, connected: Connect) -> None:
    with time_machine.travel(START, tick=False) as clock:
        await connected()
        change(last_success_at=now(), next_sync_at=now() + timedelta(minutes=30))
        clock.shift(timedelta(minutes=25))
        assert only(ada).delayed_text == ""
        clock.shift(timedelta(minutes=21))
        assert only(ada).delayed_text == wording.syncing.SYNC_DELAYED


async def test_a_provider_problem_is_named_and_the_mailbox_stays_connected(ada: Someone, connected: Connect) -> None:
    with time_machine.travel(START, tick=False) as clock:
        await connected()
        change(last_success_at=now(), failures=3)
        clock.shift(timedelta(hours=1))
        outage.provider_fault("google", ProviderMisconfigured(code="invalid_client"))
        row = only(ada)
    assert row.status_text == "Connected as ada@example.com"
    assert (row.reason, row.delayed_text) == (wording.PROVIDER_PROBLEM, "")


async def test_a_permission_that_was_taken_away_is_named(ada: Someone, connected: Connect) -> None:
    await connected()
    assert only(ada).missing == ()
    change(capabilities="READ")
    assert only(ada).missing == (Capability.SEND.value, Capability.CONTACTS.value)


async def test_what_a_reconnect_recovered_is_told_with_its_days(ada: Someone, connected: Connect) -> None:
    with time_machine.travel(START, tick=False) as clock:
        done = await connected()
        change(last_success_at=now())
        outage.requires_reauthentication(done.connection_id, 1, wording.connecting.GRANT_ENDED)
        clock.shift(timedelta(days=3))
        await connected()
        arrive(done.connection_id, 2, START - timedelta(days=1))
        for hours in range(1, 71):
            arrive(done.connection_id, 2, START + timedelta(hours=hours))
        assert only(ada).recovered_text == ""
        clock.shift(timedelta(minutes=1))
        change(last_success_at=now())
        arrive(done.connection_id, 2, now())
        assert only(ada).recovered_text == "Recovered 70 emails from 12\u201315 March"
        clock.shift(timedelta(days=8))
        assert only(ada).recovered_text == ""
        await connected()
        change(last_success_at=now())
        assert only(ada).recovered_text == ""


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ((2026, 3, 12), (2026, 3, 12), "12 March"),
        ((2026, 3, 12), (2026, 3, 15), "12\u201315 March"),
        ((2026, 2, 27), (2026, 3, 2), "27 February \u2013 2 March"),
        ((2025, 12, 30), (2026, 1, 2), "30 December 2025 \u2013 2 January 2026"),
        ((2025, 3, 12), (2025, 3, 15), "12\u201315 March 2025"),
    ],
)
def test_a_period_is_no_longer_than_it_has_to_be(
    start: tuple[int, int, int], end: tuple[int, int, int], words: str
) -> None:
    with time_machine.travel(START):
        assert period(datetime(*start, tzinfo=UTC), datetime(*end, tzinfo=UTC)) == words

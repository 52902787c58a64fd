"""What an import asks of a provider: counts, which no machine changes, and never more than is allowed."""

from collections.abc import Iterator
from contextlib import aclosing
from datetime import timedelta

import pytest
import time_machine

from easycrm.core.clock import now
from easycrm.mail import sync
from tests.bench import quota
from tests.conftest import forget_settings
from tests.connected import Mailbox, prepare
from tests.contract.conftest import Account
from tests.contract.test_providers import MONTH, Copy
from tests.simulator_process import Simulator

ONE_DATABASE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
MANY = {"google": "many@example.com", "microsoft": "many@example.net"}


@pytest.fixture
async def thousand(account: Account) -> Account:
    """A mailbox of 1,000 messages, each a conversation of its own."""
    account.email = MANY[account.provider.key]
    account.simulator.post("people", provider=account.provider.key, email=account.email, messages=1000)
    await account.consent()
    account.simulator.requests(reset=True)
    return account


@ONE_DATABASE
async def test_a_thousand_messages_take_few_requests(thousand: Account) -> None:
    copy = Copy()

    await copy.follow(thousand)

    told = thousand.simulator.requests()
    routes, units = told["by_route"], told["units"].get(thousand.email)
    assert len(copy.messages) == 1000
    assert told["in_flight_max"][thousand.email] <= 4
    if thousand.provider.key == "google":
        # The profile before and the history after it are once an import.
        assert (told["total"] - 2, units - 1 - 2) == (42, 20_010)
    else:
        empty_folders = len(copy.cursors) - 2
        deltas = sum(count for route, count in routes.items() if route.endswith("/messages/delta"))
        assert deltas - empty_folders == 4


@ONE_DATABASE
async def test_whoever_reads_slice_by_slice_asks_for_nothing_twice(thousand: Account) -> None:
    copy, slices = Copy(), 0
    while not copy.cursors or len(copy.messages) < 1000:
        changes = thousand.provider.changes(thousand, dict(copy.cursors), MONTH, copy.known)
        fresh, slices = 0, slices + 1
        async with aclosing(changes) as pages:  # pyright: ignore
            async for page in pages:
                copy.messages |= {one.provider_message_id: one for one in page.messages}
                copy.cursors[page.stream] = page.cursor
                fresh += len(page.messages)
                if fresh >= sync.SLICE_MESSAGES and not page.under_way:
                    break

    told = thousand.simulator.requests()
    assert slices >= 2
    if thousand.provider.key == "google":
        assert told["units"][thousand.email] <= 20_010 + 1 + 2
    else:
        assert sum(count for route, count in told["by_route"].items() if route.endswith("/messages/delta")) <= 4 + 4


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(now(), tick=True) as traveller:
        yield traveller


@pytest.fixture
async def paced(simulator: Simulator, database: object, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    """A Gmail mailbox of 900 messages under the allowance of a new project, which pays for 300 a minute."""
    del database
    monkeypatch.setenv("EASYCRM_GMAIL_UNITS_PER_MINUTE", quota.NEW_UNITS)
    simulator.post("people", provider="google", email=MANY["google"], messages=900)
    forget_settings()
    mailbox = prepare(simulator, "google", MANY["google"])
    await mailbox.connect()
    mailbox.make_due()
    simulator.post("settings", quota=True)
    simulator.requests(reset=True)
    return mailbox


@ONE_DATABASE
async def test_an_import_keeps_to_the_allowance_and_uses_nearly_all_of_it(
    paced: Mailbox, clock: time_machine.Traveller
) -> None:
    went = await quota.paced(paced, clock, 121)

    assert went.refused == 0
    assert went.units >= 0.94 * 2 * int(quota.NEW_UNITS)
    assert paced.row().failures == 0
    assert paced.simulator.requests()["in_flight_max"][paced.email] <= 4


@ONE_DATABASE
async def test_an_import_that_was_throttled_goes_on_within_a_minute(
    paced: Mailbox, clock: time_machine.Traveller
) -> None:
    await sync.sync_mailbox(paced.connection_id)
    before = len(paced.stored())
    paced.simulator.post("faults", match="batch/gmail", status=429, times=6)
    began = now()
    clock.shift(timedelta(seconds=61))
    paced.simulator.post("clock", offset_seconds=61)

    went = await quota.paced(paced, clock, 60)

    assert now() - began < timedelta(seconds=150)
    assert went.stored > before
    assert went.refused == 0

"""A large mailbox that is killed, throttled, disconnected and connected again in the middle of its import."""

import asyncio
import random
import time

import pytest
from sqlalchemy import Engine

from easycrm.mail import disconnect
from easycrm.mail.connection import Status
from tests.connected import Mailbox, prepare
from tests.simulator_process import Simulator
from tests.worker_process import worker

LARGE, SMALL = 20_000, 1_500
PATIENCE_SECONDS = 600
API = r"gmail\.googleapis\.com|graph\.microsoft\.com"
TROUBLES = ("kill", "kill", "throttle", "disconnect", "revoke", "change")


@pytest.mark.parametrize("provider", ["google", "microsoft"])
async def test_a_large_mailbox_in_trouble_ends_equal_to_the_provider(
    provider: str, simulator: Simulator, database: Engine, full: bool
) -> None:
    del database
    email, messages, rounds = f"huge@example.{provider}", LARGE if full else SMALL, 50 if full else 6
    simulator.post("people", provider=provider, email=email, messages=messages)
    simulator.post("settings", request_ms=30, sub_request_ms=10)
    mailbox, rng = prepare(simulator, provider, email), random.Random(provider)
    await mailbox.connect()
    in_mid_import = 0

    for number in range(rounds):
        trouble = TROUBLES[number % len(TROUBLES)]
        mailbox.make_due()
        with worker():
            _wait_for_progress(mailbox, rng.randrange(messages // rounds))
            in_mid_import += mailbox.row().import_finished_at is None
            await _make(trouble, mailbox, rng)
    mailbox.make_due()
    with worker():
        _wait_until_equal(mailbox)

    assert in_mid_import >= rounds // 2, "the trouble came too late to prove anything"
    mailbox.assert_equal()


async def _make(trouble: str, mailbox: Mailbox, rng: random.Random) -> None:
    """One kind of trouble while a worker imports; the worker is killed right after it."""
    simulator, email = mailbox.simulator, mailbox.email
    if trouble == "throttle":
        simulator.post("faults", match=API, kind="status", status=429, headers={"Retry-After": "1"}, times=5)
        await asyncio.sleep(rng.uniform(0.1, 0.5))
        simulator.post("faults/clear")
    elif trouble == "disconnect":
        disconnect.disconnect(mailbox.user_id, mailbox.connection_id)
        await asyncio.sleep(rng.uniform(0, 0.2))
        await mailbox.connect()
    elif trouble == "revoke":
        simulator.post("grants/revoke", email=email)
        _wait_until_asked(mailbox)
        await mailbox.connect()
    elif trouble == "change":
        simulator.post("deliver", email=email, count=2)
        there = list(simulator.importable(email))
        simulator.post("message", email=email, id=rng.choice(there), action="delete")
        simulator.post("message", email=email, id=rng.choice(there[:5]), action="star")


def _wait_for_progress(mailbox: Mailbox, more: int) -> None:
    """Until the worker has stored so many more, or the import is over."""
    before, until = mailbox.row().import_done, time.monotonic() + 60
    while time.monotonic() < until:
        row = mailbox.row()
        if row.import_finished_at is not None or row.import_done > before + more:
            return
        time.sleep(0.02)


def _wait_until_asked(mailbox: Mailbox) -> None:
    until = time.monotonic() + 30
    while mailbox.row().status == Status.CONNECTED and time.monotonic() < until:
        mailbox.make_due()
        time.sleep(0.1)
    assert mailbox.row().status == Status.REQUIRES_REAUTHENTICATION


def _wait_until_equal(mailbox: Mailbox) -> None:
    wanted, until = set(mailbox.wanted()), time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        row = mailbox.row()
        if row.import_finished_at is not None and not row.lease_until and set(mailbox.stored()) == wanted:
            return
        time.sleep(0.3)

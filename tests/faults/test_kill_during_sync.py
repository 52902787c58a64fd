"""`kill -9` at random points: what is stored in the end is what the provider has."""

import asyncio
import random
import time

import pytest
from sqlalchemy import Engine

from tests.connected import Mailbox, prepare
from tests.simulator_process import Simulator
from tests.worker_process import worker

MESSAGES = 1500
PATIENCE_SECONDS = 120


@pytest.mark.parametrize("provider", ["google", "microsoft"])
async def test_threat_33_kills_during_an_import_lose_and_double_nothing(
    provider: str, simulator: Simulator, database: Engine, full: bool
) -> None:
    del database
    email = f"large@example.{provider}"
    simulator.post("people", provider=provider, email=email, messages=MESSAGES)
    simulator.post("settings", request_ms=30, sub_request_ms=10)
    mailbox = prepare(simulator, provider, email)
    await mailbox.connect()
    rng = random.Random(provider)
    cut_short = 0

    for kill in range(50 if full else 10):
        mailbox.make_due()
        before = len(mailbox.stored())
        with worker():
            _wait_for_progress(mailbox, before)
            await asyncio.sleep(rng.uniform(0, 0.4))
        cut_short += len(mailbox.stored()) < MESSAGES
        if kill % 3 == 2:
            simulator.post("deliver", email=email, count=2)
            simulator.post("message", email=email, id=simulator.truth(email)[7]["id"], action="delete")
    mailbox.make_due()
    with worker():
        _wait_until_equal(mailbox)

    assert cut_short >= 2, "the kills came too late to prove anything"
    mailbox.assert_equal()


def _wait_for_progress(mailbox: Mailbox, before: int) -> None:
    """Wait until the worker has stored something, or has nothing to store."""
    until = time.monotonic() + 15
    while time.monotonic() < until and len(mailbox.stored()) == before:
        row = mailbox.row()
        if row.import_finished_at is not None and not row.lease_until:
            return
        time.sleep(0.02)


def _wait_until_equal(mailbox: Mailbox) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        row = mailbox.row()
        if (
            row.import_finished_at is not None
            and not row.lease_until
            and set(mailbox.stored()) == set(mailbox.wanted())
        ):
            return
        time.sleep(0.2)

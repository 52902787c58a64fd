"""A small mailbox that is connected while one worker imports two very large ones: how long it waits."""

import secrets
import time
from collections.abc import Iterator
from statistics import median

from easycrm.worker import sync_mailbox
from tests.bench.mailboxes import on_loop
from tests.bench.row import Row
from tests.bench.world import database, simulator
from tests.connected import Mailbox, prepare
from tests.simulator_process import Simulator
from tests.worker_process import worker

LIMIT_SECONDS = 3
LARGE, SMALL, SMALL_ONES = 50_000, 20, 5


def rows(kinds: tuple[str, ...]) -> Iterator[Row]:
    """The row of the table that is about fairness, on each database."""
    for kind in kinds:
        with simulator() as world, database(kind, world):
            waits = waits_of_small_ones(world)
        yield Row(
            f"small mailbox behind two of {LARGE:,}, {kind}", f"≤ {LIMIT_SECONDS}", median(waits), "s",
            max(waits) <= LIMIT_SECONDS, "connected until all its mail is here; one worker process",
            min(waits), max(waits),
        )  # fmt: skip


def waits_of_small_ones(world: Simulator) -> list[float]:
    """Seconds until each of the small mailboxes was imported."""
    large = [_connected(world, provider, LARGE) for provider in ("google", "microsoft")]
    waits: list[float] = []
    with worker():
        for mailbox in large:
            sync_mailbox(mailbox.connection_id)
        while not all(mailbox.count() for mailbox in large):
            time.sleep(0.1)
        for number in range(SMALL_ONES):
            small = _connected(world, ("google", "microsoft")[number % 2], SMALL)
            sync_mailbox(small.connection_id)
            began = time.perf_counter()
            while small.count() < SMALL:
                time.sleep(0.05)
            waits.append(time.perf_counter() - began)
        busy = [mailbox for mailbox in large if mailbox.row().import_finished_at is None]
    assert len(busy) == len(large), "the large ones ended first: make them larger"
    return waits


def _connected(world: Simulator, provider: str, messages: int) -> Mailbox:
    email = f"box-{secrets.token_hex(4)}@example.com"
    world.post("people", provider=provider, email=email, weighty=messages)
    mailbox = prepare(world, provider, email)
    on_loop(mailbox.connect())
    return mailbox

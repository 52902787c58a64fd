"""Importing within Gmail's allowance, by a clock that both sides are told to move: nothing refused, nearly all used."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import time_machine

from easycrm.core.clock import now
from easycrm.mail import sync
from tests.bench.mailboxes import heavy, on_loop
from tests.bench.row import Row, at_least, at_most
from tests.bench.world import database
from tests.connected import Mailbox
from tests.simulator_process import Simulator

NEW_UNITS = "6000"
REFUSALS = 5
SETTINGS = {"EASYCRM_GMAIL_UNITS_PER_MINUTE": NEW_UNITS}


@dataclass
class Paced:
    """How an import went by the simulated clock."""

    seconds: float = 0
    units: float = 0
    refused: int = 0
    stored: int = 0


async def paced(mailbox: Mailbox, clock: time_machine.Traveller, seconds: float) -> Paced:
    """Import for so long by the simulated clock; whenever nothing may be asked, both clocks go on to when it may."""
    simulator, went = mailbox.simulator, Paced()
    began = now()
    while (now() - began).total_seconds() < seconds:
        again = await sync.sync_mailbox(mailbox.connection_id)
        if again is None and mailbox.row().import_finished_at is not None:
            break
        wait = again if again is not None else _due_in(mailbox)
        clock.shift(timedelta(seconds=max(wait, 0.01)))
        simulator.post("clock", offset_seconds=(now().timestamp() - _true_time()))
    told = simulator.requests()
    went.seconds = (now() - began).total_seconds()
    went.units, went.stored = told["units"].get(mailbox.email, 0), len(mailbox.stored())
    went.refused = told["refused"]
    return went


def _due_in(mailbox: Mailbox) -> float:
    due = mailbox.row().next_sync_at
    return (due - now()).total_seconds() + 0.01 if due else 1.0


def _true_time() -> float:
    return time_machine.escape_hatch.time.time()


def run(simulator: Simulator, minutes: float = 4) -> Paced:
    """Import for some minutes of the simulated clock, with quota on and all the real limits."""
    with database("sqlite", simulator, **SETTINGS):
        mailbox = heavy(simulator, "google", 3000)
        on_loop(mailbox.connect())
        mailbox.make_due()
        simulator.post("settings", quota=True)
        simulator.requests(reset=True)
        with time_machine.travel(now(), tick=True) as clock:
            return asyncio.run(paced(mailbox, clock, minutes * 60))


def after_refusals(simulator: Simulator) -> Paced:
    """How an import goes in the second minute after Gmail has refused everything for a moment."""
    with database("sqlite", simulator, **SETTINGS):
        mailbox = heavy(simulator, "google", 3000)
        on_loop(mailbox.connect())
        mailbox.make_due()
        simulator.post("settings", quota=True)
        with time_machine.travel(now(), tick=True) as clock:
            asyncio.run(paced(mailbox, clock, 60))
            simulator.post("faults", match="/gmail/|/batch", kind="status", status=429, times=REFUSALS)
            asyncio.run(paced(mailbox, clock, 60))
            simulator.requests(reset=True)
            return asyncio.run(paced(mailbox, clock, 60))


def rows(simulator: Simulator) -> Iterator[Row]:
    """The rows of the table that are about the allowance."""
    again = after_refusals(simulator)
    used = again.units / (again.seconds / 60 * int(NEW_UNITS)) * 100
    note = f"{REFUSALS} answers of 429 at once; the minute that begins a minute later"
    yield at_least("Gmail allowance used again after refusals", 95, used, "%", note)
    went = run(simulator)
    used = went.units / (went.seconds / 60 * int(NEW_UNITS)) * 100
    note = f"{went.stored} messages in {went.seconds:.0f} s of the simulated clock"
    yield at_least("Gmail allowance used while importing", 95, used, "%", note)
    yield at_most("Gmail requests refused while importing", 0, went.refused, "requests", note)

"""`kill -9` while contacts are read: in the end they are what the address book has, each once."""

import asyncio
import random
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import func, select, update

from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.mail.imported import ContactImport, ImportedAddress, ImportedContact
from tests.connected import prepare
from tests.simulator_process import Simulator
from tests.worker_process import worker

CARDS = {"google": 6000, "microsoft": 2500}
PATIENCE_SECONDS = 60


@pytest.mark.parametrize("provider", ["google", "microsoft"])
async def test_threat_33_kills_while_contacts_are_read_lose_and_double_nothing(
    provider: str, simulator: Simulator, database: Engine, full: bool
) -> None:
    email = f"known@example.{provider}"
    simulator.post("people", provider=provider, email=email, contacts=CARDS[provider])
    simulator.post("settings", request_ms=150)
    mailbox = prepare(simulator, provider, email)
    await mailbox.connect()
    rng, cut_short = random.Random(provider), 0

    for _ in range(20 if full else 3):
        before = _touched()
        _make_due()
        with worker():
            _wait(lambda before=before: _touched() != before or _cursor() != "")
            await asyncio.sleep(rng.uniform(0, 0.3))
        cut_short += _cursor() == ""
    gone = simulator.get("contacts", email=email)["contacts"][3]["id"]
    simulator.post("contacts/delete", email=email, id=gone)
    simulator.post("contacts", email=email, count=2)
    simulator.post("settings", request_ms=0)
    _make_due()
    cards = {one["id"]: one for one in simulator.get("contacts", email=email)["contacts"]}
    with worker():
        _wait(lambda: _ids() == sorted(cards))

    assert cut_short >= 1, "the kills came too late to prove anything"
    assert _ids() == sorted(cards)
    with reading() as session:
        addresses = session.exec(select(func.count()).select_from(ImportedAddress)).one()
    assert addresses == sum(len(card["emails"]) for card in cards.values())


def _ids() -> list[str]:
    with reading() as session:
        return sorted(session.exec(select(ImportedContact.provider_contact_id)))


def _touched() -> tuple[int, int]:
    """How far a run has come: rows of the newest run, and its number."""
    with reading() as session:
        query = select(func.count(), func.max(ImportedContact.seen)).group_by(ImportedContact.seen)
        return max(((seen, count) for count, seen in session.exec(query)), default=(0, 0))


def _cursor() -> str:
    with reading() as session:
        return session.exec(select(ContactImport.cursor)).first() or ""


def _make_due() -> None:
    """Let it be due, as if the lease of the one who was killed had run out."""
    with transaction() as session:
        session.exec(update(ContactImport).values(due_at=now() - timedelta(seconds=1)))


def _wait(done: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and not done():
        time.sleep(0.02)

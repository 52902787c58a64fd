"""Sending over a connection that breaks anywhere: never twice, and never gone without a state that says so."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import update

from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.core.settings import settings
from easycrm.mail import draft, outbox, sending
from easycrm.mail.draft import DraftFields
from easycrm.mail.outbox_message import OutboxMessage, State
from tests.connected import Mailbox, prepare
from tests.cutting_proxy import cutting_proxy
from tests.simulator_process import Simulator

TO = {"google": "grace@example.com", "microsoft": "edsger@example.net"}
ME = {"google": "linus@example.org", "microsoft": "barbara@example.org"}


@pytest.mark.parametrize("provider", ["google", "microsoft"])
async def test_threat_38_a_connection_cut_anywhere_sends_at_most_once(
    provider: str, simulator: Simulator, database: Engine, full: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    del database
    simulator.post("settings", access_token_ttl=10_000_000)
    mailbox = prepare(simulator, provider, ME[provider])
    await mailbox.connect(window_days=7)
    await mailbox.sync()
    answered = next(one.id for one in mailbox.stored().values())
    rng, outcomes, clock = random.Random(provider), Counter[str](), 0.0
    sent: dict[str, State] = {}
    async with cutting_proxy(simulator.url) as proxy:
        monkeypatch.setenv("EASYCRM_SIMULATOR_URL", proxy.url)
        settings.cache_clear()
        for number in range(100 if full else 12):
            subject = f"Cut {number}"
            simulator.post("settings", sent_copy_delay=rng.choice([0, 30, 120]))
            ident = write(mailbox, subject, answers=answered if number % 3 == 0 else None)
            # The middle of the request, its last bytes, the head of the answer, and just after it.
            points = (-rng.randrange(1, 3000), -rng.randrange(1, 10), 0, rng.randrange(0, 60))
            proxy.cut_at = points[number % len(points)]
            clock = await work(simulator, ident, clock)
            sent[subject] = State(row(ident).state)
        assert proxy.cuts == len(sent)
    arrived = Counter(one["subject"].removeprefix("Re: ") for one in simulator.truth(TO[provider]))
    copies = Counter(one["subject"] for one in simulator.truth(ME[provider]) if one["folder"] == "sent")
    for subject, state in sent.items():
        outcomes[f"{state}, arrived {arrived[subject]}"] += 1
        assert arrived[subject] <= 1, subject
        assert copies[subject] == arrived[subject]
        assert (state == State.SENT) == (arrived[subject] == 1), (subject, state)
        assert state in (State.SENT, State.UNKNOWN)
    print(provider, dict(outcomes))
    assert len(outcomes) == 2, "the cuts proved only one side"


def write(mailbox: Mailbox, subject: str, *, answers: int | None) -> int:
    kind = "reply" if answers else "new"
    ident = draft.begin(mailbox.user_id, kind=kind, message_id=answers, connection_id=mailbox.connection_id)
    text = "<p>" + "words and words " * 100 + "</p>"
    draft.save(
        mailbox.user_id, ident, 1, DraftFields(mailbox.connection_id, TO[mailbox.provider], "", "", subject, text)
    )
    outbox.submit(mailbox.user_id, ident)
    return ident


async def work(simulator: Simulator, ident: int, clock: float) -> float:
    """Work as the worker would, with time passing quickly; the simulator's clock afterwards."""
    for _ in range(100):
        if row(ident).next_at is None:
            return clock
        shift(ident, timedelta(seconds=40))
        await sending.work(ident)
        clock += 40
        simulator.post("clock", offset_seconds=clock)
    raise AssertionError("it is never settled")


def shift(ident: int, by: timedelta) -> None:
    """Let so much time have passed for this message, and let it be due."""
    with transaction() as session:
        handed_over = session.get_one(OutboxMessage, ident).handed_over_at
        session.exec(
            update(OutboxMessage)
            .where(OutboxMessage.id == ident)  # pyright: ignore[reportArgumentType]
            .values(next_at=now() - timedelta(seconds=1), handed_over_at=handed_over - by if handed_over else None)
        )


def row(ident: int) -> OutboxMessage:
    with reading() as session:
        return session.get_one(OutboxMessage, ident)

"""The ledger is asked for again while there is hope, and neither for ever nor all at once."""

from datetime import timedelta

import pytest
from sqlmodel import col, select, update

from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.mail import ledger, removal
from easycrm.mail.connection import Connection
from easycrm.mail.sync_run import SkippedMessage
from easycrm.providers import google_fetch
from tests.connected import Mailbox, prepare
from tests.simulator_process import Simulator

REFUSED = "refused by the provider"


@pytest.fixture(params=["google", "microsoft"])
async def mailbox(
    request: pytest.FixtureRequest, simulator: Simulator, database: object, monkeypatch: pytest.MonkeyPatch
) -> Mailbox:
    """An imported mailbox of each provider in turn."""
    del database
    monkeypatch.setattr(google_fetch, "_PAUSE_SECONDS", 0.01)
    email = {"google": "linus@example.org", "microsoft": "barbara@example.org"}[request.param]
    made = prepare(simulator, request.param, email)
    await made.connect()
    await made.sync()
    return made


def move_to_ledger(mailbox: Mailbox, ids: list[str], reason: str, tries: int = 1) -> None:
    """As if these had not come."""
    with transaction() as session:
        removal.remove(session, mailbox.connection_id, ids)
        for ident in ids:
            row = {"connection_id": mailbox.connection_id, "provider_message_id": ident, "tries": tries}
            session.add(SkippedMessage(**row, reason=reason))


async def a_day_later(mailbox: Mailbox) -> None:
    with transaction() as session:
        session.get_one(Connection, mailbox.connection_id).last_reconciled_at = now() - timedelta(hours=25)
    await mailbox.sync()


def tries() -> dict[str, int]:
    with reading() as session:
        return dict(session.exec(select(SkippedMessage.provider_message_id, SkippedMessage.tries)).all())


async def test_what_was_refused_for_a_while_comes_with_the_daily_comparison(mailbox: Mailbox) -> None:
    lost = sorted(mailbox.stored())[:4]
    move_to_ledger(mailbox, lost, REFUSED)
    await mailbox.sync()
    assert set(mailbox.ledger()) == set(lost)

    await a_day_later(mailbox)

    assert mailbox.ledger() == {}
    mailbox.assert_equal()


async def test_what_is_still_refused_stays_and_holds_up_nothing(mailbox: Mailbox) -> None:
    bad, good = sorted(mailbox.stored())[:2]
    move_to_ledger(mailbox, [bad, good], REFUSED)
    mailbox.simulator.post("faults", match=f"messages/{bad}", kind="part", status=500)

    await a_day_later(mailbox)

    assert tries() == {bad: 2}
    assert mailbox.row().failures == 0
    mailbox.assert_equal()


@pytest.mark.parametrize(("reason", "most"), [(REFUSED, 30), ("could not be read", 3), ("too large", 0)])
async def test_hope_ends(mailbox: Mailbox, reason: str, most: int) -> None:
    one, other = sorted(mailbox.stored())[:2]
    move_to_ledger(mailbox, [one], reason, tries=most)
    move_to_ledger(mailbox, [other], reason, tries=max(most - 1, 1))

    await a_day_later(mailbox)

    assert set(tries()) == ({one} if most else {one, other})


async def test_only_so_many_are_tried_in_a_day_and_all_get_their_turn(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "AT_ONCE", 3)
    lost = sorted(mailbox.stored())[:6]
    move_to_ledger(mailbox, lost, REFUSED)
    hopeless = lost[:3]
    with transaction() as session:
        older = update(SkippedMessage).where(col(SkippedMessage.provider_message_id).in_(hopeless))
        session.exec(older.values(at=now() - timedelta(days=3)))
    mailbox.simulator.post("faults", match="|".join(f"messages/{one}" for one in hopeless), kind="part", status=500)

    await a_day_later(mailbox)
    assert sorted(tries().values()) == [1, 1, 1, 2, 2, 2]
    await a_day_later(mailbox)

    assert tries() == dict.fromkeys(hopeless, 2)

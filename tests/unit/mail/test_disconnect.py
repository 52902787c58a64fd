"""Disconnect: nothing works any more at once, the receipt is honest, the mail stays."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlmodel import select

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.core.errors import NotFound, Refused
from easycrm.mail import consent, disconnect, leaving, outage, sender, token_vault
from easycrm.mail.connection import Connection, ConnectionEnded, Status
from easycrm.mail.token_set import PendingRevocation, TokenSet
from easycrm.notices import bell
from easycrm.notices.audit import AuditEvent
from easycrm.people.user import User, UserSession
from easycrm.providers.base import Identity
from easycrm.providers.errors import ProviderError, ProviderUnavailable
from tests.fake_provider import FakeProvider
from tests.unit.mail.conftest import Someone

Connect = Callable[..., Awaitable[consent.Completed]]
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def row(connection_id: int = 1) -> Connection:
    with reading() as session:
        return session.get_one(Connection, connection_id)


def pending() -> list[PendingRevocation]:
    with reading() as session:
        return list(session.exec(select(PendingRevocation)))


def token_sets() -> int:
    with reading() as session:
        return len(session.exec(select(TokenSet)).all())


async def test_after_a_disconnect_nothing_works_and_the_row_stays(ada: Someone, connected: Connect) -> None:
    done = await connected()
    access = token_vault.access(done.connection_id, 1)
    disconnect.disconnect(ada.user_id, done.connection_id)
    assert (row().status, row().generation, row().next_sync_at) == (Status.NOT_CONNECTED, 2, None)
    assert token_sets() == 0
    with pytest.raises(ConnectionEnded):
        await access.token()


async def test_google_is_asked_and_the_receipt_says_when_it_has_withdrawn(
    ada: Someone, google: FakeProvider, connected: Connect
) -> None:
    done = await connected()
    receipt = disconnect.disconnect(ada.user_id, done.connection_id)
    assert receipt.lines[:2] == (wording.connecting.STOPPED, wording.connecting.revocation_asked("Google Workspace"))
    assert wording.connecting.access_lives_on(60) in receipt.lines
    assert receipt.link == google.consent_page
    assert len(pending()) == 1
    assert "canary" not in repr(pending())

    receipt = await disconnect.revoke_now(receipt)
    assert receipt.lines == (wording.connecting.STOPPED, wording.connecting.revocation_done("Google Workspace"))
    assert receipt.link == ""
    assert google.revoked == ["canary-refresh-1"]
    assert pending() == []


async def test_microsoft_receipt_links_to_where_the_person_removes_the_consent(
    ada: Someone, google: FakeProvider, microsoft: FakeProvider, connected: Connect
) -> None:
    done = await connected(fake=microsoft)
    receipt = await disconnect.revoke_now(disconnect.disconnect(ada.user_id, done.connection_id))
    assert receipt.lines[1] == wording.connecting.revocation_not_offered("Microsoft 365")
    assert receipt.lines[2] == wording.connecting.access_lives_on(60)
    assert (receipt.link, receipt.link_words) == (
        microsoft.consent_page,
        wording.connecting.permission_page("Microsoft 365"),
    )
    assert pending() == []
    assert microsoft.count("revoke") == 0


async def test_disconnecting_twice_is_disconnecting_once(ada: Someone, connected: Connect) -> None:
    done = await connected()
    disconnect.disconnect(ada.user_id, done.connection_id)
    again = disconnect.disconnect(ada.user_id, done.connection_id)
    assert again.revocation == "nothing to revoke"
    assert row().generation == 2
    with reading() as session:
        events = session.exec(select(AuditEvent).where(AuditEvent.event == "connection.disconnected")).all()
    assert len(events) == 1


async def test_threat_23_somebody_elses_connection_does_not_exist(mallory: Someone, connected: Connect) -> None:
    done = await connected()
    for attempt in (disconnect.disconnect, disconnect.warning, sender.make_default):
        with pytest.raises(NotFound):
            attempt(mallory.user_id, done.connection_id)
    assert row().status == Status.CONNECTED


async def test_a_disconnect_resolves_the_notice(ada: Someone, connected: Connect) -> None:
    done = await connected()
    outage.requires_reauthentication(done.connection_id, 1, wording.connecting.GRANT_ENDED)
    receipt = disconnect.disconnect(ada.user_id, done.connection_id)
    assert bell.of_user(ada.user_id) == []
    assert receipt.revocation == "nothing to revoke"


async def test_threat_36_a_refresh_that_outlives_a_disconnect_stores_nothing(
    ada: Someone, google: FakeProvider, connected: Connect
) -> None:
    done = await connected()
    asked, answered = google.hold_next()
    running = asyncio.create_task(token_vault.access(done.connection_id, 1).renew("canary-access-1"))
    await asked.wait()
    disconnect.disconnect(ada.user_id, done.connection_id)
    answered.set()
    with pytest.raises(ConnectionEnded):
        await running
    assert token_sets() == 0
    assert row().status == Status.NOT_CONNECTED


@pytest.mark.parametrize(
    "error", [ProviderError(code="400"), ProviderUnavailable(code="500"), TimeoutError()], ids=["400", "500", "timeout"]
)
async def test_threat_37_a_failing_revocation_is_retried_sealed_and_gone_after_24_hours(
    ada: Someone, google: FakeProvider, connected: Connect, error: Exception
) -> None:
    with time_machine.travel(START, tick=False) as clock:
        done = await connected()
        google.fails["revoke"] = error
        receipt = await disconnect.revoke_now(disconnect.disconnect(ada.user_id, done.connection_id))
        assert wording.connecting.revocation_asked("Google Workspace") in receipt.lines
        assert token_sets() == 0
        for minutes in [5] * (24 * 12 - 1) + [4]:
            clock.shift(timedelta(minutes=minutes))
            await disconnect.revoke_pending()
        assert len(pending()) == 1
        assert 10 <= google.count("revoke") <= 40
        clock.shift(timedelta(minutes=1))
        await disconnect.revoke_pending()
        assert pending() == []
    with reading() as session:
        assert session.exec(select(AuditEvent).where(AuditEvent.event == "revocation.abandoned")).one()


async def test_threat_37_a_revocation_that_fails_first_succeeds_later(
    ada: Someone, google: FakeProvider, connected: Connect
) -> None:
    with time_machine.travel(START, tick=False) as clock:
        done = await connected()
        google.fails["revoke"] = ProviderUnavailable(code="503")
        await disconnect.revoke_now(disconnect.disconnect(ada.user_id, done.connection_id))
        google.fails.clear()
        assert await disconnect.revoke_pending() == 0
        clock.shift(timedelta(minutes=1))
        assert await disconnect.revoke_pending() == 1
    assert google.revoked == ["canary-refresh-1"]
    assert pending() == []


async def test_threat_37_a_token_the_provider_has_forgotten_is_done(
    ada: Someone, google: FakeProvider, connected: Connect
) -> None:
    done = await connected()
    google.live.clear()
    receipt = await disconnect.revoke_now(disconnect.disconnect(ada.user_id, done.connection_id))
    assert receipt.revocation == "already revoked"
    assert pending() == []


async def test_of_many_workers_one_revokes(ada: Someone, google: FakeProvider, connected: Connect) -> None:
    done = await connected()
    disconnect.disconnect(ada.user_id, done.connection_id)
    await asyncio.gather(*(disconnect.revoke_pending() for _ in range(10)))
    assert google.count("revoke") == 1


async def test_a_grant_that_another_user_lives_on_is_left_in_place(
    ada: Someone, mallory: Someone, google: FakeProvider, connected: Connect
) -> None:
    mine, theirs = await connected(), await connected(mallory)
    assert disconnect.warning(ada.user_id, mine.connection_id) == wording.connecting.SHARED_GRANT
    receipt = await disconnect.revoke_now(disconnect.disconnect(ada.user_id, mine.connection_id))
    assert wording.connecting.LEFT_IN_PLACE in receipt.lines
    assert google.revoked == []
    assert pending() == []
    assert row(theirs.connection_id).status == Status.CONNECTED
    assert disconnect.warning(mallory.user_id, theirs.connection_id) == ""


async def test_a_reconnect_saves_the_new_grant_from_the_old_revocation(
    ada: Someone, google: FakeProvider, connected: Connect
) -> None:
    done = await connected()
    disconnect.disconnect(ada.user_id, done.connection_id)
    again = await connected()
    assert again.connection_id == done.connection_id
    assert (row().status, row().generation) == (Status.CONNECTED, 3)
    assert pending() == []
    await disconnect.revoke_pending()
    assert google.revoked == []


async def test_while_the_person_is_consenting_anew_nothing_is_revoked(
    ada: Someone, google: FakeProvider, connected: Connect
) -> None:
    with time_machine.travel(START, tick=False) as clock:
        done = await connected()
        disconnect.disconnect(ada.user_id, done.connection_id)
        await consent.begin(user_id=ada.user_id, session_id=ada.session_id, provider="google")
        await disconnect.revoke_pending()
        assert google.revoked == []
        clock.shift(timedelta(minutes=11))
        await disconnect.revoke_pending()
    assert google.revoked == ["canary-refresh-1"]


async def test_a_deactivated_users_connections_all_end(
    ada: Someone, admin: Someone, google: FakeProvider, connected: Connect
) -> None:
    await connected()
    google.identity = Identity("subject-2", "ada@example.org")
    await connected()
    receipts = leaving.deactivate(admin.user_id, ada.user_id)
    assert len(receipts) == 2
    with reading() as session:
        rows = session.exec(select(Connection)).all()
        assert {(one.status, one.reason) for one in rows} == {(Status.NOT_CONNECTED, wording.connecting.DEACTIVATED)}
        assert not session.get_one(User, ada.user_id).active
        assert session.exec(select(UserSession).where(UserSession.user_id == ada.user_id)).first() is None
    assert token_sets() == 0
    await disconnect.revoke_pending()
    assert len(google.revoked) == 2


async def test_nobody_deactivates_themselves_or_somebody_who_is_not_there(admin: Someone) -> None:
    with pytest.raises(Refused):
        leaving.deactivate(admin.user_id, admin.user_id)
    with pytest.raises(NotFound):
        leaving.deactivate(admin.user_id, 10**6)


async def test_the_default_sender_passes_to_the_oldest_that_remains(
    ada: Someone, google: FakeProvider, connected: Connect
) -> None:
    first = await connected()
    google.identity = Identity("subject-2", "ada@example.org")
    second = await connected()
    assert (row(first.connection_id).is_default_sender, row(second.connection_id).is_default_sender) == (True, False)
    sender.make_default(ada.user_id, second.connection_id)
    assert (row(first.connection_id).is_default_sender, row(second.connection_id).is_default_sender) == (False, True)
    disconnect.disconnect(ada.user_id, second.connection_id)
    assert (row(first.connection_id).is_default_sender, row(second.connection_id).is_default_sender) == (True, False)
    with pytest.raises(Refused):
        sender.make_default(ada.user_id, second.connection_id)


async def test_threat_30_a_disconnect_works_with_an_unreadable_token(ada: Someone, connected: Connect) -> None:
    done = await connected()
    with transaction() as session:
        stored = session.exec(select(TokenSet)).one()
        stored.refresh_token = "v1.gone.AAAA.AAAA"
        session.add(stored)
    receipt = disconnect.disconnect(ada.user_id, done.connection_id)
    assert receipt.revocation == "nothing to revoke"
    assert row().status == Status.NOT_CONNECTED


async def test_a_receipts_token_life_is_that_of_the_token(
    ada: Someone, google: FakeProvider, connected: Connect
) -> None:
    with time_machine.travel(START, tick=False) as clock:
        done = await connected()
        clock.shift(timedelta(minutes=59))
        receipt = disconnect.disconnect(ada.user_id, done.connection_id)
        assert wording.connecting.access_lives_on(1) in receipt.lines
        clock.shift(timedelta(minutes=1))
        assert receipt.access_ends_at == now()
        assert len(receipt.lines) == 2

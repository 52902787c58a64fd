"""The vault: one refresh among many, the newest token kept, a dead grant told once."""

import asyncio
import base64
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import Engine
from sqlmodel import select

from easycrm.core import wording
from easycrm.core.clock import now
from easycrm.core.db import reading, transaction
from easycrm.core.sealed import ring
from easycrm.mail import consent, provider_setup, token_vault
from easycrm.mail.connection import Connection, ConnectionEnded, Status, capabilities_of
from easycrm.mail.token_set import TokenSet, binding
from easycrm.notices import bell
from easycrm.notices.incident import Incident
from easycrm.providers.base import Capability
from easycrm.providers.errors import (
    GrantRevoked,
    ProviderError,
    ProviderMisconfigured,
    ProviderUnavailable,
    RateLimited,
)
from tests.fake_provider import FakeProvider
from tests.unit.mail.conftest import Someone

Connect = Callable[..., Awaitable[consent.Completed]]
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def tokens() -> TokenSet | None:
    with reading() as session:
        return session.exec(select(TokenSet)).first()


def connection() -> Connection:
    with reading() as session:
        return session.exec(select(Connection)).one()


def refresh_token() -> str:
    stored = tokens()
    assert stored is not None
    return ring().open(stored.refresh_token, binding("refresh_token", stored.connection_id, stored.generation))


def age(by: timedelta = timedelta(hours=2)) -> None:
    """Let the stored access token have come and expired earlier."""
    with transaction() as session:
        stored = session.exec(select(TokenSet)).one()
        stored.expires_at -= by
        stored.refreshed_at -= by
        session.add(stored)


async def test_a_fresh_token_is_handed_out_without_asking_anybody(google: FakeProvider, connected: Connect) -> None:
    done = await connected()
    assert await token_vault.access(done.connection_id, 1).token() == "canary-access-1"
    assert google.count("refresh") == 0


async def test_a_token_is_refreshed_five_minutes_before_it_expires(google: FakeProvider, connected: Connect) -> None:
    with time_machine.travel(START, tick=False) as clock:
        done = await connected()
        access = token_vault.access(done.connection_id, 1)
        clock.shift(timedelta(minutes=54))
        assert await access.token() == "canary-access-1"
        clock.shift(timedelta(minutes=2))
        assert await access.token() == "canary-access-2"
        assert await access.token() == "canary-access-2"
    assert google.count("refresh") == 1


async def test_a_token_answered_with_401_is_renewed_once(google: FakeProvider, connected: Connect) -> None:
    done = await connected()
    access, other = (token_vault.access(done.connection_id, 1) for _ in range(2))
    assert await access.token() == await other.token()
    assert await access.renew("canary-access-1") == "canary-access-2"
    assert await other.renew("canary-access-1") == "canary-access-2"
    assert google.count("refresh") == 1


async def test_a_response_without_refresh_token_keeps_the_old_one(google: FakeProvider, connected: Connect) -> None:
    done = await connected()
    await token_vault.access(done.connection_id, 1).renew("canary-access-1")
    assert refresh_token() == "canary-refresh-1"


async def test_a_replaced_refresh_token_is_stored_before_it_is_used(google: FakeProvider, connected: Connect) -> None:
    google.replaces_refresh_token = True
    done = await connected()
    await token_vault.access(done.connection_id, 1).renew("canary-access-1")
    assert refresh_token() == "canary-refresh-2"


async def test_threat_34_twenty_workers_make_one_token_request(google: FakeProvider, connected: Connect) -> None:
    done = await connected()
    age()
    google.delay = 0.3
    workers = [token_vault.access(done.connection_id, 1).token() for _ in range(20)]
    assert set(await asyncio.gather(*workers)) == {"canary-access-2"}
    assert google.count("refresh") == 1
    assert connection().status == Status.CONNECTED


async def test_threat_34_twenty_workers_meet_one_failure_with_one_request(
    google: FakeProvider, connected: Connect
) -> None:
    done = await connected()
    age()
    google.delay = 0.3

    async def unavailable(*_: object) -> None:
        google.calls.append("refresh")
        await asyncio.sleep(0.3)
        raise ProviderUnavailable(code="503")

    google.refresh = unavailable  # type: ignore[method-assign]
    workers = [token_vault.access(done.connection_id, 1).token() for _ in range(20)]
    ends = await asyncio.gather(*workers, return_exceptions=True)
    assert {type(end) for end in ends} == {ProviderUnavailable}
    assert google.count("refresh") == 1
    assert connection().status == Status.CONNECTED


async def test_threat_34_a_dead_grant_found_by_twenty_workers_is_told_once(
    ada: Someone, google: FakeProvider, connected: Connect
) -> None:
    done = await connected()
    age()
    google.delay = 0.2
    google.live.clear()
    workers = [token_vault.access(done.connection_id, 1).token() for _ in range(20)]
    ends = await asyncio.gather(*workers, return_exceptions=True)
    assert {type(end) for end in ends} <= {GrantRevoked, ConnectionEnded}
    assert google.count("refresh") == 1
    assert (connection().status, connection().reason) == (
        Status.REQUIRES_REAUTHENTICATION,
        wording.connecting.GRANT_ENDED,
    )
    assert tokens() is None
    notices = bell.of_user(ada.user_id)
    assert [notice.title for notice in notices] == [wording.NEEDS_REAUTHENTICATION]
    assert "ada@example.com" in notices[0].body


async def test_a_reconnect_resolves_the_notice(ada: Someone, google: FakeProvider, connected: Connect) -> None:
    done = await connected()
    google.live.clear()
    with pytest.raises(GrantRevoked):
        await token_vault.access(done.connection_id, 1).renew("canary-access-1")
    await connected(reconnects=done.connection_id)
    assert bell.of_user(ada.user_id) == []
    assert (connection().status, connection().generation) == (Status.CONNECTED, 2)


async def test_a_refused_token_that_was_replaced_meanwhile_asks_nobody_to_reconnect(
    google: FakeProvider, connected: Connect
) -> None:
    done = await connected()
    age()

    async def refused_while_another_stores(*_: object) -> None:
        with transaction() as session:
            stored = session.exec(select(TokenSet)).one()
            stored.version += 1
            stored.access_token = ring().seal("newer", binding("access_token", stored.connection_id, 1))
            stored.expires_at = now() + timedelta(hours=1)
            session.add(stored)
        raise GrantRevoked(code="invalid_grant")

    google.refresh = refused_while_another_stores  # type: ignore[method-assign]
    assert await token_vault.access(done.connection_id, 1).token() == "newer"
    assert connection().status == Status.CONNECTED


async def test_an_outlived_generation_gets_no_token_and_flags_nobody(google: FakeProvider, connected: Connect) -> None:
    done = await connected()
    await connected()
    google.live.clear()
    with pytest.raises(ConnectionEnded):
        await token_vault.access(done.connection_id, 1).token()
    assert connection().status == Status.CONNECTED


async def test_a_reconnect_during_a_refresh_keeps_its_own_tokens(google: FakeProvider, connected: Connect) -> None:
    done = await connected()
    age()
    asked, answered = google.hold_next()
    old = asyncio.create_task(token_vault.access(done.connection_id, 1).token())
    await asked.wait()
    await connected()
    answered.set()
    with pytest.raises(ConnectionEnded):
        await old
    assert await token_vault.access(done.connection_id, 2).token() == "canary-access-2"


@pytest.mark.parametrize("error", [ProviderUnavailable(code="html"), RateLimited(retry_after=30), TimeoutError()])
async def test_threat_40_a_fault_that_passes_is_not_a_dead_grant(
    google: FakeProvider, connected: Connect, error: Exception
) -> None:
    done = await connected()
    age()
    google.fails["refresh"] = error
    access = token_vault.access(done.connection_id, 1)
    with pytest.raises(ProviderError):
        await access.token()
    assert connection().status == Status.CONNECTED
    google.fails.clear()
    assert await access.token() == "canary-access-2"


async def test_threat_17_a_refused_application_opens_one_incident_and_asks_nobody_to_reconnect(
    ada: Someone, admin: Someone, mallory: Someone, google: FakeProvider, connected: Connect
) -> None:
    first, second = await connected(), await connected(mallory)
    with transaction() as session:
        for stored in session.exec(select(TokenSet)):
            stored.expires_at = stored.refreshed_at = now() - timedelta(hours=1)
            session.add(stored)
    google.fails["refresh"] = ProviderMisconfigured(code="invalid_client")
    for done in (first, second, first):
        with pytest.raises(ProviderMisconfigured):
            await token_vault.access(done.connection_id, 1).token()
    with reading() as session:
        assert {one.status for one in session.exec(select(Connection))} == {Status.CONNECTED}
        assert [one.code for one in session.exec(select(Incident))] == ["invalid_client"]
    assert bell.of_user(ada.user_id) + bell.of_user(mallory.user_id) == []
    assert len(bell.of_user(admin.user_id)) == 1

    google.fails.clear()
    await token_vault.access(first.connection_id, 1).token()
    assert bell.of_user(admin.user_id) == []
    with reading() as session:
        assert session.exec(select(Incident)).one().resolved_at is not None


async def test_an_incident_of_sign_in_is_probed_by_a_refresh_even_with_a_good_token(
    google: FakeProvider, connected: Connect
) -> None:
    done = await connected()
    google.fails["refresh"] = ProviderMisconfigured(code="invalid_client")
    with pytest.raises(ProviderMisconfigured):
        await token_vault.access(done.connection_id, 1).renew("canary-access-1")
    google.fails.clear()
    assert await token_vault.access(done.connection_id, 1).token() == "canary-access-2"


@pytest.mark.parametrize("column", ["access_token", "refresh_token"])
async def test_threat_30_a_flipped_bit_is_reported_as_key_unavailable(
    ada: Someone, google: FakeProvider, connected: Connect, column: str
) -> None:
    done = await connected()
    with transaction() as session:
        stored = session.exec(select(TokenSet)).one()
        head, _, cipher = getattr(stored, column).rpartition(".")
        raw = bytearray(base64.urlsafe_b64decode(cipher + "=="))
        raw[3] ^= 1
        setattr(stored, column, f"{head}.{base64.urlsafe_b64encode(raw).rstrip(b'=').decode()}")
        session.add(stored)
    with pytest.raises(GrantRevoked):
        await token_vault.access(done.connection_id, 1).renew("canary-access-1")
    assert (connection().status, connection().reason) == (Status.REQUIRES_REAUTHENTICATION, wording.KEY_UNAVAILABLE)
    assert google.count("refresh") == 0
    assert len(bell.of_user(ada.user_id)) == 1


async def test_threat_30_another_rows_token_is_reported_as_key_unavailable(
    mallory: Someone, google: FakeProvider, connected: Connect
) -> None:
    mine, other = await connected(), await connected(mallory)
    with transaction() as session:
        stolen = session.get_one(TokenSet, other.connection_id)
        moved = session.get_one(TokenSet, mine.connection_id)
        moved.access_token, moved.refresh_token = stolen.access_token, stolen.refresh_token
        session.add(moved)
    with pytest.raises(GrantRevoked):
        await token_vault.access(mine.connection_id, 1).token()
    with reading() as session:
        assert session.get_one(Connection, mine.connection_id).reason == wording.KEY_UNAVAILABLE
        assert session.get_one(Connection, other.connection_id).status == Status.CONNECTED


async def test_a_scope_taken_away_is_noted_and_the_connection_stays(google: FakeProvider, connected: Connect) -> None:
    done = await connected()
    google.capabilities = frozenset({Capability.READ})
    await token_vault.access(done.connection_id, 1).renew("canary-access-1")
    assert capabilities_of(connection()) == {Capability.READ}
    assert connection().status == Status.CONNECTED


DIES_WHILE_REFRESHING = """
import asyncio, os, sys
from easycrm.mail import token_vault
from easycrm.providers.registry import PROVIDERS
from tests.fake_provider import FakeProvider

class Dies(FakeProvider):
    async def refresh(self, config, refresh_token):
        os._exit(9)

PROVIDERS["google"] = Dies()
asyncio.run(token_vault.access(int(sys.argv[1]), 1).token())
"""


@pytest.mark.parametrize("old_one_still_works", [True, False])
async def test_threat_35_killed_between_rotation_and_storing_it_recovers_or_says_so(
    google: FakeProvider, connected: Connect, old_one_still_works: bool
) -> None:
    done = await connected()
    age()
    ended = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", DIES_WHILE_REFRESHING, str(done.connection_id)],
        env={**os.environ, "PYTHONPATH": os.getcwd()},  # noqa: PTH109
        check=False,
        timeout=60,
    )
    assert ended.returncode == 9
    stored = tokens()
    assert stored is not None
    assert stored.refresh_until is not None

    if not old_one_still_works:
        google.live.clear()
    access = token_vault.access(done.connection_id, 1)
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=70), tick=True):
        if old_one_still_works:
            assert await access.token() == "canary-access-2"
        else:
            with pytest.raises(GrantRevoked):
                await access.token()
    expected = Status.CONNECTED if old_one_still_works else Status.REQUIRES_REAUTHENTICATION
    assert connection().status == expected


@pytest.mark.parametrize("skew", [timedelta(days=-1), timedelta(days=1)])
async def test_threat_44_a_clock_off_by_a_day_causes_no_storm(
    google: FakeProvider, connected: Connect, skew: timedelta
) -> None:
    with time_machine.travel(START, tick=False) as clock:
        done = await connected()
        clock.shift(skew)
        refreshed: list[datetime] = []
        for _ in range(12 * 12):
            before = google.count("refresh")
            await token_vault.access(done.connection_id, 1).token()
            if google.count("refresh") > before:
                refreshed.append(now())
            clock.shift(timedelta(minutes=5))
    hours = [sum(start <= one < start + timedelta(minutes=50) for one in refreshed) for start in refreshed]
    assert max(hours, default=0) <= 1
    assert len(refreshed) <= 14


async def test_threat_44_tokens_that_always_look_expired_are_not_refreshed_at_every_poll(
    google: FakeProvider, connected: Connect
) -> None:
    google.lifetime = timedelta(days=-1)
    with time_machine.travel(START, tick=False) as clock:
        done = await connected()
        for _ in range(12 * 24):
            await token_vault.access(done.connection_id, 1).token()
            clock.shift(timedelta(minutes=5))
    assert google.count("refresh") <= 24 * 60 // 50


async def test_threat_44_a_lease_of_a_clock_that_runs_ahead_blocks_nobody(
    google: FakeProvider, connected: Connect
) -> None:
    done = await connected()
    age()
    with transaction() as session:
        stored = session.exec(select(TokenSet)).one()
        stored.refresh_owner, stored.refresh_until = "ahead", now() + timedelta(days=1)
        session.add(stored)
    assert await asyncio.wait_for(token_vault.access(done.connection_id, 1).token(), 5) == "canary-access-2"


async def test_switching_a_provider_off_leaves_connected_mailboxes_their_tokens(
    admin: Someone, google: FakeProvider, connected: Connect
) -> None:
    done = await connected()
    provider_setup.set_enabled(admin.user_id, "google", enabled=False)
    assert await token_vault.access(done.connection_id, 1).renew("canary-access-1") == "canary-access-2"


async def test_threat_29_no_token_stands_in_the_database(
    database: Engine, google: FakeProvider, connected: Connect
) -> None:
    google.replaces_refresh_token = True
    done = await connected()
    await token_vault.access(done.connection_id, 1).renew("canary-access-1")
    with reading() as session:
        for table in Connection.metadata.sorted_tables:
            assert "canary-" not in repr(session.execute(table.select()).all())

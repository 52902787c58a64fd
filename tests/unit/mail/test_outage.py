"""Outages: the right one is told, once, and probes find out when it is over."""

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine
from sqlmodel import select

from easycrm.core import wording
from easycrm.core.db import reading, transaction
from easycrm.mail import consent, outage, provider_setup
from easycrm.mail.connection import Connection, Status
from easycrm.mail.token_set import TokenSet
from easycrm.notices import bell
from easycrm.notices.audit import AuditEvent
from easycrm.notices.incident import Incident
from easycrm.providers.errors import ProviderMisconfigured
from tests.fake_provider import FakeProvider
from tests.unit.mail.conftest import Someone

Connect = Callable[..., Awaitable[consent.Completed]]
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
DISABLED = ProviderMisconfigured(code="accessNotConfigured")


def paused(provider: str = "google") -> bool:
    with transaction() as session:
        return outage.paused(session, provider)


async def test_twenty_findings_of_one_outage_tell_once(ada: Someone, connected: Connect) -> None:
    done = await connected()

    def find(_: int) -> bool:
        return outage.requires_reauthentication(done.connection_id, 1, wording.connecting.GRANT_ENDED)

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(find, range(20))).count(True) == 1
    notices = bell.of_user(ada.user_id)
    assert [notice.title for notice in notices] == ["Your email connection needs re-authentication"]
    assert "ada@example.com (Google Workspace)" in notices[0].body
    with reading() as session:
        row = session.exec(select(Connection)).one()
        assert session.exec(select(TokenSet)).first() is None
        events = session.exec(select(AuditEvent).where(AuditEvent.event == "connection.requires_reauthentication"))
        assert len(events.all()) == 1
    assert (row.status, row.reason, row.next_sync_at) == (
        Status.REQUIRES_REAUTHENTICATION,
        wording.connecting.GRANT_ENDED,
        None,
    )


async def test_an_outlived_generation_flags_nobody(ada: Someone, connected: Connect) -> None:
    done = await connected()
    await connected()
    assert not outage.requires_reauthentication(done.connection_id, 1, wording.connecting.GRANT_ENDED)
    assert bell.of_user(ada.user_id) == []


async def test_the_next_outage_is_told_again(ada: Someone, connected: Connect) -> None:
    done = await connected()
    outage.requires_reauthentication(done.connection_id, 1, wording.connecting.GRANT_ENDED)
    await connected()
    assert bell.of_user(ada.user_id) == []
    assert outage.requires_reauthentication(done.connection_id, 2, wording.connecting.GRANT_ENDED)
    assert len(bell.of_user(ada.user_id)) == 1


async def test_threat_17_a_refused_application_is_one_incident_and_every_admins_turn(
    ada: Someone, admin: Someone, make_user: Callable[..., Someone], google: FakeProvider, connected: Connect
) -> None:
    await connected()
    second_admin = make_user("second", "admin")
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: outage.provider_fault("google", DISABLED), range(20)))
    with reading() as session:
        assert len(session.exec(select(Incident)).all()) == 1
        assert session.exec(select(Connection)).one().status == Status.CONNECTED
    assert bell.of_user(ada.user_id) == []
    for someone in (admin, second_admin):
        notices = bell.of_user(someone.user_id)
        assert [notice.body for notice in notices] == [wording.connecting.incident_explanation("accessNotConfigured")]


@pytest.mark.usefixtures("google")
def test_an_incident_pauses_its_provider_but_for_one_probe_at_a_time() -> None:
    with time_machine.travel(START, tick=False) as clock:
        assert not paused()
        outage.provider_fault("google", DISABLED)
        assert paused()
        assert not paused("microsoft")
        clock.shift(timedelta(minutes=1))
        assert [paused() for _ in range(5)] == [False, True, True, True, True]
        outage.provider_fault("google", DISABLED)
        assert paused()
        clock.shift(timedelta(minutes=1))
        assert not paused()
        outage.provider_works("google")
        assert [paused() for _ in range(3)] == [False, False, False]


@pytest.mark.usefixtures("google")
def test_a_lasting_incident_is_probed_ever_less_often_but_at_least_every_quarter_of_an_hour() -> None:
    probes: list[datetime] = []
    with time_machine.travel(START, tick=False) as clock:
        outage.provider_fault("google", DISABLED)
        for _ in range(6 * 60):
            clock.shift(timedelta(minutes=1))
            if not paused():
                probes.append(datetime.now(UTC))
                outage.provider_fault("google", DISABLED)
    waits = [later - earlier for earlier, later in pairwise(probes)]
    assert max(waits) <= timedelta(minutes=15)
    assert len(probes) < 40


def test_the_end_of_an_incident_takes_the_notices_away(admin: Someone, google: FakeProvider) -> None:
    outage.provider_fault("google", DISABLED)
    outage.provider_works("google", part=outage.SIGN_IN)
    assert len(bell.of_user(admin.user_id)) == 1
    outage.provider_works("google")
    assert bell.of_user(admin.user_id) == []
    outage.provider_fault("google", DISABLED)
    assert len(bell.of_user(admin.user_id)) == 1


def test_a_saved_setup_is_probed_at_once(admin: Someone, google: FakeProvider) -> None:
    outage.provider_fault("google", ProviderMisconfigured(code="invalid_client"), part=outage.SIGN_IN)
    assert paused()
    provider_setup.save(
        actor_id=admin.user_id, provider="google", client_id="client", client_secret="canary-right", enabled=True
    )
    assert not paused()

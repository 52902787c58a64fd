"""The health page's figures: counts, who has the next step, hours, runs, and asking owners to reconnect."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import time_machine
from sqlmodel import select

from easycrm.core import wording
from easycrm.core.db import reading, transaction
from easycrm.mail import consent, gauges, health, outage, reconnect_request, schedule, sync_run
from easycrm.mail.connection import Connection
from easycrm.mail.sync_run import SyncRun
from easycrm.mail.token_set import TokenSet
from easycrm.notices import bell
from easycrm.providers.errors import ProviderMisconfigured
from tests.fake_provider import FakeProvider
from tests.unit.mail.conftest import Someone

Connect = Callable[..., Awaitable[consent.Completed]]
RUNS = ((0, 7, "sync"), (0, 2, "sync"), (3, 5, "import"), (3, 0, "failed"), (30, 9, "sync"))
NOON = datetime(2026, 3, 12, 12, 30, tzinfo=UTC)


async def test_mailboxes_are_counted_by_status_and_the_late_ones_named(
    ada: Someone, mallory: Someone, connected: Connect, google: FakeProvider
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        late = (await connected()).connection_id
        ended = (await connected(mallory)).connection_id
        outage.requires_reauthentication(ended, 1, wording.connecting.GRANT_ENDED)
        lease = schedule.claim(late)
        assert lease is not None
        schedule.fail(lease, "The provider cannot be reached at the moment")
        clock.shift(timedelta(hours=1))
        (row,) = health.counts()
        assert (row.provider, row.connected, row.waiting, row.late) == ("google", 1, 1, 1)
        assert next(one.value for one in gauges.all_gauges() if one.name == "sync_overdue") == row.late
        first, second = health.troubled()
    assert (first.connection_id, first.status_text, first.turn) == (
        ended, wording.REQUIRES_REAUTHENTICATION, "mallory@example.com",
    )  # fmt: skip
    assert (second.connection_id, second.problem) == (late, "The provider cannot be reached at the moment")
    assert second.turn == wording.health.NOBODYS_TURN


async def test_an_incident_tells_how_many_people_wait_and_ends(connected: Connect, mallory: Someone) -> None:
    await connected()
    await connected(mallory)
    outage.provider_fault("google", ProviderMisconfigured(code="invalid_client"))
    (row,) = health.incidents()
    assert (row.code, row.people, row.resolved_at) == ("invalid_client", 2, None)
    outage.provider_works("google")
    (row,) = health.incidents()
    assert row.resolved_at is not None


async def test_hours_add_up_what_was_stored_and_what_failed(connected: Connect) -> None:
    ident = (await connected()).connection_id
    with time_machine.travel(NOON, tick=False):
        with transaction() as session:
            for hours, stored, kind in (
                (0, 7, "sync"),
                (0, 2, "sync"),
                (3, 5, "import"),
                (3, 0, "failed"),
                (30, 9, "sync"),
            ):
                session.add(
                    SyncRun(
                        connection_id=ident, generation=1, kind=kind, stored=stored,
                        finished_at=NOON - timedelta(hours=hours),
                    )
                )  # fmt: skip
        found = health.hours()
        assert found.first == NOON.replace(minute=0) - timedelta(hours=23)
        assert (found.stored[-1], found.stored[-4], sum(found.stored)) == (9, 5, 14)
        assert (found.failed[-4], sum(found.failed)) == (1, 1)
        assert [run.stored for run in health.runs(ident)] == [9, 0, 5, 2, 7]
    with time_machine.travel(NOON + timedelta(days=29, hours=22), tick=False):
        sync_run.forget_old()
    assert [run.stored for run in health.runs(ident)] == [2, 7]


async def test_asking_to_reconnect_ends_what_syncs_and_rings_again_for_the_others(
    admin: Someone, ada: Someone, mallory: Someone, connected: Connect
) -> None:
    syncing = (await connected()).connection_id
    waiting = (await connected(mallory)).connection_id
    outage.requires_reauthentication(waiting, 1, wording.connecting.GRANT_ENDED)
    (notice,) = [row for row in bell.of_user(mallory.user_id) if row.kind == outage.REAUTHENTICATION]
    bell.mark_read(mallory.user_id, notice.id)

    assert reconnect_request.ask(admin.user_id, [syncing, waiting, 9999]) == 2

    with reading() as session:
        rows = session.exec(select(Connection).order_by(Connection.id)).all()
        assert session.exec(select(TokenSet)).all() == []
    assert {row.status for row in rows} == {"requires_reauthentication"}
    assert rows[0].reason == wording.health.ASKED_BY_ADMIN
    (again,) = [row for row in bell.of_user(mallory.user_id) if row.kind == outage.REAUTHENTICATION]
    assert (again.id, again.read) == (notice.id, False)

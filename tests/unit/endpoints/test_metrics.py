"""What may be known of an installation from outside, and by whom."""

import time
from collections.abc import AsyncIterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine
from starlette.applications import Starlette

from easycrm import migrate, worker
from easycrm.core import counting
from easycrm.core.db import transaction
from easycrm.endpoints.app import around
from easycrm.mail.connection import Connection
from easycrm.notices import tally
from easycrm.notices.liveness import Heartbeat
from easycrm.people.user import User
from easycrm.tables import metadata
from tests.conftest import forget_settings

TOKEN = "a-token-for-the-scraper"


@pytest.fixture
async def here(database: Engine) -> AsyncIterator[httpx.AsyncClient]:
    """A client on this machine, of a database as migrations leave it."""
    metadata.drop_all(database)
    migrate.upgrade()
    worker.queue.cache_clear()
    transport = httpx.ASGITransport(around(Starlette()), client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:3000") as client:
        yield client
    worker.queue.cache_clear()


async def numbers(here: httpx.AsyncClient) -> dict[tuple[str, str], float]:
    """Every sample by name and labels."""
    families = text_string_to_metric_families((await here.get("/metrics")).text)
    return {
        (sample.name, ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


async def test_metrics_tell_how_mailboxes_outbox_queue_and_workers_stand(here: httpx.AsyncClient) -> None:
    with transaction() as session:
        session.add(User(email="ada@example.com", password_hash="unused"))
        session.flush()
        session.add(Connection(user_id=1, provider="google", subject="1", address="ada@example.com"))
    Heartbeat(tally.store)._beat()  # pyright: ignore[reportPrivateUsage]
    worker.sync_mailbox(1)
    counting.take()
    counting.add("token_refreshes", 3, provider="google")
    tally.store()

    told = await numbers(here)

    assert told["easycrm_connections", "provider=google,status=connected"] == 1
    assert told["easycrm_imports_running", ""] == 1
    assert told["easycrm_outbox_messages", "state=queued"] == 0
    assert told["easycrm_queue_tasks", "state=waiting"] == 1
    assert told["easycrm_workers", ""] == 1
    assert told["easycrm_token_refreshes_total", "provider=google"] == 3


async def test_requests_are_timed_by_route_and_not_by_what_a_caller_makes_up(here: httpx.AsyncClient) -> None:
    await here.get("/mail/frame/4711", headers={"Host": "localhost:3000"})
    for host in ("localhost:3000", "127.0.0.1:3000"):
        await here.get(f"/made-up-{time.monotonic_ns()}", headers={"Host": host})

    told = await numbers(here)

    routes = {labels for name, labels in told if name == "easycrm_request_seconds_count"}
    assert {"method=GET,route=/mail/frame/{id},status=401", "method=GET,route=other,status=404"} <= routes
    assert not [labels for labels in routes if "made-up" in labels or "4711" in labels]


@pytest.mark.parametrize("client", ["203.0.113.9", "127.0.0.1"])
async def test_metrics_are_for_this_machine_or_for_the_token(
    here: httpx.AsyncClient, client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that nobody told EasyCRM of is on this machine too: what it passes on is not from here."""
    monkeypatch.setenv("EASYCRM_METRICS_TOKEN", TOKEN)
    forget_settings()
    transport = httpx.ASGITransport(around(Starlette()), client=(client, 1))
    forwarded = {"X-Forwarded-For": "127.0.0.1"} if client == "127.0.0.1" else {}
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3000", headers=forwarded) as other:
        assert (await other.get("/metrics")).status_code == 403
        assert (await other.get("/metrics", headers={"Authorization": "Bearer wrong"})).status_code == 403
        assert (await other.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})).status_code == 200


async def test_without_a_token_setting_an_empty_token_opens_nothing(here: httpx.AsyncClient) -> None:
    transport = httpx.ASGITransport(around(Starlette()), client=("203.0.113.9", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3000") as other:
        assert (await other.get("/metrics", headers={"Authorization": "Bearer "})).status_code == 403


async def test_a_web_process_is_ready_without_a_worker_but_that_is_told(here: httpx.AsyncClient) -> None:
    assert (await here.get("/healthz")).json() == {
        "live": True, "ready": True, "database": True, "migrations": True, "queue": True, "worker": False,
    }  # fmt: skip
    assert (await here.get("/healthz/worker")).status_code == 503
    Heartbeat(lambda: None)._beat()  # pyright: ignore[reportPrivateUsage]
    assert (await here.get("/healthz/worker")).status_code == 200


async def test_a_version_that_is_started_beside_this_one_takes_nobody_out(
    here: httpx.AsyncClient, database: Engine
) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    assert (await here.get("/healthz")).json()["ready"]


async def test_a_database_of_an_older_revision_is_not_ready(here: httpx.AsyncClient, database: Engine) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")

    answer = await here.get("/healthz")

    assert (answer.status_code, answer.json()["migrations"]) == (503, False)
    assert (await here.get("/healthz/live")).status_code == 200

"""What every request passes first."""

from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

from easycrm import worker
from easycrm.endpoints.app import around
from easycrm.people import accounts, sessions
from tests.conftest import forget_settings

HOME = "http://localhost:3000"
PASSWORD = "correct horse battery"


async def page(_request: Request) -> HTMLResponse:
    return HTMLResponse("<p>page</p>")


async def take(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("taken")


@pytest.fixture
async def door(database: Engine) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the whole application, with a page behind it."""
    del database
    inner = Starlette(
        routes=[Route("/page", page), Route("/assets/x.js", page), Route("/post", take, methods=["POST"])]
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(around(inner)), base_url=HOME) as client:
        yield client


@pytest.mark.parametrize(
    "origin", ["https://evil.example.org", "null", "http://localhost:3001", "https://localhost:3000"]
)
async def test_threat_24_a_post_from_elsewhere_is_refused(door: httpx.AsyncClient, origin: str) -> None:
    assert (await door.post("/post", headers={"Origin": origin})).status_code == 403


@pytest.mark.parametrize("headers", [{"Origin": HOME}, {"Sec-Fetch-Site": "same-origin"}, {}])
async def test_a_post_from_our_pages_passes(door: httpx.AsyncClient, headers: dict[str, str]) -> None:
    assert (await door.post("/post", headers=headers)).text == "taken"


async def test_threat_24_a_post_that_says_cross_site_is_refused(door: httpx.AsyncClient) -> None:
    assert (await door.post("/post", headers={"Sec-Fetch-Site": "cross-site"})).status_code == 403


async def test_another_host_is_led_home_before_anything_else(door: httpx.AsyncClient) -> None:
    answer = await door.get("/page?a=b", headers={"Host": "127.0.0.1:3000"})
    assert (answer.status_code, answer.headers["location"]) == (308, f"{HOME}/page?a=b")
    double = await door.get(f"{HOME}//evil.example.org/x", headers={"Host": "127.0.0.1:3000"})
    assert double.headers["location"] == f"{HOME}/evil.example.org/x"
    assert (await door.post("/post", headers={"Host": "127.0.0.1:3000"})).status_code == 421


async def test_every_answer_carries_the_security_headers(door: httpx.AsyncClient) -> None:
    for path in ("/page", "/missing", "/healthz", "/settings/email/callback/google"):
        headers = (await door.get(path)).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe-eval" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == ("no-referrer" if "callback" in path else "same-origin")
        assert "strict-transport-security" not in headers


async def test_https_brings_hsts_and_a_host_cookie(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from easycrm.endpoints import headers

    del database
    monkeypatch.setenv("EASYCRM_PUBLIC_URL", "https://crm.example.com")
    forget_settings()
    headers.policy.cache_clear()

    assert headers.common("/")["Strict-Transport-Security"]
    assert "wss://crm.example.com" in headers.common("/")["Content-Security-Policy"]
    assert sessions.cookie_name() == "__Host-easycrm_session"
    headers.policy.cache_clear()


async def test_hashed_files_are_kept_for_ever_and_pages_never(door: httpx.AsyncClient) -> None:
    assert "immutable" in (await door.get("/assets/x.js")).headers["cache-control"]
    assert (await door.get("/page")).headers["cache-control"] == "no-store"


async def test_signing_in_sets_a_cookie_that_scripts_cannot_read(door: httpx.AsyncClient) -> None:
    accounts.create(email="ada@example.com", password=PASSWORD)

    answer = await door.post(
        "/auth/sign-in", data={"email": "ada@example.com", "password": PASSWORD, "next": "/settings/email"}
    )

    assert (answer.status_code, answer.headers["location"]) == (303, "/settings/email")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie
    assert answer.headers["clear-site-data"] == '"storage"'
    assert sessions.resolve(answer.cookies["easycrm_session"]) is not None


@pytest.mark.parametrize(
    "there", ["//evil.example.org", "https://evil.example.org", "/\\evil.example.org", "javascript:1"]
)
async def test_threat_09_signing_in_never_leads_elsewhere(door: httpx.AsyncClient, there: str) -> None:
    accounts.create(email="ada@example.com", password=PASSWORD)

    answer = await door.post("/auth/sign-in", data={"email": "ada@example.com", "password": PASSWORD, "next": there})

    assert answer.headers["location"] == "/mailbox"


async def test_threat_46_a_failed_sign_in_says_the_same_for_everybody(door: httpx.AsyncClient) -> None:
    accounts.create(email="ada@example.com", password=PASSWORD)
    answers = [
        await door.post("/auth/sign-in", data={"email": email, "password": "wrong password"})
        for email in ("ada@example.com", "nobody@example.com", "", "\x00")
    ]

    assert len({answer.headers["location"] for answer in answers}) == 1
    assert all("set-cookie" not in answer.headers for answer in answers)


async def test_signing_out_ends_the_session_here_and_there(door: httpx.AsyncClient) -> None:
    accounts.create(email="ada@example.com", password=PASSWORD)
    await door.post("/auth/sign-in", data={"email": "ada@example.com", "password": PASSWORD})
    cookie = door.cookies["easycrm_session"]

    answer = await door.post("/auth/sign-out", headers={"Origin": HOME})

    assert answer.headers["clear-site-data"] == '"storage"'
    assert sessions.resolve(cookie) is None


async def test_health_says_whether_the_database_answers(
    door: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await door.get("/healthz")).json()["database"]
    monkeypatch.setenv("EASYCRM_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    forget_settings()

    answer = await door.get("/healthz")

    told = answer.json()
    assert (answer.status_code, told["live"], told["ready"], told["database"]) == (503, True, False, False)


async def test_health_of_a_process_that_never_had_a_database_is_an_answer_too(
    door: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """The queue's payloads are signed with a secret of the database: it cannot be opened without one."""
    monkeypatch.setenv("EASYCRM_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    forget_settings()
    worker.queue.cache_clear()
    request.addfinalizer(worker.queue.cache_clear)

    answer = await door.get("/healthz")

    told = answer.json()
    assert (answer.status_code, told["database"], told["queue"], told["worker"]) == (503, False, False, False)


async def test_a_message_frame_without_a_session_is_refused(door: httpx.AsyncClient) -> None:
    assert (await door.get("/mail/frame/1")).status_code == 401


@pytest.mark.parametrize("path", ["/auth/sign-in", "/auth/setup", "/auth/link", "/auth/link/use"])
async def test_what_strangers_send_is_not_read_to_its_end(door: httpx.AsyncClient, path: str) -> None:
    read: list[int] = []

    async def endless() -> AsyncIterator[bytes]:
        for number in range(200):
            read.append(number)
            yield b"email=" + b"x" * 1_000

    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await door.post(path, content=endless(), headers={**form, "Origin": HOME})

    assert answer.status_code < 500
    assert len(read) < 20

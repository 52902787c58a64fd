"""What can be seen only by asking: the web process, the public address through its proxy, clocks, providers."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from easycrm.core.clock import now
from easycrm.core.db import engine
from easycrm.core.settings import settings
from easycrm.core.wording import operating
from easycrm.doctor.finding import Finding, ok, problem, warning
from easycrm.providers.http import HOSTS

MOST_SECONDS_OFF = 30
_TIMEOUT = 8.0
_OFFERS_A_SOCKET = {
    "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "ZG9jdG9yIGlzIGhlcmUgMQ==",
}  # fmt: skip


def web() -> Iterator[Finding]:
    """The process on this machine."""
    host = "127.0.0.1" if settings().host == "0.0.0.0" else settings().host  # noqa: S104 (compared, not bound)
    yield from _lives("web", f"http://{host}:{settings().port}", operating.FIX_WEB)


def public_address() -> Iterator[Finding]:
    """The way that people take, proxy and certificate included."""
    found = list(_lives("public address", settings().public_url, operating.FIX_PUBLIC_URL))
    yield from found
    if any(one.level == "problem" for one in found):
        return
    headers = {**_OFFERS_A_SOCKET, "Origin": settings().public_url}
    answer = _get(f"{settings().public_url}/_event/?EIO=4&transport=websocket", headers, **_past_proxies())
    passes = answer is not None and answer.status_code == 101
    yield (
        ok("websocket", operating.WEBSOCKET)
        if passes
        else problem("websocket", operating.NO_WEBSOCKET, operating.FIX_WEBSOCKET)
    )


def _lives(what: str, address: str, remedy: str) -> Iterator[Finding]:
    try:
        told = httpx.get(f"{address}/healthz/live", timeout=_TIMEOUT, **_past_proxies()).json()
    except httpx.HTTPError as error:
        yield problem(what, operating.does_not_answer(address, _kind(error)), remedy)
        return
    except ValueError:
        told = None
    yield (
        ok(what, operating.answers(address))
        if told == {"live": True}
        else problem(what, operating.not_ours(address), remedy)
    )


def _past_proxies() -> dict[str, Any]:
    """Our own addresses are asked without HTTPS_PROXY; the authority in SSL_CERT_FILE may have certified them."""
    return {"trust_env": False, "verify": httpx.create_ssl_context()}


def _kind(error: Exception) -> str:
    """The innermost reason: `CERTIFICATE_VERIFY_FAILED` says more than `ConnectError`."""
    return f"{type(error).__name__}: {error}"[:160] if str(error) else type(error).__name__


def clock() -> Iterator[Finding]:
    """Against the database's, or a provider's."""
    if not settings().sqlite:
        with suppress(SQLAlchemyError), engine().connect() as connection:
            there: datetime = connection.execute(select(func.now())).scalar_one()
            yield from _compared(there, "the database")
        return
    if settings().simulator_url:
        return
    answer = _get("https://www.googleapis.com/")
    if answer is not None and "date" in answer.headers:
        yield from _compared(parsedate_to_datetime(answer.headers["date"]), "www.googleapis.com")


def _compared(there: datetime, other: str) -> Iterator[Finding]:
    off = abs((now() - there.astimezone(UTC)).total_seconds())
    if off > MOST_SECONDS_OFF:
        yield problem("clock", operating.clock_off(off, other), operating.FIX_CLOCK)
    else:
        yield ok("clock", f"within {MOST_SECONDS_OFF} seconds of {other}")


def providers() -> Iterator[Finding]:
    """Whether their hosts can be reached; any answer will do."""
    if settings().simulator_url:
        addresses = [settings().simulator_url]
    else:
        addresses = [f"https://{host}" for host in sorted(HOSTS)]
    silent = [(one, error) for one in addresses if (error := _silence(one))]
    if not silent:
        yield ok("providers", f"{len(addresses)} hosts answer")
    for address, error in silent:
        yield warning("providers", operating.does_not_answer(address, error), operating.FIX_PROVIDER_HOST)


def _silence(address: str) -> str:
    try:
        httpx.get(address, timeout=_TIMEOUT, trust_env=not settings().simulator_url)
    except httpx.HTTPError as error:
        return _kind(error)
    return ""


def _get(address: str, headers: dict[str, str] | None = None, **how: Any) -> httpx.Response | None:
    """The head of an answer; a websocket's would never end."""
    try:
        with httpx.stream("GET", address, headers=headers, timeout=_TIMEOUT, **how) as answer:
            return answer
    except httpx.HTTPError:
        return None

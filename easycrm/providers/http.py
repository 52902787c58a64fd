"""The one HTTP client: time-outs, limits, fixed hosts, and the map to the simulator."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from urllib.request import getproxies
from weakref import WeakKeyDictionary

import httpx

from easycrm.core import counting
from easycrm.core.settings import settings
from easycrm.providers import json_text
from easycrm.providers.base import TokenSource
from easycrm.providers.errors import AnswerTooLarge, ProviderUnavailable, RateLimited, SendOutcomeUnknown
from easycrm.providers.retry_after import seconds_of
from easycrm.providers.transport import Transport, trust

HOSTS = frozenset((
    "accounts.google.com", "oauth2.googleapis.com", "www.googleapis.com", "openidconnect.googleapis.com",
    "gmail.googleapis.com", "people.googleapis.com", "login.microsoftonline.com", "graph.microsoft.com",
))  # fmt: skip
LARGEST_BYTES = 100 * 1024 * 1024
WHOLE_SECONDS = 180.0
_TIMEOUT = httpx.Timeout(30, connect=10)
_LIMITS = httpx.Limits(max_connections=200, max_keepalive_connections=100)
# Google compresses only for clients whose name has gzip in it.
_HEADERS = {"User-Agent": "EasyCRM (gzip)", "Accept-Encoding": "gzip"}
_clients: "WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient]" = WeakKeyDictionary()
_transports: "WeakKeyDictionary[asyncio.AbstractEventLoop, Transport]" = WeakKeyDictionary()


def browser_url(url: str) -> str:
    """Where the browser goes for a provider's `url`: there, or to the simulator."""
    return str(_destination(httpx.URL(url)))


def client() -> httpx.AsyncClient:
    """The client of the running event loop; its connections stay open between calls."""
    loop = asyncio.get_running_loop()
    if loop not in _clients:
        _clients[loop] = httpx.AsyncClient(**options(), transport=_transport())
    return _clients[loop]


def _transport() -> Transport | None:
    """The fast way to the providers; None where a proxy stands between: httpx's own way knows them all."""
    loop = asyncio.get_running_loop()
    if not settings().simulator_url and getproxies():
        return None
    if loop not in _transports:
        _transports[loop] = Transport()
    return _transports[loop]


def options(*, blocking: bool = False) -> dict[str, Any]:
    """What every client is made with, those inside authlib and msal too. Redirects are never followed."""
    return {
        "timeout": _TIMEOUT,
        "limits": _LIMITS,
        "headers": _HEADERS,
        "verify": trust(),
        "follow_redirects": False,
        "trust_env": not settings().simulator_url,
        "event_hooks": {
            "request": [_route if blocking else _route_async],
            "response": [_count if blocking else _count_async],
        },
    }


def sign_in_options(*, blocking: bool = False) -> dict[str, Any]:
    """As `options`, for clients inside libraries, which keep to themselves how long a provider asks to wait."""
    found = options(blocking=blocking)
    found["event_hooks"]["response"].append(_hear if blocking else _hear_async)
    return found


async def send(
    method: str, url: str, *, headers: dict[str, str] | None = None, content: bytes | None = None
) -> httpx.Response:
    """One request; whatever keeps the answer from arriving whole is `ProviderUnavailable`."""
    try:
        async with asyncio.timeout(WHOLE_SECONDS), _asked(method, url, headers, content) as response:
            await _read(response)
            return response
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, TimeoutError) as error:
        raise ProviderUnavailable(code=type(error).__name__) from error


@asynccontextmanager
async def _asked(
    method: str, url: str, headers: dict[str, str] | None, content: bytes | None
) -> AsyncGenerator[httpx.Response]:
    """The answer, its head read. Where possible without a client, whose redirects and cookies take half the time."""
    transport = _transport()
    if transport is None:
        async with client().stream(method, url, headers=headers, content=content) as response:
            yield response
        return
    request = httpx.Request(
        method,
        _destination(httpx.URL(url)),
        headers={**_HEADERS, **(headers or {})},
        content=content,
        extensions={"timeout": _TIMEOUT.as_dict()},
    )
    response = await transport.handle_async_request(request)
    try:
        yield response
    finally:
        await response.aclose()


async def authorized(
    method: str, url: str, access: TokenSource, *, content: bytes | None = None, headers: dict[str, str] | None = None
) -> httpx.Response:
    """A request with the mailbox's token, and a second one with a newer token after a 401."""
    token = await access.token()
    response = await send(method, url, content=content, headers={**(headers or {}), **_bearer(token)})
    if response.status_code == 401:
        token = await access.renew(token)
        response = await send(method, url, content=content, headers={**(headers or {}), **_bearer(token)})
    return response


async def post_once(url: str, access: TokenSource, *, content: bytes, headers: dict[str, str]) -> httpx.Response:
    """A POST that must not be repeated unasked; only a 401, which says that nothing was done, brings a second one.

    Raises:
        ProviderUnavailable: the request certainly did not arrive.
        SendOutcomeUnknown: it may have arrived.
    """
    token = await access.token()
    response = await _post(url, content, {**headers, **_bearer(token)})
    if response.status_code == 401:
        response = await _post(url, content, {**headers, **_bearer(await access.renew(token))})
    return response


async def _post(url: str, content: bytes, headers: dict[str, str]) -> httpx.Response:
    """Over a connection of its own: one that was kept open may be closed just now, and nobody could tell when."""
    try:
        async with (
            asyncio.timeout(WHOLE_SECONDS),
            httpx.AsyncClient(**options()) as own,
            own.stream("POST", url, headers=headers, content=content) as response,
        ):
            await _read(response)
            return response
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.InvalidURL) as error:
        raise ProviderUnavailable(code=type(error).__name__) from error
    except (httpx.HTTPError, httpx.StreamError, TimeoutError, AnswerTooLarge) as error:
        raise SendOutcomeUnknown(code=type(error).__name__) from error


@asynccontextmanager
async def streamed(url: str, access: TokenSource) -> AsyncGenerator[httpx.Response]:
    """A GET whose answer is read piece by piece; its head alone has been read. Errors as of `authorized`."""
    token = await access.token()
    for attempt in range(2):
        try:
            async with client().stream("GET", url, headers=_bearer(token)) as response:
                if response.status_code == 401 and attempt == 0:
                    token = await access.renew(token)
                    continue
                if response.status_code != 200:
                    await _read(response)
                yield response
                return
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise ProviderUnavailable(code=type(error).__name__) from error


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def _read(response: httpx.Response) -> None:
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.aiter_bytes():
        size += len(chunk)
        if size > LARGEST_BYTES:
            raise AnswerTooLarge(code="answer_too_large")
        chunks.append(chunk)
    response._content = b"".join(chunks)  # pyright: ignore[reportPrivateUsage] (as httpx's own aread does)


def as_object(response: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer.

    Raises:
        ProviderUnavailable: it is something else, such as the page of a captive portal.
    """
    try:
        found = json_text.read(response.content)
    except ValueError as error:
        raise ProviderUnavailable(code="not_json") from error
    if not isinstance(found, dict):
        raise ProviderUnavailable(code="not_an_object")
    return found  # pyright: ignore[reportUnknownVariableType] (checked above)


async def _route_async(request: httpx.Request) -> None:
    _route(request)


def _route(request: httpx.Request) -> None:
    request.url = _destination(request.url)
    request.headers["Host"] = request.url.netloc.decode()


async def _count_async(response: httpx.Response) -> None:
    _count(response)


def _count(response: httpx.Response) -> None:
    """By the host of the request's path at the simulator, which is the provider's own."""
    host = response.request.url.path.split("/")[1] if settings().simulator_url else response.request.url.host
    counting.add("provider_requests", host=host, status=str(response.status_code))


async def _hear_async(response: httpx.Response) -> None:
    _hear(response)


def _hear(response: httpx.Response) -> None:
    """Raise what asks for patience, with the time that it names."""
    if response.status_code == 429 or response.status_code >= 500:
        kind = RateLimited if response.status_code == 429 else ProviderUnavailable
        raise kind(code=str(response.status_code), retry_after=seconds_of(response.headers.get("retry-after")))


def _destination(url: httpx.URL) -> httpx.URL:
    """The address to ask: `url` itself, if it is a provider's, or its place at the simulator.

    Raises:
        ProviderUnavailable: another host, scheme or port. Nothing has left the process then.
    """
    if url.scheme != "https" or url.host not in HOSTS or url.port not in (None, 443) or url.userinfo:
        raise ProviderUnavailable(code="foreign_host")
    base = settings().simulator_url
    if not base:
        return url
    return httpx.URL(f"{base.rstrip('/')}/{url.host}{url.raw_path.decode()}")

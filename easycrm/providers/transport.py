"""httpx's interface over aiohttp's connections: a third of the processor time for each of many small requests."""

import os
import ssl
from collections.abc import AsyncIterator
from functools import lru_cache

import aiohttp
import httpx
from yarl import URL

_PIECE = 256 * 1024
_AT_ONCE = 200
_IDLE_SECONDS = 60.0


def trust() -> ssl.SSLContext:
    """Whom to trust, by what the environment says; reading all authorities takes as long as a hundred requests."""
    return _trust(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@lru_cache(maxsize=2)
def _trust(_file: str | None, _folder: str | None) -> ssl.SSLContext:
    return httpx.create_ssl_context()


class Transport(httpx.AsyncBaseTransport):
    """Sends httpx's requests; it belongs to the event loop in which it was made, and follows nothing by itself.

    Certificates are checked as httpx does it, `SSL_CERT_FILE` and `SSL_CERT_DIR` included. It knows no proxies.
    """

    def __init__(self) -> None:
        connector = aiohttp.TCPConnector(
            ssl=trust(),
            limit=_AT_ONCE,
            keepalive_timeout=_IDLE_SECONDS,
        )
        self._session = aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, read_bufsize=_PIECE
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request, with httpx's errors."""
        limits = request.extensions.get("timeout", {})
        timeout = aiohttp.ClientTimeout(
            total=None, connect=limits.get("pool"), sock_connect=limits.get("connect"), sock_read=limits.get("read")
        )
        try:
            answer = await self._session.request(
                request.method,
                # As it is: a link that a provider handed out may not survive being quoted anew.
                URL(str(request.url), encoded=True),
                headers=[(name.decode("ascii"), value.decode("latin-1")) for name, value in request.headers.raw],
                data=await request.aread() or None,
                allow_redirects=False,
                timeout=timeout,
            )
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _as_httpx(error) from error
        return httpx.Response(answer.status, headers=answer.raw_headers, stream=_Body(answer), request=request)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._session.close()

    def __del__(self) -> None:
        # It lives as long as its event loop, after whose end nothing can be awaited any more.
        if connector := self._session.connector:
            self._session.detach()
            connector._close()  # pyright: ignore[reportPrivateUsage] (what `close` would await)


class _Body(httpx.AsyncByteStream):
    """An answer's body; a connection whose answer was not read to its end is not used again."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._answer.content.iter_any():
                yield piece
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _as_httpx(error) from error

    async def aclose(self) -> None:
        if self._answer.content.at_eof():
            self._answer.release()
        else:
            self._answer.close()


def _as_httpx(error: Exception) -> httpx.TransportError:
    """The nearest of httpx's errors; the narrower kinds come first."""
    kinds: tuple[tuple[type[Exception], type[httpx.TransportError]], ...] = (
        (aiohttp.ConnectionTimeoutError, httpx.ConnectTimeout),
        (aiohttp.ServerTimeoutError, httpx.ReadTimeout),
        (TimeoutError, httpx.ReadTimeout),
        (aiohttp.ClientConnectorError, httpx.ConnectError),
        (aiohttp.ServerDisconnectedError, httpx.RemoteProtocolError),
        (aiohttp.ClientPayloadError, httpx.RemoteProtocolError),
        (aiohttp.ClientResponseError, httpx.RemoteProtocolError),
        (aiohttp.InvalidURL, httpx.UnsupportedProtocol),
    )
    return next((ours for theirs, ours in kinds if isinstance(error, theirs)), httpx.ReadError)(str(error))

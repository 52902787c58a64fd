"""What every request passes first: the right host, our own origin, a tab of this session, headers, caching."""

import re
import time

import anyio.to_thread
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from easycrm.core import log, metrics
from easycrm.core.settings import settings
from easycrm.endpoints import forwarded, guard, headers, health, tab_token

_SAFE = ("GET", "HEAD", "OPTIONS")
# What machines ask by whatever name they have for this one; both only tell, and know who may be told.
_FROM_ANY_HOST = ("/healthz", "/healthz/live", "/healthz/worker", "/metrics")
_TAKEN = (200, 206, 303, 304, 400, 401, 503)
_IDENT = re.compile(r"/\d+(?=/|$)")
_log = log.logger(__name__)
_HASHED = ("/assets/",)
_YEAR = "public, max-age=31536000, immutable"


class FrontDoor:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, redirect or pass on."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        scope["scheme"] = _scheme(scope)
        request = HTTPConnection(scope)
        ident = forwarded.request_id(request)
        scope["client"] = (forwarded.client_address(request), 0)
        if scope["path"].startswith(tab_token.SOCKET_PATH):
            scope["query_string"] = tab_token.mixed(scope["query_string"], guard.cookie(request))
        with log.bound(request=ident):
            if scope["type"] == "websocket":
                await self._websocket(request, scope, receive, send)
            else:
                await self._http(request, scope, receive, send, ident)

    async def _http(self, request: HTTPConnection, scope: Scope, receive: Receive, send: Send, ident: str) -> None:
        path, method = str(scope["path"]), str(scope["method"])
        answer = _Answer(path, ident, send)
        refusal = _refusal(request, path, method)
        began = time.monotonic()
        try:
            await (refusal or self.app)(scope, receive, answer.send)
        finally:
            took = time.monotonic() - began
            route = _route(path, answer.status)
            metrics.REQUEST_SECONDS.labels(method, route, str(answer.status)).observe(took)
            if answer.status >= 500:
                _log.error("request failed", method=method, route=route, status=answer.status, seconds=round(took, 3))

    async def _websocket(self, request: HTTPConnection, scope: Scope, receive: Receive, send: Send) -> None:
        ours = request.headers.get("origin", "").lower() == settings().public_url.lower()
        if not (ours and guard.host_is_ours(request)):
            await send({"type": "websocket.close", "code": 1008, "reason": "foreign origin"})
        elif not await anyio.to_thread.run_sync(health.pages_can_be_had):
            # The browser says that the connection is lost, and comes again.
            await send({"type": "websocket.close", "code": 1013, "reason": "try again later"})
        else:
            await self.app(scope, receive, send)


def _scheme(scope: Scope) -> str:
    """The scheme people use, also behind a proxy that ends TLS: redirects must not fall back to http."""
    secure = settings().secure
    return ("wss" if secure else "ws") if scope["type"] == "websocket" else ("https" if secure else "http")


def _refusal(request: HTTPConnection, path: str, method: str) -> Response | None:
    if path in _FROM_ANY_HOST:
        return None
    if not guard.host_is_ours(request):
        if method not in _SAFE:
            return PlainTextResponse("This address is not EasyCRM's", 421)
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{settings().public_url}/{path.lstrip('/')}{query}", 308)
    if method not in _SAFE and not guard.from_our_pages(request):
        return PlainTextResponse("This request did not come from EasyCRM's own pages", 403)
    return None


def _route(path: str, status: int) -> str:
    """The address without what is different each time; what leads nowhere has one name, however many try."""
    if status not in _TAKEN:
        return "other"
    return "/assets" if path.startswith(_HASHED) else _IDENT.sub("/{id}", path.rstrip("/") or "/")


class _Answer:
    """An answer on its way out: headers are added, and its status is noted."""

    def __init__(self, path: str, ident: str, send: Send) -> None:
        self.status = 500
        self._path, self._ident, self._send = path, ident, send

    async def send(self, message: Message) -> None:
        """Pass one message on."""
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
            self._decorate(MutableHeaders(scope=message))
        await self._send(message)

    def _decorate(self, found: MutableHeaders) -> None:
        for name, value in headers.common(self._path).items():
            found.setdefault(name, value)
        found["X-Request-ID"] = self._ident
        if self._path.startswith(_HASHED) and self.status == 200:
            found["Cache-Control"] = _YEAR
        elif found.get("content-type", "").startswith("text/html"):
            found.setdefault("Cache-Control", "no-store")

"""What every request passes first: the right host, an origin of ours, security headers, caching."""

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from easycrm.core.settings import settings
from easycrm.endpoints import guard, headers

_SAFE = ("GET", "HEAD", "OPTIONS")
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
        if scope["type"] == "websocket":
            await self._websocket(request, scope, receive, send)
            return
        path = str(scope["path"])
        refusal = _refusal(request, path, str(scope["method"]))
        await (refusal or self.app)(scope, receive, _decorating(send, path))

    async def _websocket(self, request: HTTPConnection, scope: Scope, receive: Receive, send: Send) -> None:
        if guard.host_is_ours(request) and request.headers.get("origin", "").lower() == settings().public_url.lower():
            await self.app(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008, "reason": "foreign origin"})


def _scheme(scope: Scope) -> str:
    """The scheme people use, also behind a proxy that ends TLS: redirects must not fall back to http."""
    secure = settings().secure
    return ("wss" if secure else "ws") if scope["type"] == "websocket" else ("https" if secure else "http")


def _refusal(request: HTTPConnection, path: str, method: str) -> Response | None:
    if path == "/healthz":
        return None
    if not guard.host_is_ours(request):
        if method not in _SAFE:
            return PlainTextResponse("This address is not EasyCRM's", 421)
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{settings().public_url}/{path.lstrip('/')}{query}", 308)
    if method not in _SAFE and not guard.from_our_pages(request):
        return PlainTextResponse("This request did not come from EasyCRM's own pages", 403)
    return None


def _decorating(send: Send, path: str) -> Send:
    async def decorated(message: Message) -> None:
        if message["type"] == "http.response.start":
            found = MutableHeaders(scope=message)
            for name, value in headers.common(path).items():
                found.setdefault(name, value)
            if path.startswith(_HASHED) and message["status"] == 200:
                found["Cache-Control"] = _YEAR
            elif found.get("content-type", "").startswith("text/html"):
                found.setdefault("Cache-Control", "no-store")
        await send(message)

    return decorated

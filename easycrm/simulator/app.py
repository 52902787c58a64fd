"""The simulator's application: hosts as path prefixes, and around every request latency, faults and counting."""

import asyncio
import time

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from easycrm.simulator import (
    consent_pages,
    control,
    control_page,
    gmail,
    gmail_send,
    google_identity,
    graph,
    graph_contacts,
    graph_send,
    microsoft_identity,
    people_api,
    sending,
)
from easycrm.simulator.connection_cut import CutConnection
from easycrm.simulator.world import ApiError, World

HOSTS = {
    "accounts.google.com": google_identity.accounts,
    "oauth2.googleapis.com": google_identity.tokens,
    "www.googleapis.com": google_identity.keys,
    "openidconnect.googleapis.com": google_identity.userinfo,
    "gmail.googleapis.com": [*gmail_send.routes, *gmail.routes],
    "login.microsoftonline.com": microsoft_identity.routes,
    "graph.microsoft.com": [*graph_send.routes, *graph_contacts.routes, *graph.routes],
    "people.googleapis.com": people_api.routes,
}
RECENT = 500
_API_HOSTS = ("gmail.googleapis.com", "people.googleapis.com", "graph.microsoft.com")


def build(world: World) -> Starlette:
    """The application over one world."""
    app = Starlette(
        routes=[
            *(Mount("/" + host, routes=routes) for host, routes in HOSTS.items()),
            Mount("/signin", routes=consent_pages.routes),
            Mount("/control", routes=[*control.routes, *control_page.routes]),
            Route("/", _to_control),
            Route("/healthz", _live),
        ],
        middleware=[Middleware(CutConnection), Middleware(_Around)],
        exception_handlers={ApiError: _api_error},
    )
    app.state.world = world
    return app


async def _to_control(_request: Request) -> Response:
    return RedirectResponse("/control")


async def _live(_request: Request) -> Response:
    return JSONResponse({"live": True})


def _api_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)  # noqa: S101 (registered for this type alone)
    return JSONResponse(error.body, error.status, headers=error.headers)


class _Around:
    """Latency, faults and counting, around whatever is asked of a provider's host."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        target = str(scope.get("path", "")).lstrip("/")
        if scope["type"] != "http" or target.partition("/")[0] not in HOSTS:
            return await self._app(scope, receive, send)
        world: World = scope["app"].state.world
        sending.settle(world)
        if world.settings.request_ms:
            await asyncio.sleep(world.settings.request_ms / 1000)
        answer, cut = await _faulty(world, scope["method"], target)
        if answer is None:
            return await self._passed_on(world, scope, receive, _swallow if cut else send, send if cut else None)
        if answer.status_code != 599:
            _count(world, scope, answer.status_code)
        return await answer(scope, receive, send)

    async def _passed_on(self, world: World, scope: Scope, receive: Receive, send: Send, cut_off: Send | None) -> None:
        """Let the request through; with `cut_off`, nobody hears the answer."""

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                _count(world, scope, message["status"])
            await send(message)

        await self._app(scope, receive, counted)
        if cut_off is not None:
            await Response(status_code=599)(scope, receive, cut_off)


async def _faulty(world: World, method: str, target: str) -> tuple[Response | None, bool]:
    """What a fault answers instead, if one does, and whether the real answer is to be cut off."""
    cut = False
    for fault in world.faults:
        if fault.kind != "part" and fault.hits(method, target):
            answer = await fault.answer(target)
            if answer is not None:
                return answer, False
            if fault.kind == "reset":
                return Response(status_code=599), False
            cut = cut or fault.kind == "drop_after"
    return None, cut


async def _swallow(_message: Message) -> None:
    pass


def _count(world: World, scope: Scope, status: int) -> None:
    counters = world.counters
    parts = str(scope["path"]).split("/")
    ids = {value for value in scope.get("path_params", {}).values() if isinstance(value, str)}
    route = f"{scope['method']} " + "/".join("*" if part in ids and len(part) > 12 else part for part in parts[1:])
    counters["total"] += 1
    counters["by_route"][route] = counters["by_route"].get(route, 0) + 1
    counters["statuses"][str(status)] = counters["statuses"].get(str(status), 0) + 1
    # What is asked of the sign-in hosts may be secret.
    query = scope["query_string"].decode("latin-1") if parts[1] in _API_HOSTS else ""
    counters["recent"].append(
        {"at": time.time(), "method": scope["method"], "path": scope["path"], "query": query, "status": status}
    )
    if len(counters["recent"]) > 2 * RECENT:
        del counters["recent"][:-RECENT]

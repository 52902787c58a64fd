"""The simulator's application: hosts as path prefixes, and around every request latency, faults and counting."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

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
        middleware=[Middleware(CutConnection), Middleware(BaseHTTPMiddleware, dispatch=_around)],
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


async def _around(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    world: World = request.app.state.world
    target = request.url.path.lstrip("/")
    if target.partition("/")[0] not in HOSTS:
        return await call_next(request)
    sending.settle(world)
    if world.settings.request_ms:
        await asyncio.sleep(world.settings.request_ms / 1000)
    cut = False
    for fault in world.faults:
        if fault.kind != "part" and fault.hits(request.method, target):
            answer = await fault.answer(target)
            if answer is not None:
                _count(world, request, answer.status_code)
                return answer
            if fault.kind == "reset":
                return Response(status_code=599)
            cut = cut or fault.kind == "drop_after"
    response = await call_next(request)
    _count(world, request, response.status_code)
    return Response(status_code=599) if cut else response


def _count(world: World, request: Request, status: int) -> None:
    counters = world.counters
    parts = request.url.path.split("/")
    ids = {value for value in request.path_params.values() if isinstance(value, str)}
    route = f"{request.method} " + "/".join("*" if part in ids and len(part) > 12 else part for part in parts[1:])
    counters["total"] += 1
    counters["by_route"][route] = counters["by_route"].get(route, 0) + 1
    counters["statuses"][str(status)] = counters["statuses"].get(str(status), 0) + 1
    # What is asked of the sign-in hosts may be secret.
    query = request.url.query if parts[1] in _API_HOSTS else ""
    entry = {"at": time.time(), "method": request.method, "path": request.url.path, "query": query, "status": status}
    counters["recent"] = [*counters["recent"][-RECENT:], entry]

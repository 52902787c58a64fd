"""Graph's $batch: up to 20 requests in one, run four at a time, each answered on its own."""

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route

from easycrm.simulator.graph_message import Caller
from easycrm.simulator.mime import base64url
from easycrm.simulator.quota import graph_error, in_flight
from easycrm.simulator.world import ApiError, Person, World

MOST = 20
WIDE = 4


def endpoint(
    calls: list[tuple[str, Any]], caller: Callable[[World, Request], Person], loads: Callable[[bytes], Any]
) -> Callable[[Request], Any]:
    """The handler of $batch over `calls`."""
    table = [(Route(path, _nothing), call) for path, call in calls]

    async def handle(request: Request) -> Response:
        world: World = request.app.state.world
        person = caller(world, request)
        asked = loads(await request.body()).get("requests", [])
        if not 0 < len(asked) <= MOST:
            raise graph_error(400, "BadRequest", f"Number of batch request steps exceeds the maximum value of {MOST}.")
        with in_flight(world, person.email, "microsoft", len(asked)):
            await asyncio.sleep(world.settings.sub_request_ms / 1000 * -(-len(asked) // WIDE))
            return JSONResponse({"responses": [_answer(world, person, table, entry) for entry in asked]})

    return handle


async def _nothing(_request: Request) -> Response:
    return Response()


def _answer(world: World, person: Person, table: list[tuple[Route, Any]], entry: dict[str, Any]) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"}
    try:
        status, body = 200, _call(world, person, table, entry)
    except ApiError as error:
        status, body, headers = error.status, error.body, {**headers, **error.headers}
    return {"id": entry["id"], "status": status, "headers": headers, "body": body}


def _call(world: World, person: Person, table: list[tuple[Route, Any]], entry: dict[str, Any]) -> Any:
    parts = urlsplit(str(entry["url"]))
    path = "/" + unquote(parts.path.lstrip("/"))
    prefer = next((value for name, value in entry.get("headers", {}).items() if name.lower() == "prefer"), "")
    for fault in world.faults:
        if fault.kind == "part" and fault.hits(entry["method"], "graph.microsoft.com/v1.0" + path):
            raise graph_error(
                fault.status, "TooManyRequests" if fault.status == 429 else "UnknownError", "fault", fault.headers
            )
    for route, call in table:
        match, child = route.matches({"type": "http", "path": path, "method": "GET", "root_path": ""})
        if match is Match.FULL:
            result = call(Caller(world, person, dict(parse_qsl(parts.query)), prefer), child["path_params"])
            return base64url(result) if isinstance(result, bytes) else result
    raise graph_error(400, "BadRequest", "Resource not found for the segment.")

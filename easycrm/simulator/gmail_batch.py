"""Gmail's batch endpoint: up to 100 calls in one multipart request, each answered on its own."""

import asyncio
import re
import secrets
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from easycrm.simulator.json_answer import partial
from easycrm.simulator.quota import google_error, in_flight
from easycrm.simulator.world import ApiError, Person, World

MOST = 100
WIDE = 10


def endpoint(calls: list[tuple[str, Any]], caller: Callable[[World, Request], Person]) -> Callable[[Request], Any]:
    """The handler of the batch endpoint over `calls`."""
    table = [(Route("/gmail/v1/users/me" + path, _nothing), call) for path, call in calls]

    async def handle(request: Request) -> Response:
        world: World = request.app.state.world
        person = caller(world, request)
        parts = _parts(request.headers.get("content-type", ""), await request.body())
        if len(parts) > MOST:
            raise google_error(400, "badRequest", "The batch request could not be processed: too many parts.")
        with in_flight(world, person.email, "google"):
            await asyncio.sleep(world.settings.sub_request_ms / 1000 * -(-len(parts) // WIDE))
            answers = [_answer(world, person, table, *part) for part in parts]
        boundary = "batch_" + secrets.token_urlsafe(12)
        body = b"".join(b"--" + boundary.encode() + b"\r\n" + answer for answer in answers)
        closing = b"--" + boundary.encode() + b"--\r\n"
        return Response(body + closing, headers={"Content-Type": f"multipart/mixed; boundary={boundary}"})

    return handle


async def _nothing(_request: Request) -> Response:
    return Response()


def _parts(content_type: str, body: bytes) -> list[tuple[str, str]]:
    found = re.search(r'boundary="?([^";]+)"?', content_type)
    if not found:
        raise google_error(400, "badRequest", "Failed to parse batch request: no boundary.")
    pieces = body.split(b"--" + found[1].encode())[1:-1]
    parts: list[tuple[str, str]] = []
    for piece in pieces:
        text = piece.decode("utf-8", "replace")
        ident = re.search(r"(?im)^content-id:\s*<?([^>\r\n]*)>?", text)
        line = re.search(r"(?m)^GET (\S+)", text)
        parts.append((ident[1] if ident else "", line[1] if line else ""))
    return parts


def _answer(world: World, person: Person, table: list[tuple[Route, Any]], ident: str, target: str) -> bytes:
    more: dict[str, str] = {}
    try:
        status, body = 200, _call(world, person, table, target)
    except ApiError as error:
        status, body, more = error.status, error.body, error.headers
    data = orjson.dumps(body)
    told = "".join(f"{name}: {value}\r\n" for name, value in more.items())
    head = (
        f"Content-Type: application/http\r\nContent-ID: <response-{ident}>\r\n\r\n"
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: application/json; charset=UTF-8\r\n"
        f"{told}Content-Length: {len(data)}\r\n\r\n"
    )
    return head.encode() + data + b"\r\n"


def _call(world: World, person: Person, table: list[tuple[Route, Any]], target: str) -> dict[str, Any]:
    parts = urlsplit(target)
    for fault in world.faults:
        if fault.kind == "part" and fault.hits("GET", "gmail.googleapis.com" + parts.path):
            reason = "rateLimitExceeded" if fault.status == 429 else "backendError"
            raise google_error(fault.status, reason, "fault", fault.headers)
    for route, call in table:
        match, child = route.matches({"type": "http", "path": parts.path, "method": "GET", "root_path": ""})
        if match is Match.FULL:
            query: dict[str, str] = {}
            for name, value in parse_qsl(parts.query):
                query[name] = f"{query[name]},{value}" if name in query else value
            return partial(call(world, person, child["path_params"], query), query.get("fields", ""))
    raise google_error(404, "notFound", "Not Found")

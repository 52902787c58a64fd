"""What stands behind a link that works once: whom it is for, and the account or password that it makes.

The link's secret comes in the body of a POST, never in an address.
"""

from typing import cast

import anyio.to_thread
import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from easycrm.core.errors import EasyCRMError, InvalidInput
from easycrm.endpoints.guard import device, with_cookie
from easycrm.endpoints.small_body import small_body
from easycrm.people import access_links


async def look(request: Request) -> Response:
    """POST /auth/link {token}: email, name and whether it is an invitation; 404 for a link that is no good."""
    entered = await _entered(request)
    try:
        found = await anyio.to_thread.run_sync(access_links.look, entered["token"])
    except EasyCRMError as error:
        return JSONResponse({"error": error.user_message}, 404)
    return JSONResponse({"email": found.email, "name": found.name, "invitation": found.invitation})


async def use(request: Request) -> Response:
    """POST /auth/link/use {token, name, password}: signs in; or `error` and the `field` that it is about."""
    entered, asks = await _entered(request), device(request)
    try:
        value = await anyio.to_thread.run_sync(
            lambda: access_links.use(entered["token"], name=entered["name"], password=entered["password"], device=asks)
        )
    except EasyCRMError as error:
        field = error.field if isinstance(error, InvalidInput) else ""
        return JSONResponse({"error": error.user_message, "field": field}, 400)
    return with_cookie(JSONResponse({"to": "/mailbox"}), value)


async def _entered(request: Request) -> dict[str, str]:
    """The texts of the body; whatever it may be, missing ones are empty."""
    try:
        found = orjson.loads(await small_body(request))
    except orjson.JSONDecodeError:
        found = None
    given = cast("dict[str, object]", found) if isinstance(found, dict) else {}
    return {name: str(given.get(name) or "") for name in ("token", "name", "password")}


routes = [
    Route("/auth/link", look, methods=["POST"]),
    Route("/auth/link/use", use, methods=["POST"]),
]

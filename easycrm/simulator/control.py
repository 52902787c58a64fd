"""The control API, for tests and for someone trying things: POST JSON to /control/api/<name>.

| name | body |
| --- | --- |
| people | email, name, provider, threads? or messages? or eml_dir?, tenant_id?, has_mailbox? |
| deliver | email, count? or subject, from, text, html, raw (base64url), thread_id?, folder?, received_at? (epoch s) → ids |
| message | email, id, action: read, unread, label, unlabel, move, trash, delete; label?, folder? |
| rename | email, new_email |
| grants/revoke, grants/expire-access, grants/expire-refresh | email |
| grants/drop-scope | email, scope (the end of its name) |
| consent | what the next consents shall be: deny?, drop_scopes?, omit_refresh_token? ({}: as the person clicks) |
| id-token | how the next id_tokens are bent: omit?, claims?, alg?, wrong_key? ({}: not at all) |
| approve | authorize_url, email, allow?, scopes? → redirect (a consent without a browser) |
| faults, faults/clear | match (regex on host/path), kind, status?, body?, headers?, delay_ms?, times?, method? |
| settings | any field of world.Settings |
| clients | provider, client_id, and any field of world.Client to change |
| clock | offset_seconds |
| cursors/drop | email |
| reset | |

GET: state · truth?email= · requests?reset=1
"""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from easycrm.simulator import actions
from easycrm.simulator.world import World

Action = Callable[[World, dict[str, Any]], dict[str, Any] | None]


def _post(action: Action) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        body = await request.json() if await request.body() else {}
        try:
            result = action(request.app.state.world, body)
        except (KeyError, StopIteration, TypeError, ValueError) as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 400)
        request.app.state.world.changed = True
        return JSONResponse(result or {})

    return handle


async def state(request: Request) -> Response:
    """People and grants, without tokens."""
    return JSONResponse(actions.state(request.app.state.world))


async def truth(request: Request) -> Response:
    """Every message of one mailbox, as the provider has it."""
    return JSONResponse(actions.truth(request.app.state.world, request.query_params["email"]))


async def requests(request: Request) -> Response:
    """What was asked of the providers so far."""
    world: World = request.app.state.world
    counters = world.counters
    if request.query_params.get("reset") == "1":
        world.reset_counters()
    return JSONResponse(counters)


routes = [
    *(Route(f"/api/{name}", _post(action), methods=["POST"]) for name, action in actions.BY_NAME.items()),
    Route("/api/state", state),
    Route("/api/truth", truth),
    Route("/api/requests", requests),
]

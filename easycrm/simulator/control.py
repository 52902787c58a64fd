"""The control API, for tests and for someone trying things: POST JSON to /control/api/<name>.

| name | body |
| --- | --- |
| people | email, name, provider, threads? or messages? or weighty? (heavy ones; per_thread?) or eml_dir?, tenant_id?,
  has_mailbox?, contacts? (how many) |
| deliver | email, count? or subject, from, text, html, raw (base64url), thread_id?, folder?, received_at? (s) → ids |
| message | email, id, action: read, unread, star, unstar, label, unlabel, move, trash, delete; label?, folder? |
| folder | email, id (such as Label_9), name |
| rename | email, new_email |
| grants/revoke, grants/expire-access, grants/expire-refresh | email |
| grants/demand-mfa | email; Microsoft's refreshes ask for interaction until the person consents again |
| grants/drop-scope | email, scope (the end of its name) |
| consent | what the next consents shall be: deny?, drop_scopes?, omit_refresh_token? ({}: as the person clicks) |
| id-token | how the next id_tokens are bent: omit?, claims?, alg?, wrong_key? ({}: not at all) |
| approve | authorize_url, email, allow?, scopes? → redirect (a consent without a browser) |
| faults, faults/clear | match (regex on host/path), kind, status?, body?, headers?, delay_ms?, times?, method? |
| settings | any fields of world.Settings → all of them |
| clients | provider, client_id, and any fields of world.Client to change |
| clock | offset_seconds |
| cursors/drop | email |
| contacts | email, id? (none: a new one), name?, emails?, phones?, company?, title?, folder?; or count → ids |
| contacts/delete | email, id |
| contacts/folder | email, key, name?; delete? (with its contacts); Microsoft's alone: Google has no folders |
| contacts/cursors/drop | email; sync tokens and delta links of the contacts become too old |
| reset | |

GET: state · truth?email= · contacts?email= (every contact; `id` as the API gives it)
· raw?email=&id= (as it lies there, base64) · requests?reset=1
· secrets (tokens and codes handed out) · api (this text).
A wrong call is answered by 400 and `error`.
"""

import base64
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from easycrm.simulator import actions, contact_actions, report
from easycrm.simulator.corpus import mime as mime_of
from easycrm.simulator.world import World

Action = Callable[[World, dict[str, Any]], dict[str, Any] | None]


def _post(action: Action) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        try:
            body: dict[str, Any] = await request.json() if await request.body() else {}
            result = action(request.app.state.world, body)
        except (KeyError, StopIteration, TypeError, ValueError, AttributeError, OSError) as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 400)
        request.app.state.world.changed = True
        return JSONResponse(result or {})

    return handle


async def state(request: Request) -> Response:
    """People and grants, without tokens."""
    return JSONResponse(report.state(request.app.state.world))


async def truth(request: Request) -> Response:
    """Every message of one mailbox, as the provider has it."""
    email = request.query_params.get("email", "")
    if email not in request.app.state.world.people:
        return JSONResponse({"error": f"nobody is called {email}"}, 400)
    return JSONResponse(report.truth(request.app.state.world, email))


async def contacts(request: Request) -> Response:
    """Every contact of one person, as the provider has it."""
    email = request.query_params.get("email", "")
    if email not in request.app.state.world.people:
        return JSONResponse({"error": f"nobody is called {email}"}, 400)
    return JSONResponse(contact_actions.truth(request.app.state.world, email))


async def raw(request: Request) -> Response:
    """One message as it lies in a mailbox; `id` as the API or `truth` gives it."""
    person = request.app.state.world.people.get(request.query_params.get("email", ""))
    ident = request.query_params.get("id", "")
    item = person.mailbox.items.get(ident[-20:-4] if ident.startswith("AA") else ident) if person else None
    if item is None:
        return JSONResponse({"error": "no such message"}, 400)
    return JSONResponse({"raw": base64.b64encode(mime_of(item)).decode()})


async def secrets(request: Request) -> Response:
    """What must stand nowhere in clear: for tests that search for it."""
    return JSONResponse({"secrets": handed_out(request.app.state.world)})


async def requests(request: Request) -> Response:
    """What was asked of the providers so far."""
    world: World = request.app.state.world
    counters = world.counters
    if request.query_params.get("reset") == "1":
        world.reset_counters()
    return JSONResponse(counters)


async def description(_request: Request) -> Response:
    """What there is to call."""
    return PlainTextResponse(__doc__ or "")


def handed_out(world: World) -> list[str]:
    """Every living token, and every code."""
    return [*world.access_tokens, *world.refresh_tokens, *world.codes]


routes = [
    Route("/api", description),
    *(Route(f"/api/{name}", _post(action), methods=["POST"]) for name, action in actions.BY_NAME.items()),
    Route("/api/state", state),
    Route("/api/truth", truth),
    Route("/api/contacts", contacts),
    Route("/api/raw", raw),
    Route("/api/secrets", secrets),
    Route("/api/requests", requests),
]

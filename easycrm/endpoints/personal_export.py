"""One person's data as a download: everything for themselves, a part for an admin."""

from collections.abc import Callable, Iterator

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from easycrm.core.errors import NotFound
from easycrm.endpoints.guard import signed_in
from easycrm.mail import personal_export
from easycrm.people.sessions import SignedIn

_Export = Callable[[SignedIn], tuple[str, Iterator[bytes]]]


async def own(request: Request) -> Response:
    """GET /account/export"""
    return await _download(request, lambda person: personal_export.own(person.user_id))


async def of_somebody(request: Request) -> Response:
    """GET /admin/users/{user_id}/export"""
    user_id = int(request.path_params["user_id"])
    return await _download(request, lambda person: personal_export.for_admin(person.user_id, user_id), admin=True)


async def _download(request: Request, export: _Export, *, admin: bool = False) -> Response:
    person = await anyio.to_thread.run_sync(signed_in, request)
    if person is None:
        return PlainTextResponse("Please sign in", 401)
    if admin and not person.is_admin:
        return PlainTextResponse(NotFound.default_message, 404)
    try:
        name, chunks = await anyio.to_thread.run_sync(export, person)
    except NotFound as error:
        return PlainTextResponse(error.user_message, 404)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return StreamingResponse(chunks, media_type="application/zip", headers=headers)


routes = [
    Route("/account/export", own),
    Route("/admin/users/{user_id:int}/export", of_somebody),
]

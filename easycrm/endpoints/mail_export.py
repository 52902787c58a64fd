"""Everything of one's own mailbox as a download, streamed."""

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from easycrm.core.errors import NotFound
from easycrm.endpoints.guard import signed_in
from easycrm.mail import export


async def download(request: Request) -> Response:
    """GET /mail/export/{connection_id}"""
    person = await anyio.to_thread.run_sync(signed_in, request)
    if person is None:
        return PlainTextResponse("Please sign in", 401)
    ident = int(request.path_params["connection_id"])
    try:
        made = await anyio.to_thread.run_sync(lambda: export.mbox(person.user_id, ident))
    except NotFound as error:
        return PlainTextResponse(error.user_message, 404)
    headers = {
        "Content-Disposition": f'attachment; filename="{made.file_name}"',
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(made.chunks, media_type="application/mbox", headers=headers)


routes = [Route("/mail/export/{connection_id:int}", download)]

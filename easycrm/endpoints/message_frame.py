"""One message's body as a document of its own, for a frame that has neither scripts nor an origin."""

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from easycrm.core.errors import NotFound
from easycrm.endpoints.guard import signed_in
from easycrm.mail import reading

_SANDBOX = "sandbox allow-popups allow-popups-to-escape-sandbox"


def policy(*, images: bool) -> str:
    """The frame's content security policy; remote images only where the person asked for them."""
    sources = "data: https: http:" if images else "data:"
    return f"default-src 'none'; style-src 'unsafe-inline'; img-src {sources}; frame-ancestors 'self'; {_SANDBOX}"


async def frame(request: Request) -> Response:
    """GET /mail/frame/{message_id}?images=0|1"""
    person = await anyio.to_thread.run_sync(signed_in, request)
    if person is None:
        return PlainTextResponse("Please sign in", 401)
    images = request.query_params.get("images") == "1"
    try:
        document = await reading.frame(person.user_id, int(request.path_params["message_id"]), images=images)
    except NotFound as error:
        return PlainTextResponse(error.user_message, 404)
    return HTMLResponse(document, headers=_headers(images=images))


def _headers(*, images: bool) -> dict[str, str]:
    return {
        "Content-Security-Policy": policy(images=images),
        "X-Frame-Options": "SAMEORIGIN",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "private, no-store",
    }


routes = [Route("/mail/frame/{message_id:int}", frame)]

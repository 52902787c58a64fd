"""What is fetched from a mailbox when somebody asks: attachments and originals; always a file, never a page of ours."""

from collections.abc import AsyncIterator

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from easycrm.core import wording
from easycrm.core.errors import EasyCRMError, NotFound
from easycrm.endpoints.disposition import attachment as as_download
from easycrm.endpoints.guard import signed_in
from easycrm.endpoints.sentence_page import sentence_page
from easycrm.mail import attachments
from easycrm.mail.at_provider import StillInMailbox
from easycrm.mail.original import SHOWN_BYTES, original
from easycrm.providers.errors import GrantRevoked, MessageGone, ProviderError

_SETTINGS = f"Open {wording.EMAIL_INTEGRATION}"
_INERT = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
}


async def attachment(request: Request) -> Response:
    """GET /mail/attachment/{attachment_id}: its bytes as they arrive from the provider, as a download."""
    person = await anyio.to_thread.run_sync(signed_in, request)
    if person is None:
        return _sign_in_first()
    try:
        found = await attachments.download(person.user_id, int(request.path_params["attachment_id"]))
    except EasyCRMError as error:
        return _sorry(error)
    # The type that a sender claims is nothing that a browser should act upon.
    headers = {**_INERT, "Content-Disposition": as_download(found.file_name)}
    return StreamingResponse(_closing(found.chunks), media_type="application/octet-stream", headers=headers)


async def raw(request: Request) -> Response:
    """GET /mail/original/{message_id}: headers and source as text; with ?download=1 the whole message as a file."""
    person = await anyio.to_thread.run_sync(signed_in, request)
    if person is None:
        return _sign_in_first()
    try:
        found = await original(person.user_id, int(request.path_params["message_id"]))
    except EasyCRMError as error:
        return _sorry(error)
    if request.query_params.get("download") == "1":
        headers = {**_INERT, "Content-Disposition": as_download(found.file_name)}
        return Response(found.raw, media_type="application/octet-stream", headers=headers)
    text = found.raw[:SHOWN_BYTES].decode("utf-8", "replace")
    if len(found.raw) > SHOWN_BYTES:
        text += f"\n\n[{wording.reading.ORIGINAL_CUT}]"
    return Response(text, media_type="text/plain", headers=_INERT)


async def _closing(chunks: attachments.Chunks) -> AsyncIterator[bytes]:
    """The pieces; whoever hangs up ends the request to the provider too."""
    try:
        async for chunk in chunks:
            yield chunk
    finally:
        with anyio.CancelScope(shield=True):
            await chunks.aclose()


def _sign_in_first() -> Response:
    return sentence_page("Please sign in", wording.reading.SIGN_IN_FIRST, 401, to="/sign-in", words="Sign in")


def _sorry(error: EasyCRMError) -> Response:
    """What went wrong, in the person's words, and where to go from here."""
    if isinstance(error, NotFound):
        return sentence_page("Not found", error.user_message, 404)
    if isinstance(error, StillInMailbox | GrantRevoked):
        text, there = wording.reading.STILL_IN_YOUR_MAILBOX, "/settings/email"
        return sentence_page(wording.NOT_CONNECTED, text, 409, to=there, words=_SETTINGS)
    if isinstance(error, MessageGone):
        return sentence_page("No longer there", wording.reading.GONE, 410)
    if isinstance(error, ProviderError) and error.permanent:
        return sentence_page("Not possible", error.user_message, 409, to="/settings/email", words=_SETTINGS)
    return sentence_page("Not just now", f"{error.user_message}. {wording.reading.NOT_NOW}", 503)


routes = [
    Route("/mail/attachment/{attachment_id:int}", attachment),
    Route("/mail/original/{message_id:int}", raw),
]

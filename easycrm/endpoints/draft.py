"""What the writing page keeps as one types: over plain HTTP, which a broken websocket does not stop."""

from collections.abc import Callable
from typing import Annotated, Any

import anyio.to_thread
from pydantic import Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from easycrm.core import wording
from easycrm.core.db import LARGEST_ID
from easycrm.core.errors import EasyCRMError, InvalidInput, NotFound
from easycrm.endpoints.guard import signed_in
from easycrm.mail import contact_choice, draft, draft_files
from easycrm.mail.draft import DraftFields
from easycrm.mail.outbox_message import DraftChanged

_LARGEST = 8_000_000


@dataclass(frozen=True)
class Typed:
    """What the page sends: the fields, and the version they were typed into."""

    version: Annotated[int, Field(ge=0, le=LARGEST_ID)]
    fields: DraftFields


_typed = TypeAdapter(Typed)


async def save(request: Request) -> Response:
    """PUT /mail/draft/{draft_id}: `version` and `fields`. Answers the new version; 409 if it was changed elsewhere."""
    return await _answer_typed(
        request, lambda user_id, typed: {"version": draft.save(user_id, _draft(request), typed.version, typed.fields)}
    )


async def keep_apart(request: Request) -> Response:
    """POST /mail/draft/{draft_id}/apart: the same, kept as another draft. Answers its id."""
    return await _answer_typed(
        request, lambda user_id, typed: {"id": draft.keep_apart(user_id, _draft(request), typed.fields)}
    )


async def drop_quotation(request: Request) -> Response:
    """DELETE /mail/draft/{draft_id}/quotation"""
    return await _answer(request, lambda user_id: draft.drop_quotation(user_id, _draft(request)))


async def detach(request: Request) -> Response:
    """DELETE /mail/draft/{draft_id}/files/{file_id}"""
    file_id = int(request.path_params["file_id"])
    return await _answer(request, lambda user_id: draft_files.detach(user_id, _draft(request), file_id))


async def people(request: Request) -> Response:
    """GET /mail/people?q= : whom a message may go to, name and address."""
    text = request.query_params.get("q", "")
    return await _answer(request, lambda user_id: [vars(one) for one in contact_choice.complete(user_id, text)])


async def _answer_typed(request: Request, act: Callable[[int, Typed], Any]) -> Response:
    """As `_answer`, with what the request brings: read before anybody is known, so never more than a draft has."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > _LARGEST:
            return JSONResponse({"error": wording.writing.TEXT_TOO_LONG}, 413)
    try:
        typed = _typed.validate_json(bytes(content))
    except ValidationError:
        return JSONResponse({"error": InvalidInput.default_message}, 400)
    return await _answer(request, lambda user_id: act(user_id, typed))


async def _answer(request: Request, act: Callable[[int], Any]) -> Response:
    """What `act` hands back for whoever is signed in, or its error as `error`."""
    person = await anyio.to_thread.run_sync(signed_in, request)
    if person is None:
        return JSONResponse({"error": "Please sign in"}, 401)
    try:
        return JSONResponse(await anyio.to_thread.run_sync(act, person.user_id))
    except EasyCRMError as error:
        return JSONResponse({"error": error.user_message}, _status(error))


def _status(error: EasyCRMError) -> int:
    return 404 if isinstance(error, NotFound) else 409 if isinstance(error, DraftChanged) else 400


def _draft(request: Request) -> int:
    return int(request.path_params["draft_id"])


routes = [
    Route("/mail/draft/{draft_id:int}", save, methods=["PUT"]),
    Route("/mail/draft/{draft_id:int}/apart", keep_apart, methods=["POST"]),
    Route("/mail/draft/{draft_id:int}/quotation", drop_quotation, methods=["DELETE"]),
    Route("/mail/draft/{draft_id:int}/files/{file_id:int}", detach, methods=["DELETE"]),
    Route("/mail/people", people),
]

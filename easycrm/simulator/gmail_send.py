"""Gmail's users.messages.send, as JSON and as an upload."""

import base64
import binascii
import re
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from easycrm.simulator import oauth, sending
from easycrm.simulator.json_answer import answer
from easycrm.simulator.quota import charge, google_error, in_flight
from easycrm.simulator.world import Person, World

UNITS = 100
_SEND = ("https://www.googleapis.com/auth/gmail.send", "https://mail.google.com/")
_LARGEST = 36_700_160
_HEAD = re.compile(rb"\r?\n\r?\n")
_REPLY = re.compile(r"^(?:\s*(?:re|fwd?|aw|sv)\s*:)+\s*", re.IGNORECASE)


def caller(world: World, request: Request) -> Person:
    """Whose mailbox the request sends from; errors in Google's form."""
    access = oauth.bearer(world, request)
    if access is None or access.grant.provider != "google":
        raise google_error(401, "authError", "Request had invalid authentication credentials.")
    if not world.clients[access.grant.client_id].api_enabled:
        raise google_error(403, "accessNotConfigured", "Gmail API has not been used in project before.")
    if not access.scopes & set(_SEND):
        raise google_error(403, "insufficientPermissions", "Request had insufficient authentication scopes.")
    return world.by_subject(access.grant.subject)


async def send(request: Request) -> Response:
    """POST …/messages/send with `raw` in JSON."""
    body = await request.body()
    try:
        told: dict[str, Any] = orjson.loads(body)
        raw = base64.urlsafe_b64decode(str(told["raw"]) + "===")
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise google_error(400, "invalidArgument", "'raw' RFC822 payload message string required") from None
    return _accept(request, raw, str(told.get("threadId", "")))


async def upload(request: Request) -> Response:
    """POST /upload/…/messages/send as multipart/related (metadata and message) or as the message alone."""
    body, kind = await request.body(), request.query_params.get("uploadType", "")
    if kind == "media":
        return _accept(request, body, "")
    metadata, message = _parts(request.headers.get("content-type", ""), body) if kind == "multipart" else (b"", b"")
    if not message:
        raise google_error(400, "badContent", "Missing or unknown uploadType.")
    told: dict[str, Any] = orjson.loads(metadata.strip() or b"{}")
    return _accept(request, message, str(told.get("threadId", "")))


def _parts(media_type: str, body: bytes) -> tuple[bytes, bytes]:
    """Metadata and message of a multipart/related body; the second is empty where there are not two."""
    boundary = re.search(r'boundary="?([^";]+)"?', media_type)
    found = body.split(b"--" + boundary[1].encode()) if boundary else []
    contents = [_HEAD.split(part, maxsplit=1)[-1] for part in found[1:-1]]
    if len(contents) != 2:
        return b"", b""
    return contents[0], contents[1].removesuffix(b"\n").removesuffix(b"\r")


def _accept(request: Request, raw: bytes, thread_id: str) -> Response:
    world: World = request.app.state.world
    person = caller(world, request)
    with in_flight(world, person.email, "google"):
        charge(world, person.email, UNITS)
        if len(raw) > _LARGEST:
            raise google_error(413, "uploadTooLarge", "Request Entity Too Large")
        try:
            letter = sending.read(raw)
        except ValueError as error:
            raise google_error(400, "invalidArgument", str(error)) from None
        item = sending.send(world, person, raw, thread_id=_thread(person, letter, thread_id))
        return answer(request, {"id": item.id, "threadId": item.thread_id, "labelIds": ["SENT"]})


def _thread(person: Person, letter: sending.Letter, thread_id: str) -> str:
    """The conversation asked for, where headers and subject bear it out; else a new one begins."""
    if not thread_id:
        return ""
    items = person.mailbox.thread(thread_id)
    if not items:
        raise google_error(404, "notFound", "Requested entity was not found.")
    ids = {sending.message_id(item) for item in items}
    same_subject = any(_plain(item.subject) == _plain(letter.subject) for item in items)
    return thread_id if same_subject and ids & set(letter.references) else ""


def _plain(subject: str) -> str:
    return _REPLY.sub("", subject).strip()


routes = [
    Route("/gmail/v1/users/me/messages/send", send, methods=["POST"]),
    Route("/upload/gmail/v1/users/me/messages/send", upload, methods=["POST"]),
]

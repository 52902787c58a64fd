"""Graph's sendMail, reply, replyAll and forward, in JSON and in MIME."""

import base64
import binascii
import email.policy
import secrets
from email.message import EmailMessage
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from easycrm.simulator import mime, oauth, sending
from easycrm.simulator.corpus import mime as mime_of
from easycrm.simulator.graph_message import Caller, find
from easycrm.simulator.mailbox import Item
from easycrm.simulator.quota import graph_error, in_flight
from easycrm.simulator.world import Person, World

_SCOPE = "https://graph.microsoft.com/mail.send"
_LARGEST_REQUEST = 4 * 1024 * 1024
Json = dict[str, Any]


def caller(world: World, request: Request) -> Person:
    """Whose mailbox the request sends from; errors in Graph's form."""
    access = oauth.bearer(world, request)
    if access is None or access.grant.provider != "microsoft":
        raise graph_error(401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid.")
    if _SCOPE not in {scope.lower() for scope in access.scopes}:
        raise graph_error(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
    return world.by_subject(access.grant.subject)


async def send_mail(request: Request) -> Response:
    """POST /me/sendMail"""
    return await _handle(request, "new")


async def reply(request: Request) -> Response:
    """POST /me/messages/{id}/reply"""
    return await _handle(request, "reply")


async def reply_all(request: Request) -> Response:
    """POST /me/messages/{id}/replyAll"""
    return await _handle(request, "replyAll")


async def forward(request: Request) -> Response:
    """POST /me/messages/{id}/forward"""
    return await _handle(request, "forward")


async def _handle(request: Request, kind: str) -> Response:
    body, world = await request.body(), request.app.state.world
    person = caller(world, request)
    with in_flight(world, person.email, "microsoft"):
        if len(body) > _LARGEST_REQUEST:
            raise graph_error(413, "RequestEntityTooLarge", "The request entity is too large.")
        call = Caller(world, person, {}, request.headers.get("prefer", ""))
        answered = find(call, request.path_params["id"]) if kind != "new" else None
        is_mime = request.headers.get("content-type", "").startswith("text/plain")
        raw = _decoded(body) if is_mime else _made(_object(body), person, answered, kind)
        thread = answered.thread_id if answered and kind in ("reply", "replyAll") else ""
        try:
            sending.send(world, person, raw, thread_id=thread)
        except ValueError as error:
            raise graph_error(400, "ErrorInvalidRecipients", f"At least one recipient isn't valid. {error}") from None
        return Response(status_code=202)


def _decoded(body: bytes) -> bytes:
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error:
        raise graph_error(
            400, "ErrorMimeContentInvalidBase64String", "Invalid base64 string for MIME content."
        ) from None


def _object(body: bytes) -> Json:
    try:
        found: Any = orjson.loads(body)
        return {name.lower(): value for name, value in found.items()}
    except (ValueError, AttributeError):
        raise graph_error(400, "BadRequest", "Unable to read JSON request payload.") from None


def _made(told: Json, person: Person, answered: Item | None, kind: str) -> bytes:
    """MIME of a message described in JSON."""
    message: Json = told.get("message") or {}
    original = mime.parse(mime_of(answered)) if answered else None
    made = EmailMessage(policy=email.policy.SMTP)
    made["From"] = f"{person.name} <{person.email}>"
    made["Message-ID"] = f"<{secrets.token_hex(12)}@outlook.example.net>"
    made["Subject"] = str(message.get("subject") or _subject(answered, kind))
    for header, name in (("To", "toRecipients"), ("Cc", "ccRecipients"), ("Bcc", "bccRecipients")):
        people = _addresses(message, name)
        if header == "To":
            people = [*people, *_addresses(told, "torecipients")] or _answered_to(original, person, kind)
        if people:
            made[header] = ", ".join(people)
    if original is not None and kind != "forward":
        made["In-Reply-To"] = made["References"] = mime.header(original, "Message-ID")
    for one in _objects(message, "internetMessageHeaders"):
        if not str(one["name"]).lower().startswith("x-"):
            words = f"The internet message header name '{one['name']}' should start with 'x-' or 'X-'."
            raise graph_error(400, "InvalidInternetMessageHeader", words)
        made[str(one["name"])] = str(one["value"])
    body: Json = message.get("body") or {}
    html = str(body.get("contentType", "")).lower() == "html"
    made.set_content(str(body.get("content") or told.get("comment") or ""), subtype="html" if html else "plain")
    for one in _objects(message, "attachments"):
        main, _, sub = str(one.get("contentType") or "application/octet-stream").partition("/")
        made.add_attachment(base64.b64decode(one["contentBytes"]), maintype=main, subtype=sub, filename=one["name"])
    return made.as_bytes()


def _objects(told: Json, name: str) -> list[Json]:
    return told.get(name) or []


def _addresses(told: Json, name: str) -> list[str]:
    return [str(one["emailAddress"]["address"]) for one in _objects(told, name)]


def _subject(answered: Item | None, kind: str) -> str:
    if answered is None:
        return ""
    return f"{'FW' if kind == 'forward' else 'RE'}: {answered.subject}"


def _answered_to(original: mime.Part | None, person: Person, kind: str) -> list[str]:
    if original is None or kind == "forward":
        return []
    names = ("Reply-To", "From") if kind == "reply" else ("From", "To", "Cc")
    found = [address for name in names for _, address in mime.addresses(original, name)]
    return [found[0]] if kind == "reply" and found else [one for one in found if one.lower() != person.email]


routes = [
    Route("/v1.0/me/sendMail", send_mail, methods=["POST"]),
    Route("/v1.0/me/microsoft.graph.sendMail", send_mail, methods=["POST"]),
    Route("/v1.0/me/messages/{id}/reply", reply, methods=["POST"]),
    Route("/v1.0/me/messages/{id}/replyAll", reply_all, methods=["POST"]),
    Route("/v1.0/me/messages/{id}/forward", forward, methods=["POST"]),
]

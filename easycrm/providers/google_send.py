"""Sending through Gmail, and finding again what was sent."""

import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import orjson

from easycrm.providers import google_api, google_data, http, json_text
from easycrm.providers.base import TokenSource
from easycrm.providers.errors import (
    MessageGone,
    MessageRefused,
    ProviderError,
    ProviderUnavailable,
    SendOutcomeUnknown,
    UnexpectedRefusal,
)
from easycrm.providers.google_message import decode
from easycrm.providers.outgoing import Outgoing, SentCopy
from easycrm.providers.pages import FetchedAttachment

SEND = google_api.BASE + google_api.ME + "/messages/send"
UPLOAD = google_api.BASE + "/upload" + google_api.ME + "/messages/send?uploadType=multipart"
# A JSON request of several megabytes is refused; from here on the message is uploaded.
JSON_AT_MOST = 1_000_000
MOST_SEARCHED = 200
_BATCH = 25
_BOUNDARY = "easycrm-0b9c4f1e7a"
Json = dict[str, Any]


async def send(access: TokenSource, outgoing: Outgoing) -> SentCopy:
    """users.messages.send. A conversation that is gone is left; the recipients' is kept by the headers.

    Source: https://developers.google.com/workspace/gmail/api/guides/sending
    """
    try:
        return await _send(access, outgoing, outgoing.provider_thread_id)
    except MessageGone:
        if not outgoing.provider_thread_id:
            raise
        return await _send(access, outgoing, "")


async def _send(access: TokenSource, outgoing: Outgoing, thread_id: str) -> SentCopy:
    told = {"threadId": thread_id} if thread_id else {}
    if len(outgoing.raw) <= JSON_AT_MOST:
        content = orjson.dumps({"raw": base64.urlsafe_b64encode(outgoing.raw).decode(), **told})
        url, media_type = SEND, "application/json"
    else:
        url, (content, media_type) = UPLOAD, _related(orjson.dumps(told), outgoing.raw)
    response = await http.post_once(url, access, content=content, headers={"Content-Type": media_type})
    if response.status_code != 200:
        raise _refusal(
            response.status_code, google_api.failure(response.status_code, response.content, response.headers)
        )
    try:
        body = json_text.read(response.content)
        return SentCopy(str(body["id"]), str(body["threadId"]))
    except (ValueError, KeyError, TypeError) as error:
        raise SendOutcomeUnknown(code="answer_not_understood") from error


def _related(metadata: bytes, raw: bytes) -> tuple[bytes, str]:
    """Metadata and message as multipart/related, with its media type."""
    boundary = _BOUNDARY.encode()
    while boundary in raw:
        boundary += b"x"
    parts = (
        b"--%b\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n%b\r\n" % (boundary, metadata),
        b"--%b\r\nContent-Type: message/rfc822\r\n\r\n%b\r\n--%b--\r\n" % (boundary, raw, boundary),
    )
    return b"".join(parts), f"multipart/related; boundary={boundary.decode()}"


def _refusal(status: int, error: ProviderError) -> ProviderError:
    """What an error means for a message: refused for good, not now, or perhaps accepted."""
    if status == 413:
        return MessageRefused("The message is too large for Gmail. Remove a file and send it again", code="413")
    if isinstance(error, UnexpectedRefusal) and status == 400:
        return MessageRefused(
            "Gmail did not accept the message. Check the recipients' addresses and send it again", code=error.code
        )
    unclear = isinstance(error, ProviderUnavailable) and not isinstance(error, UnexpectedRefusal)
    if unclear and not (status == 503 and not error.code.isdigit()):
        return SendOutcomeUnknown(code=error.code or str(status))
    return error


async def find_sent(access: TokenSource, key: str, since: datetime) -> SentCopy | None:
    """The sent message with this key among the newest 200 since then."""
    listed, token = list[str](), ""
    while len(listed) < MOST_SEARCHED:
        more = {"pageToken": token} if token else {}
        query = f"in:sent after:{int(since.timestamp())}"
        body = await google_api.get(access, "/messages", q=query, maxResults=100, **more)
        listed += [str(one["id"]) for one in body.get("messages", [])]
        token = str(body.get("nextPageToken", ""))
        if not token:
            break
    for start in range(0, len(listed), _BATCH):
        found = await _with_key(access, listed[start : start + _BATCH], key)
        if found:
            return found
    return None


async def _with_key(access: TokenSource, ids: list[str], key: str) -> SentCopy | None:
    headers = "metadataHeaders=X-EasyCRM-Id&metadataHeaders=Message-ID"
    for answer in await google_api.batch(access, [f"/messages/{one}?format=metadata&{headers}" for one in ids]):
        if isinstance(answer, MessageGone):
            continue
        if isinstance(answer, ProviderError):
            raise answer
        told = {str(one["name"]).lower(): str(one["value"]) for one in answer.get("payload", {}).get("headers", [])}
        if told.get("x-easycrm-id", "").strip() == key:
            sent_at = datetime.fromtimestamp(int(answer["internalDate"]) / 1000, UTC)
            return SentCopy(str(answer["id"]), str(answer["threadId"]), told.get("message-id", ""), sent_at)
    return None


async def attachments(access: TokenSource, ident: str) -> tuple[FetchedAttachment, ...]:
    """The attachments of a message, without their bytes."""
    return decode(await google_api.get(access, f"/messages/{ident}", format="full")).attachments


async def attachment(access: TokenSource, ident: str, part_id: str) -> AsyncIterator[bytes]:
    """The decoded bytes of one part. Gmail's attachment ids change, so the part is looked up first."""
    body = await google_api.get(access, f"/messages/{ident}", format="full")
    part = _part(body.get("payload", {}), part_id)
    if part is None:
        raise MessageGone(code="part_gone")
    data = str(part.get("body", {}).get("data", ""))
    handle = str(part.get("body", {}).get("attachmentId", ""))
    if not data and handle:
        async for piece in google_data.pieces(access, f"/messages/{ident}/attachments/{handle}"):
            yield piece
    elif data:
        yield base64.urlsafe_b64decode(data + "=" * (-len(data) % 4))


def _part(payload: Json, part_id: str) -> Json | None:
    waiting = [payload]
    while waiting:
        part = waiting.pop()
        if str(part.get("partId", "")) == part_id:
            return part
        waiting += part.get("parts", [])
    return None

"""Sending through Microsoft Graph, and finding again what was sent; attachments, which Graph lists only when asked."""

import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from easycrm.providers import http, microsoft_graph
from easycrm.providers.base import TokenSource
from easycrm.providers.errors import (
    MessageGone,
    MessageRefused,
    ProviderError,
    ProviderUnavailable,
    SendOutcomeUnknown,
    UnexpectedRefusal,
)
from easycrm.providers.microsoft_message import moment
from easycrm.providers.outgoing import Outgoing, SentCopy
from easycrm.providers.pages import FetchedAttachment

MOST_SEARCHED = 200
_PAGE = 50
_PIECE = 256 * 1024
_TOO_LARGE = frozenset(("ErrorMessageSizeExceeded", "RequestEntityTooLarge", "ErrorMaxMessageSizeExceeded"))
_QUOTA = frozenset(("ErrorExceededMessageLimit", "ErrorMessageSubmissionBlocked", "ErrorQuotaExceeded"))
Json = dict[str, Any]


async def send(access: TokenSource, outgoing: Outgoing) -> None:
    """sendMail, or reply where a message is answered, both with the message as MIME: recipients are those within.

    Graph tells no id. A reply keeps the conversation in the mailbox; if the answered message is gone, the headers do.
    Source: https://learn.microsoft.com/graph/outlook-send-mime-message
    """
    content = base64.b64encode(outgoing.raw)
    if outgoing.kind in ("reply", "reply_all") and outgoing.answers:
        try:
            # Not replyAll: whom it goes to is the writer's decision, and stands in the message.
            await _post(access, f"/me/messages/{quote(outgoing.answers)}/reply", content)
        except MessageGone:
            await _post(access, "/me/sendMail", content)
    else:
        await _post(access, "/me/sendMail", content)


async def _post(access: TokenSource, path: str, content: bytes) -> None:
    headers = {"Content-Type": "text/plain", "Prefer": microsoft_graph.prefer()}
    response = await http.post_once(microsoft_graph.BASE + path, access, content=content, headers=headers)
    if response.status_code == 202:
        return
    if response.is_success:
        raise SendOutcomeUnknown(code=str(response.status_code))
    error = microsoft_graph.failure_of(response)
    raise _refusal(response.status_code, error)


def _refusal(status: int, error: ProviderError) -> ProviderError:
    """What an error means for a message: refused for good, not now, or perhaps accepted."""
    if status == 413 or error.code in _TOO_LARGE:
        return MessageRefused(
            "The message is too large for Microsoft 365. Remove a file and send it again", code=error.code or "413"
        )
    if error.code in _QUOTA:
        return MessageRefused(
            "Microsoft 365 lets this mailbox send no more for now. Wait some hours and send it again", code=error.code
        )
    if isinstance(error, UnexpectedRefusal) and status == 400:
        return MessageRefused(
            "Microsoft 365 did not accept the message. Check the recipients' addresses and send it again",
            code=error.code,
        )
    unclear = isinstance(error, ProviderUnavailable) and not isinstance(error, UnexpectedRefusal)
    if unclear and not (status == 503 and not error.code.isdigit()):
        return SendOutcomeUnknown(code=error.code or str(status))
    return error


async def find_sent(access: TokenSource, key: str, since: datetime) -> SentCopy | None:
    """The sent message with this key among the newest 200 since then; no filter reaches headers, so they are read."""
    select = "id,conversationId,internetMessageId,internetMessageHeaders,sentDateTime,createdDateTime"
    query = {"$select": select, "$orderby": "createdDateTime desc", "$top": str(_PAGE)}
    link: str = f"/me/mailFolders/sentitems/messages?{urlencode(query)}"
    for _ in range(MOST_SEARCHED // _PAGE):
        body = await microsoft_graph.get(access, link)
        for entry in body.get("value", []):
            if moment(str(entry["createdDateTime"])) < since:
                return None
            if _key_of(entry) == key:
                return _copy(entry)
        link = str(body.get("@odata.nextLink") or "")
        if not link:
            break
    return None


def _key_of(entry: Json) -> str:
    headers: list[Json] = entry.get("internetMessageHeaders") or []
    return next((str(one["value"]).strip() for one in headers if str(one["name"]).lower() == "x-easycrm-id"), "")


def _copy(entry: Json) -> SentCopy:
    sent_at = moment(str(entry["sentDateTime"])) if entry.get("sentDateTime") else datetime.now(UTC)
    header = str(entry.get("internetMessageId") or "")
    return SentCopy(str(entry["id"]), str(entry.get("conversationId") or entry["id"]), header, sent_at)


async def attachments(access: TokenSource, ident: str) -> tuple[FetchedAttachment, ...]:
    """The attachments of a message, without their bytes."""
    query = urlencode({"$select": "id,name,contentType,size,isInline,microsoft.graph.fileAttachment/contentId"})
    body = await microsoft_graph.get(access, f"/me/messages/{quote(ident)}/attachments?{query}")
    return tuple(_attachment(entry) for entry in body.get("value", []))


def _attachment(entry: Json) -> FetchedAttachment:
    kind = str(entry.get("@odata.type", ""))
    name = str(entry.get("name") or "attachment")
    if kind.endswith("itemAttachment") and not name.lower().endswith(".eml"):
        name += ".eml"
    return FetchedAttachment(
        provider_part_id=str(entry["id"]),
        file_name=name,
        media_type=str(entry.get("contentType") or "application/octet-stream"),
        size=int(entry.get("size") or 0),
        content_id=str(entry.get("contentId") or "").strip("<> "),
        inline=bool(entry.get("isInline")) and bool(entry.get("contentId")),
    )


async def attachment(access: TokenSource, ident: str, part_id: str) -> AsyncIterator[bytes]:
    """The bytes of one attachment as they arrive."""
    url = f"{microsoft_graph.BASE}/me/messages/{quote(ident)}/attachments/{quote(part_id)}/$value"
    async with http.streamed(url, access) as response:
        if response.status_code != 200:
            raise microsoft_graph.failure_of(response)
        async for piece in response.aiter_bytes(_PIECE):
            yield piece
